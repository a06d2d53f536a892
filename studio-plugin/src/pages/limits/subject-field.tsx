import type { LimitSubject } from '#core/limit/schema.js';
import { useCall } from '../../app/use-call.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { useKeyNames } from '../requests/use-key-names.js';

interface Props {
  per: LimitSubject;
  match: string;
  error: string | undefined;
  onText: (match: string) => void;
}
/** One subject, or each by itself when left empty. Keys are chosen by name, for nobody knows their ids. */
export function SubjectField({ per, match, error, onText }: Props) {
  const { keys } = useKeyNames();
  const deployments = useCall('deployments.list', { query: { limit: 200 } }, { enabled: per === 'deployment', staleTime: 60_000 });
  const connections = useCall('connections.list', {}, { enabled: per === 'connection', staleTime: 60_000 });
  const known =
    per === 'deployment'
      ? [...new Set(deployments.data?.deployments.map((d) => d.name))]
      : per === 'connection'
        ? (connections.data?.connections.map((c) => c.name) ?? [])
        : [];
  if (per === 'key' && keys.length > 0)
    return (
      <Field label="Which key" error={error}>
        {(ids) => (
          <Select
            {...ids}
            value={match}
            options={[
              ['', 'Each key by itself'],
              ...keys.map((k) => [k.id, k.name] as const),
              ...(match !== '' && !keys.some((k) => k.id === match) ? [[match, match] as const] : []),
            ]}
            onText={onText}
          />
        )}
      </Field>
    );
  return (
    <Field
      label={`Which ${per}`}
      optional
      error={error}
      hint={`Empty: each ${per} by itself.${per === 'model' ? ' A model is named as in openai/gpt-4o.' : ''}`}
    >
      {(ids) => (
        <>
          <TextInput {...ids} list={`${ids.id}-list`} value={match} onText={onText} />
          <datalist id={`${ids.id}-list`}>
            {known.map((k) => (
              <option key={k} value={k} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
