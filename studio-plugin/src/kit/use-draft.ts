import { useEffect, useState } from 'react';

const PAUSE_MS = 180;

/** What is being typed: `commit` follows after a short pause, and the draft follows `value` on back and forward. */
export function useDraft(value: string, commit: (text: string) => void): [string, (text: string) => void] {
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setDraft(value);
  }
  useEffect(() => {
    if (draft === value) return;
    const timer = setTimeout(() => commit(draft), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, value, commit]);
  return [draft, setDraft];
}
