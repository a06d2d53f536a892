import { STATUS, type StatusName } from './status-words.js';
import './status.css';

/** Always glyph, word and colour. `word` narrows the meaning down without leaving the set of glyphs. */
export function Status({ name, word }: { name: StatusName; word?: string }) {
  const status = STATUS[name];
  return (
    <span className={`amh-status amh-status-${status.tone}`}>
      <span aria-hidden="true">{status.glyph}</span> {word ?? status.word}
    </span>
  );
}
