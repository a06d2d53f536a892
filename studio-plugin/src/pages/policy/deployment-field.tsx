import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';

interface Props {
  label: string;
  value: string;
  known: readonly string[];
  error: string | undefined;
  onText: (name: string) => void;
}
/** The name of a deployment, with those that are there as suggestions. */
export function DeploymentField({ label, value, known, error, onText }: Props) {
  return (
    <Field label={label} error={error}>
      {(ids) => (
        <>
          <TextInput {...ids} list={`${ids.id}-list`} value={value} onText={onText} />
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
