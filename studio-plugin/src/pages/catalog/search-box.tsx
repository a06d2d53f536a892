import { TextInput } from '../../kit/input.js';
import { useDraft } from '../../kit/use-draft.js';

/** Search as you type: the URL follows after a short pause, and the box follows the URL on back and forward. */
export function SearchBox({ value, onSearch, label }: { value: string; onSearch: (text: string) => void; label: string }) {
  const [draft, setDraft] = useDraft(value, onSearch);
  return <TextInput type="search" aria-label={label} placeholder={label} value={draft} onText={setDraft} />;
}
