import { useCallback, useRef } from 'react';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { useDraft } from '../../kit/use-draft.js';

/** One filter as text; the URL follows what is typed. */
export function FilterText({
  label,
  value,
  onText,
  known = [],
}: {
  label: string;
  value: string;
  onText: (text: string) => void;
  known?: readonly string[];
}) {
  const latest = useRef(onText);
  latest.current = onText;
  const commit = useCallback((text: string) => latest.current(text.trim()), []);
  const [draft, setDraft] = useDraft(value, commit);
  return (
    <Field label={label}>
      {(ids) => (
        <>
          <TextInput {...ids} type="search" list={`${ids.id}-list`} value={draft} onText={setDraft} />
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
