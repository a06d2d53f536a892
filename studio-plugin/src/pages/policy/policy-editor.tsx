import { type FormEvent, useState } from 'react';
import type { PolicyView } from '#core/routing/contract.js';
import { routingPolicyInput } from '#core/routing/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useForbidden, useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { useToast } from '../../kit/use-toast.js';
import { errorAt, errorsOf, issuesOf } from '../deploy/field-errors.js';
import { CandidatesEditor } from './candidates-editor.js';
import { PatienceFields } from './patience-fields.js';
import { draftOf, emptyPolicy, inputOf, type PolicyDraft, usable } from './policy-draft.js';
import { RulesEditor } from './rules-editor.js';
import { AdaptiveFields, StrategyField } from './strategy-fields.js';
import { WallsFields } from './walls-fields.js';

interface Props {
  existing?: PolicyView;
  /** of a new policy */
  environment: string;
  onSaved: (policy: PolicyView) => void;
}
/** Every path has a field of its own. */
const SHOWN =
  /^(name|environment|description|strategy|candidates|fallbacks|rules|adaptive|regions|securityLevels|retry|timeoutMs|hedgeAfterMs)(\.|$)/;

export function PolicyEditor({ existing, environment, onSaved }: Props) {
  const { data: me } = useMe();
  const toast = useToast();
  const blocked = useForbidden()('routing:write');
  const [draft, setDraft] = useState<PolicyDraft>(() => (existing ? draftOf(existing) : emptyPolicy(environment)));
  const [issues, setIssues] = useState<readonly FieldError[]>([]);
  const deployments = useCall('deployments.list', { query: { environment: draft.environment, limit: 200 } }, { staleTime: 30_000 });
  const save = useAction('policies.put', {
    invalidates: ['policies.list', 'policies.get'],
    onDone: (policy) => {
      toast(`Saved ${policy.name}; the gateways obey it within a second`);
      onSaved(policy);
    },
  });
  const known = (deployments.data?.deployments ?? []).filter((d) => d.phase !== 'retired').map((d) => d.name);
  const errors = issues.length > 0 ? issues : errorsOf(save.error);
  const change = (patch: Partial<PolicyDraft>): void => setDraft((d) => ({ ...d, ...patch }));
  const unchanged = existing !== undefined && JSON.stringify(draftOf(existing)) === JSON.stringify(draft);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { name, environment: where, ...body } = inputOf(draft);
    const checked = routingPolicyInput.safeParse({ name, environment: where, ...body });
    setIssues(checked.success ? [] : issuesOf(checked.error));
    if (checked.success) save.mutate({ params: { environment: where, name }, body });
  };
  const parts = { draft, errors, onChange: change };
  return (
    <form className="amh-stack amh-stack-wide" onSubmit={submit} noValidate>
      <Section title="Policy">
        <div className="amh-form-grid">
          {!existing && (
            <>
              <Field label="Name" error={errorAt(errors, 'name')} hint="Callers use it as model.">
                {(ids) => <TextInput {...ids} value={draft.name} onText={(name) => change({ name })} />}
              </Field>
              <Field label="Environment" error={errorAt(errors, 'environment')}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={draft.environment}
                    options={(me?.environments ?? [draft.environment]).map((e) => [e, e] as const)}
                    onText={(v) => change({ environment: v })}
                  />
                )}
              </Field>
            </>
          )}
          <Field label="Description" optional error={errorAt(errors, 'description')}>
            {(ids) => <TextInput {...ids} value={draft.description} onText={(description) => change({ description })} />}
          </Field>
          <StrategyField {...parts} />
        </div>
        <AdaptiveFields {...parts} />
        {known.includes(draft.name.trim()) && (
          <p className="amh-text amh-small" role="status">
            <span className="amh-status amh-status-info">◐</span> A deployment {draft.name.trim()} exists in {draft.environment}: this
            policy stands in front of it.
          </p>
        )}
      </Section>
      <Section title="Who takes calls">
        <CandidatesEditor {...parts} known={known} />
        <RulesEditor rules={draft.rules} usable={usable(draft)} errors={errors} onChange={(rules) => change({ rules })} />
        <WallsFields {...parts} />
      </Section>
      <Section title="Patience">
        <PatienceFields {...parts} />
      </Section>
      {save.error && issues.length === 0 && (
        <ProblemNotice error={save.error} shown={errors.map((e) => e.path).filter((p) => SHOWN.test(p))} />
      )}
      {issues.length > 0 && (
        <p role="alert" className="amh-field-error">
          {issues.length === 1 ? 'One field needs' : `${issues.length} fields need`} another value.
        </p>
      )}
      <div className="amh-row">
        <Button
          type="submit"
          look="primary"
          busy={save.isPending}
          blocked={blocked ?? (unchanged ? 'Nothing has been changed yet.' : undefined)}
        >
          {existing ? `Save ${existing.name}` : 'Create policy'}
        </Button>
        {existing && !unchanged && (
          <Button
            onClick={() => {
              setDraft(draftOf(existing));
              setIssues([]);
              save.reset();
            }}
          >
            Discard changes
          </Button>
        )}
        <span className="amh-small amh-muted" role="status">
          {existing && !unchanged ? 'not saved' : ''}
        </span>
      </div>
    </form>
  );
}
