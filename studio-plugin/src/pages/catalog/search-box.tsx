import { useEffect, useState } from 'react';
import { TextInput } from '../../kit/input.js';

const PAUSE_MS = 180;

/** Search as you type: the URL follows after a short pause, and the box follows the URL on back and forward. */
export function SearchBox({ value, onSearch, label }: { value: string; onSearch: (text: string) => void; label: string }) {
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setDraft(value);
  }
  useEffect(() => {
    if (draft === value) return;
    const timer = setTimeout(() => onSearch(draft), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, value, onSearch]);
  return <TextInput type="search" aria-label={label} placeholder={label} value={draft} onText={setDraft} />;
}
