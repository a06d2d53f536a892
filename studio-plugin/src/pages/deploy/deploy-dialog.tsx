import { type FormEvent, useState } from 'react';
import type { ModelDetail } from '#core/catalog/schema.js';
import { type DeploymentAnswer, type DeploymentView, deploymentRequest } from '#core/deployment/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { useToast } from '../../kit/use-toast.js';
import { ConnectionForm } from '../connections/connection-form.js';
import { type DeployForm, emptyForm, requestOf } from './deploy-form.js';
import { errorAt, errorsOf, issuesOf } from './field-errors.js';
import { ParametersEditor } from './parameters-editor.js';
import { SizeFields } from './size-fields.js';
import { TargetFields } from './target-fields.js';
import { versionOptions } from './version-options.js';

interface Props {
  model: ModelDetail;
  onClose: () => void;
  onDeployed: (answer: DeploymentAnswer) => void;
  /** a new revision of this deployment: name and environment are given */
  existing?: DeploymentView;
  initial?: DeployForm;
}
/** Paths that have a field of their own; errors elsewhere are listed in the notice. */
const FIELDS = /^(name|environment|version|target|configuration|parameters)(\.|$)/;

export function DeployDialog({ model, onClose, onDeployed, existing, initial }: Props) {
  const { data: me } = useMe();
  const toast = useToast();
  const [form, setForm] = useState<DeployForm>(() => initial ?? emptyForm(model, me?.environments[0] ?? 'development'));
  const [issues, setIssues] = useState<readonly FieldError[]>([]);
  const [adding, setAdding] = useState(false);
  const others = useCall('deployments.list', { query: { environment: form.environment, limit: 200 } }, { enabled: !existing });
  const same = existing ?? others.data?.deployments.find((d) => d.name === form.name.trim());
  const deploy = useAction('deployments.deploy', {
    invalidates: ['deployments.list', 'deployments.get', 'models.get'],
    onDone: (answer) => {
      toast(`${answer.name} is on its way in ${answer.environment}`);
      onClose();
      onDeployed(answer);
    },
  });
  const errors = issues.length > 0 ? issues : errorsOf(deploy.error);
  const change = (patch: Partial<DeployForm>): void => setForm((f) => ({ ...f, ...patch }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = requestOf(model.id, form, same?.token);
    const checked = deploymentRequest.safeParse(body);
    setIssues(checked.success ? [] : issuesOf(checked.error));
    if (checked.success) deploy.mutate({ body });
  };
  const title = existing ? `Deploy a new revision of ${existing.name}` : `Deploy ${model.name}`;
  if (adding)
    return (
      <Dialog open onClose={() => setAdding(false)} title={`Add a connection to ${model.providerName}`} wide>
        <ConnectionForm
          provider={model.provider}
          onCancel={() => setAdding(false)}
          onSaved={(connection) => {
            change({ connection: connection.name });
            setAdding(false);
          }}
        />
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title={title} wide>
      <form className="amh-stack" onSubmit={submit} noValidate>
        <div className="amh-form-grid">
          <Field label="Name" error={errorAt(errors, 'name')} hint="Callers use it as model.">
            {(ids) => <TextInput {...ids} value={form.name} disabled={existing !== undefined} onText={(name) => change({ name })} />}
          </Field>
          <Field label="Environment" error={errorAt(errors, 'environment')}>
            {(ids) => (
              <Select
                {...ids}
                value={form.environment}
                disabled={existing !== undefined}
                options={(me?.environments ?? [form.environment]).map((e) => [e, e] as const)}
                onText={(environment) => change({ environment })}
              />
            )}
          </Field>
          <Field label="Version" error={errorAt(errors, 'version')}>
            {(ids) => <Select {...ids} value={form.version} options={versionOptions(model)} onText={(version) => change({ version })} />}
          </Field>
        </div>
        {!existing && same && (
          <p className="amh-text amh-small" role="status">
            <span className="amh-status amh-status-info">◐</span> {same.name} exists in {same.environment}: this becomes its next revision,
            and the one that serves now stays for a rollback.
          </p>
        )}
        <TargetFields model={model} form={form} errors={errors} onChange={change} onAddConnection={() => setAdding(true)} />
        <SizeFields form={form} errors={errors} onChange={change} />
        <ParametersEditor pairs={form.parameters} errors={errors} onChange={(parameters) => change({ parameters })} />
        {deploy.error && issues.length === 0 && (
          <ProblemNotice error={deploy.error} shown={errors.map((e) => e.path).filter((p) => FIELDS.test(p))} />
        )}
        {issues.length > 0 && (
          <p role="alert" className="amh-field-error">
            {issues.length === 1 ? 'One field needs' : `${issues.length} fields need`} another value.
          </p>
        )}
        <div className="amh-row amh-row-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={deploy.isPending}
            blocked={
              form.target === 'hosted' && model.connections.length === 0 ? `Add a connection to ${model.providerName} first.` : undefined
            }
          >
            Deploy {form.name || 'it'} to {form.environment}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
