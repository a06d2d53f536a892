import type { FieldError } from '#core/shared/problem.js';
import { Checkbox } from '../../kit/checkbox.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { errorAt } from '../deploy/field-errors.js';
import type { PolicyDraft, SecurityLevel } from './policy-draft.js';

const LEVELS: readonly SecurityLevel[] = ['public', 'internal', 'restricted'];

/** Where a call may be computed and by which models. */
export function WallsFields({
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
      <Field
        label="Regions"
        optional
        error={errorAt(errors, 'regions')}
        hint="Separated by commas; connections without a region are then left out. Empty: any."
      >
        {(ids) => <TextInput {...ids} value={draft.regions} onText={(regions) => onChange({ regions })} />}
      </Field>
      <fieldset className="amh-fieldset">
        <legend className="amh-field-label">
          Security levels of models <span className="amh-muted">(optional)</span>
        </legend>
        <div className="amh-row">
          {LEVELS.map((level) => (
            <Checkbox
              key={level}
              checked={draft.securityLevels.includes(level)}
              onChange={(on) => onChange({ securityLevels: LEVELS.filter((l) => (l === level ? on : draft.securityLevels.includes(l))) })}
            >
              {level}
            </Checkbox>
          ))}
        </div>
        <p className="amh-field-hint">None: any.</p>
      </fieldset>
    </div>
  );
}
