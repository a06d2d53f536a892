import type { FieldError } from '#core/shared/problem.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import type { DeployForm } from './deploy-form.js';
import { errorAt } from './field-errors.js';

interface Props {
  form: DeployForm;
  errors: readonly FieldError[];
  onChange: (patch: Partial<DeployForm>) => void;
}
/** How many replicas, and how large each. */
export function SizeFields({ form, errors, onChange }: Props) {
  const text = (
    label: string,
    path: string,
    key: 'replicas' | 'minReplicas' | 'maxReplicas' | 'utilization' | 'cpu' | 'memory',
    extra: { optional?: boolean; hint?: string } = {},
  ) => (
    <Field label={label} error={errorAt(errors, path)} {...extra}>
      {(ids) => (
        <TextInput
          {...ids}
          inputMode={key === 'cpu' || key === 'memory' ? 'text' : 'numeric'}
          value={form[key]}
          onText={(value) => onChange({ [key]: value })}
        />
      )}
    </Field>
  );
  const scaled = form.minReplicas.trim() !== '' || form.maxReplicas.trim() !== '';
  return (
    <div className="amh-form-grid">
      {text(
        'Replicas',
        'configuration.replicas',
        'replicas',
        form.target === 'hosted' ? { hint: 'Slots for calls at the same time.' } : {},
      )}
      {text('At least', 'configuration.scaling.minReplicas', 'minReplicas', { optional: true })}
      {text('At most', 'configuration.scaling.maxReplicas', 'maxReplicas', { optional: true })}
      {scaled && text('Target utilization, %', 'configuration.scaling.targetUtilization', 'utilization')}
      {text('CPU of each', 'configuration.resources.cpu', 'cpu', { hint: 'Cores: 2 or 500m' })}
      {text('Memory of each', 'configuration.resources.memory', 'memory', { hint: '512Mi or 4Gi' })}
    </div>
  );
}
