import { useState } from 'react';
import { Button } from './button.js';

/** Copies text and says so; the word changes, nothing moves. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <Button
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
      onBlur={() => setCopied(false)}
      aria-live="polite"
    >
      {copied ? `Copied ${what}` : `Copy ${what}`}
    </Button>
  );
}
