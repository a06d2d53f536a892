import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';

export function RegionField({ value, error, onText }: { value: string; error: string | undefined; onText: (region: string) => void }) {
  return (
    <Field
      label="Region"
      optional
      error={error}
      hint="Where the provider computes, in your own words, as in eu-central-1. Routing policies may ask for it."
    >
      {(ids) => <TextInput {...ids} value={value} onText={onText} maxLength={60} />}
    </Field>
  );
}
