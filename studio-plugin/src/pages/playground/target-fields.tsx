import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { useDraft } from '../../kit/use-draft.js';
import { useCallback, useRef } from 'react';
import type { Target } from './use-targets.js';

interface Props {
  environments: readonly string[];
  environment: string;
  model: string;
  /** what can be named in the environment */
  targets: readonly Target[];
  loading: boolean;
  onChange: (patch: { environment?: string; model?: string }) => void;
}
/** Environment and name, with what is there as suggestions while one types. */
export function TargetFields({ environments, environment, model, targets, loading, onChange }: Props) {
  const latest = useRef(onChange);
  latest.current = onChange;
  const commit = useCallback((text: string) => latest.current({ model: text.trim() }), []);
  const [draft, setDraft] = useDraft(model, commit);
  const chosen = targets.find((t) => t.name === model);
  const hint =
    chosen?.note ??
    (loading
      ? 'Looking up what is there.'
      : model !== ''
        ? `Nothing of this name is known in ${environment}; a model id with an alias, as in acme/chat@stable, works too.`
        : targets.length === 0
          ? `Nothing is deployed in ${environment}.`
          : `${targets.length} ${targets.length === 1 ? 'name' : 'names'} in ${environment}; type to search.`);
  return (
    <div className="amh-form-grid">
      <Field label="Environment">
        {(ids) => (
          <Select
            {...ids}
            value={environment}
            options={environments.map((e) => [e, e] as const)}
            onText={(v) => onChange({ environment: v })}
          />
        )}
      </Field>
      <Field label="Deployment or policy" hint={hint}>
        {(ids) => (
          <>
            <TextInput {...ids} type="search" list={`${ids.id}-list`} value={draft} onText={setDraft} />
            <datalist id={`${ids.id}-list`}>
              {targets.map((t) => (
                <option key={t.name} value={t.name}>
                  {t.note}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
    </div>
  );
}
