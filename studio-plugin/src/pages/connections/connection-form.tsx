import { type FormEvent, useState } from 'react';
import { CONNECTION_KINDS, type ConnectionView, connectionInput } from '#core/connection/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { errorAt, errorsOf, issuesOf } from '../deploy/field-errors.js';
import { draftFor, inputOf } from './connection-draft.js';
import { KIND_WORDS } from './kind-words.js';
import { RegionField } from './region-field.js';

interface Props {
  /** provider id of the catalog that the connection is wanted for */
  provider?: string;
  onSaved: (connection: ConnectionView) => void;
  onCancel: () => void;
}
const FIELDS = ['name', 'kind', 'provider', 'baseUrl', 'region', 'credential'];
/** These have no address of their own. */
const NEED_URL: readonly string[] = ['custom', 'neuroweaver', 'relaycore'];
/** These reach one provider of the catalog and no other. */
const ONE_PROVIDER: readonly string[] = ['openai', 'anthropic'];

export function ConnectionForm({ provider, onSaved, onCancel }: Props) {
  const [draft, setDraft] = useState(() => draftFor(provider));
  const [issues, setIssues] = useState<readonly FieldError[]>([]);
  const save = useAction('connections.create', { invalidates: ['connections.list', 'models.get'], onDone: onSaved });
  // the filters of an empty search name every provider that the catalog knows
  const known = useCall('models.catalog', { query: { limit: 1 } }, { staleTime: 60_000 });
  const errors = issues.length > 0 ? issues : errorsOf(save.error);
  const change = (patch: Partial<typeof draft>): void => setDraft((d) => ({ ...d, ...patch }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = inputOf(draft);
    const checked = connectionInput.safeParse(body);
    setIssues(checked.success ? [] : issuesOf(checked.error));
    if (checked.success) save.mutate({ body });
  };
  const custom = !ONE_PROVIDER.includes(draft.kind);
  const bare = draft.kind === 'neuroweaver' || draft.kind === 'relaycore';
  return (
    <form className="amh-stack" onSubmit={submit} noValidate>
      <div className="amh-form-grid">
        <Field label="Name" error={errorAt(errors, 'name')}>
          {(ids) => <TextInput {...ids} value={draft.name} onText={(name) => change({ name })} />}
        </Field>
        <Field label="Kind" error={errorAt(errors, 'kind')}>
          {(ids) => (
            <Select
              {...ids}
              value={draft.kind}
              options={CONNECTION_KINDS.map((k) => [k, KIND_WORDS[k]] as const)}
              onText={(kind) => change({ kind: kind as typeof draft.kind })}
            />
          )}
        </Field>
        {custom && (
          <Field
            label="Provider in the catalog"
            optional
            error={errorAt(errors, 'provider')}
            hint="The models of this provider can then be deployed through it."
          >
            {(ids) => (
              <>
                <TextInput {...ids} list={`${ids.id}-list`} value={draft.provider} onText={(value) => change({ provider: value })} />
                <datalist id={`${ids.id}-list`}>
                  {known.data?.filters.providers.map((p) => (
                    <option key={p} value={p} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        )}
      </div>
      <Field
        label="Base URL"
        optional={!NEED_URL.includes(draft.kind)}
        error={errorAt(errors, 'baseUrl')}
        hint={bare ? 'Without a path, as in https://models.example.com' : 'With its /v1, as in https://api.example.com/v1'}
      >
        {(ids) => <TextInput {...ids} type="url" value={draft.baseUrl} onText={(baseUrl) => change({ baseUrl })} />}
      </Field>
      <RegionField value={draft.region} error={errorAt(errors, 'region')} onText={(region) => change({ region })} />
      <Field
        label="Credential"
        optional={custom}
        error={errorAt(errors, 'credential')}
        hint="Sealed at once; nobody can read it back, not even you."
      >
        {(ids) => <TextInput {...ids} type="password" value={draft.credential} onText={(credential) => change({ credential })} />}
      </Field>
      {save.error && issues.length === 0 && <ProblemNotice error={save.error} shown={FIELDS} />}
      <div className="amh-row amh-row-end">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.isPending}>
          Add connection
        </Button>
      </div>
    </form>
  );
}
