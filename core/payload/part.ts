import { redactJson, redactPlain } from './json.js';
import type { PayloadPart } from './schema.js';
import { redactStream } from './stream.js';

/** What of a body may be looked at: redaction mostly makes it shorter, and no body may take long. Bytes. */
export const windowOf = (maxBytes: number): number => Math.min(maxBytes * 4, maxBytes + 131_072);

export interface RawPart {
  /** the first `windowOf(maxBytes)` bytes, as UTF-8 */
  text: string;
  /** of all that passed */
  bytes: number;
  /** `text` is only the beginning, because of the window or because the body broke off */
  cut: boolean;
}

/** A body redacted and cut to `maxBytes` of UTF-8, in this order: half of a secret is not known for one. */
export function redactPart({ text, bytes, cut }: RawPart, maxBytes: number): PayloadPart {
  const form = /^\s*(?:event:|data:|:|id:|retry:)/.test(text) ? redactStream : /^\s*[[{]/.test(text) ? redactJson : redactPlain;
  const clean = form(text, cut);
  const kept = cutUtf8(clean, maxBytes);
  return { text: kept, bytes, truncated: cut || kept.length < clean.length };
}

/** The longest beginning that takes at most `max` bytes as UTF-8; no character is cut in two. */
export function cutUtf8(text: string, max: number): string {
  if (text.length * 3 <= max) return text;
  let bytes = 0;
  let i = 0;
  for (const c of text) {
    const code = c.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > max) return text.slice(0, i);
    i += c.length;
  }
  return text;
}
