import type { ModelDetail } from '#core/catalog/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Select, TextArea, TextInput } from '../../kit/input.js';
import { Notice } from '../../kit/notice.js';
import type { DeployForm } from './deploy-form.js';
import { errorAt } from './field-errors.js';

interface Props {
  model: ModelDetail;
  form: DeployForm;
  errors: readonly FieldError[];
  onChange: (patch: Partial<DeployForm>) => void;
  onAddConnection: () => void;
}
const WORDS = { hosted: 'Hosted: the provider runs it', local: 'Local: processes on this machine' };

/** Where the replicas run, and what that place needs to know. */
export function TargetFields({ model, form, errors, onChange, onAddConnection }: Props) {
  const kinds = model.targets.length === 0 ? (['hosted', 'local'] as const) : model.targets;
  const served = model.versions.find((v) => v.version === form.version || form.version === '')?.serving !== undefined;
  return (
    <>
      <Field label="Target" error={errorAt(errors, 'target.kind')}>
        {(ids) => (
          <Select
            {...ids}
            value={form.target}
            options={kinds.map((k) => [k, WORDS[k]] as const)}
            onText={(v) => onChange({ target: v as DeployForm['target'] })}
          />
        )}
      </Field>
      {form.target === 'hosted' && model.connections.length === 0 && (
        <Notice tone="warn" title={`No connection reaches ${model.providerName}`}>
          <p className="amh-text">
            A hosted deployment calls the provider with your key. Add a connection first; what you filled in here stays.
          </p>
          <div className="amh-row">
            <Button onClick={onAddConnection}>Add a connection to {model.providerName}</Button>
          </div>
          {errorAt(errors, 'target') !== undefined && <p className="amh-field-error">{errorAt(errors, 'target')}</p>}
        </Notice>
      )}
      {form.target === 'hosted' && model.connections.length > 0 && (
        <Field label="Connection" error={errorAt(errors, 'target.connection') ?? errorAt(errors, 'target')}>
          {(ids) => (
            <Select
              {...ids}
              value={form.connection}
              options={model.connections.map((c) => [c.name, `${c.name} (${c.kind})`] as const)}
              onText={(connection) => onChange({ connection })}
            />
          )}
        </Field>
      )}
      {form.target === 'local' && (
        <>
          <Field
            label="Command"
            optional={served}
            error={errorAt(errors, 'target.command') ?? errorAt(errors, 'target')}
            hint={`One argument a line, no shell; {port} is filled in.${served ? ' Empty: the command of the version.' : ''}`}
          >
            {(ids) => <TextArea {...ids} rows={3} value={form.command} onText={(command) => onChange({ command })} />}
          </Field>
          <Field
            label="Health path"
            optional
            error={errorAt(errors, 'target.healthPath')}
            hint="Answers 200 when the replica can take calls; /health unless told."
          >
            {(ids) => <TextInput {...ids} value={form.healthPath} onText={(healthPath) => onChange({ healthPath })} />}
          </Field>
        </>
      )}
    </>
  );
}
