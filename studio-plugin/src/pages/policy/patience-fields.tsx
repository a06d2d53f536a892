import type { FieldError } from '#core/shared/problem.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { errorAt } from '../deploy/field-errors.js';
import type { PolicyDraft } from './policy-draft.js';

type Key = 'maxAttempts' | 'baseMs' | 'maxMs' | 'timeoutMs' | 'hedgeAfterMs';
const FIELDS: readonly { key: Key; path: string; label: string; hint: string; optional?: true }[] = [
  { key: 'maxAttempts', path: 'retry.maxAttempts', label: 'Tries at most', hint: '1 to 6, over all candidates' },
  { key: 'baseMs', path: 'retry.baseMs', label: 'First wait, ms', hint: 'before the same candidate is tried again' },
  { key: 'maxMs', path: 'retry.maxMs', label: 'Longest wait, ms', hint: 'it doubles up to this' },
  { key: 'timeoutMs', path: 'timeoutMs', label: 'Whole call, ms', hint: 'then it is given up', optional: true },
  {
    key: 'hedgeAfterMs',
    path: 'hedgeAfterMs',
    label: 'Hedge after, ms',
    hint: 'without a first byte the next is tried too; the first to answer wins',
    optional: true,
  },
];

/** How long and how often a call is tried. */
export function PatienceFields({
  draft,
  errors,
  onChange,
}: {
  draft: PolicyDraft;
  errors: readonly FieldError[];
  onChange: (patch: Partial<PolicyDraft>) => void;
}) {
  return (
    <div className="amh-form-grid">
      {FIELDS.map((f) => (
        <Field key={f.key} label={f.label} hint={f.hint} optional={f.optional ?? false} error={errorAt(errors, f.path)}>
          {(ids) => <TextInput {...ids} inputMode="numeric" value={draft[f.key]} onText={(v) => onChange({ [f.key]: v })} />}
        </Field>
      ))}
    </div>
  );
}
