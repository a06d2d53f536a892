import { type FormEvent, useState } from 'react';
import type { LimitView } from '#core/limit/contract.js';
import { LIMIT_SUBJECTS, LIMIT_UNITS, limitInput } from '#core/limit/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { useAction } from '../../app/use-action.js';
import { useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { useToast } from '../../kit/use-toast.js';
import { errorAt, errorsOf, issuesOf } from '../deploy/field-errors.js';
import { useKeyNames } from '../requests/use-key-names.js';
import { DynamicRules } from './dynamic-rules.js';
import { draftOf, EMPTY_LIMIT, inputOf, type LimitDraft } from './limit-draft.js';
import { LimitPreview } from './limit-preview.js';
import { SubjectField } from './subject-field.js';

const UNIT = { requests: 'Requests', tokens: 'Tokens', concurrency: 'Calls at the same time' };
const FIELDS = ['name', 'description', 'per', 'match', 'environment', 'unit', 'window', 'amount', 'whenStoreAway'];
const options = <T extends string>(values: readonly T[], word: (v: T) => string) => values.map((v) => [v, word(v)] as const);

/** A new limit, or one that is there; what it says in plain language stands below its fields. */
export function LimitDialog({ existing, onClose }: { existing?: LimitView; onClose: () => void }) {
  const { data: me } = useMe();
  const { nameOf } = useKeyNames();
  const toast = useToast();
  const [draft, setDraft] = useState<LimitDraft>(() => (existing ? draftOf(existing) : EMPTY_LIMIT));
  const [issues, setIssues] = useState<readonly FieldError[]>([]);
  const save = useAction('limits.put', {
    invalidates: ['limits.list'],
    onDone: (limit) => {
      toast(`${existing ? 'Changed' : 'Added'} the limit ${limit.name}`);
      onClose();
    },
  });
  const errors = issues.length > 0 ? issues : errorsOf(save.error);
  const set = (patch: Partial<LimitDraft>): void => setDraft((d) => ({ ...d, ...patch }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { name, ...body } = inputOf(draft);
    const checked = limitInput.safeParse({ name, ...body });
    setIssues(checked.success ? [] : issuesOf(checked.error));
    if (checked.success) save.mutate({ params: { name }, body });
  };
  return (
    <Dialog open onClose={onClose} title={existing ? `Change the limit ${existing.name}` : 'Add a limit'} wide>
      <form className="amh-stack" onSubmit={submit} noValidate>
        <div className="amh-form-grid">
          <Field label="Name" error={errorAt(errors, 'name')}>
            {(ids) => <TextInput {...ids} value={draft.name} disabled={existing !== undefined} onText={(name) => set({ name })} />}
          </Field>
          <Field label="Description" optional error={errorAt(errors, 'description')}>
            {(ids) => <TextInput {...ids} value={draft.description} onText={(description) => set({ description })} />}
          </Field>
        </div>
        <div className="amh-form-grid">
          <Field label="Counted for each" error={errorAt(errors, 'per')}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.per}
                options={options(LIMIT_SUBJECTS, (s) => s)}
                onText={(v) => set({ per: v as LimitDraft['per'], match: '' })}
              />
            )}
          </Field>
          <SubjectField per={draft.per} match={draft.match} error={errorAt(errors, 'match')} onText={(match) => set({ match })} />
          <Field label="Environment" error={errorAt(errors, 'environment')}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.environment}
                options={[['', 'All together'], ...options(me?.environments ?? [], (e) => e)]}
                onText={(environment) => set({ environment })}
              />
            )}
          </Field>
        </div>
        <div className="amh-form-grid">
          <Field label="What is counted" error={errorAt(errors, 'unit')}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.unit}
                options={options(LIMIT_UNITS, (u) => UNIT[u])}
                onText={(v) => set({ unit: v as LimitDraft['unit'] })}
              />
            )}
          </Field>
          <Field label="At most" error={errorAt(errors, 'amount')}>
            {(ids) => <TextInput {...ids} inputMode="numeric" value={draft.amount} onText={(amount) => set({ amount })} />}
          </Field>
          {draft.unit !== 'concurrency' && (
            <Field label="Within" error={errorAt(errors, 'window')}>
              {(ids) => (
                <Select
                  {...ids}
                  value={draft.window}
                  options={[
                    ['minute', 'any minute'],
                    ['day', 'any 24 hours'],
                  ]}
                  onText={(v) => set({ window: v as LimitDraft['window'] })}
                />
              )}
            </Field>
          )}
          <Field label="Without the shared count" error={errorAt(errors, 'whenStoreAway')}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.whenStoreAway}
                options={[
                  ['closed', 'refuse calls'],
                  ['open', 'let calls through'],
                ]}
                onText={(v) => set({ whenStoreAway: v as LimitDraft['whenStoreAway'] })}
              />
            )}
          </Field>
        </div>
        <DynamicRules rules={draft.rules} errors={errors} onChange={(rules) => set({ rules })} />
        <LimitPreview draft={draft} name={draft.per === 'key' ? nameOf(draft.match) : draft.match} />
        {save.error && issues.length === 0 && <ProblemNotice error={save.error} shown={FIELDS} />}
        {issues.length > 0 && (
          <p role="alert" className="amh-field-error">
            {issues.length === 1 ? 'One field needs' : `${issues.length} fields need`} another value.
          </p>
        )}
        <div className="amh-row amh-row-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {existing ? `Change ${existing.name}` : 'Add limit'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
