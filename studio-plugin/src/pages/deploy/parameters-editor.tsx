import type { FieldError } from '#core/shared/problem.js';
import { Button } from '../../kit/button.js';
import { TextInput } from '../../kit/input.js';
import { errorAt } from './field-errors.js';
import type { Pair } from './parameter-pairs.js';
import './parameters.css';

const SUGGESTED = ['temperature', 'max_tokens', 'top_p'];

interface Props {
  pairs: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  errors?: readonly FieldError[];
}
/** Parameters that the gateway fills in when a caller leaves them out. */
export function ParametersEditor({ pairs, onChange, errors = [] }: Props) {
  const set = (i: number, change: Partial<Pair>): void => onChange(pairs.map((p, j) => (i === j ? { ...p, ...change } : p)));
  const next = SUGGESTED.find((s) => !pairs.some((p) => p.key === s)) ?? '';
  return (
    <fieldset className="amh-fieldset">
      <legend className="amh-field-label">
        Parameters <span className="amh-muted">(optional)</span>
      </legend>
      {pairs.map((pair, i) => {
        const error = errorAt(errors, `parameters.${pair.key}`);
        return (
          // rows have no other identity than their place
          <div key={i} className="amh-stack amh-stack-tight">
            <div className="amh-pair">
              <TextInput aria-label={`Parameter ${i + 1} name`} value={pair.key} onText={(key) => set(i, { key })} placeholder="name" />
              <TextInput
                aria-label={`Parameter ${i + 1} value`}
                value={pair.value}
                onText={(value) => set(i, { value })}
                placeholder="value"
                aria-invalid={error === undefined ? undefined : true}
              />
              <Button onClick={() => onChange(pairs.filter((_, j) => j !== i))} aria-label={`Remove parameter ${pair.key || i + 1}`}>
                Remove
              </Button>
            </div>
            {error !== undefined && (
              <p className="amh-field-error">
                <span aria-hidden="true">✕</span> {error}
              </p>
            )}
          </div>
        );
      })}
      <div className="amh-row">
        <Button onClick={() => onChange([...pairs, { key: next, value: '' }])}>Add parameter</Button>
        <span className="amh-field-hint">Used when a caller leaves them out: 0.2 is a number, true a boolean, the rest is text.</span>
      </div>
    </fieldset>
  );
}
