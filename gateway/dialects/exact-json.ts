import { randomUUID } from 'node:crypto';
import { isObject } from './fields.js';
import { RawJson } from './raw-json.js';

/** A string that no text from outside can begin with, which stands for a number while `JSON.parse` runs. */
const MARK = `${randomUUID()}:`;
const SUSPECT = /\d{16}|[eE]\+?\d{3}/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * As `JSON.parse`, but numbers that it would change (whole ones beyond 2^53, and those beyond the range of a double) come as
 * `RawJson`, so that `stringify` gives them back digit for digit. Throws `SyntaxError`.
 */
export function parse(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = stringEnd(text, i);
    else if (c === MINUS || (c >= ZERO && c <= NINE)) {
      NUMBER.lastIndex = i;
      const token = NUMBER.exec(text)?.[0] ?? '';
      if (changes(token)) {
        out += `${text.slice(from, i)}"${MARK}${token}"`;
        from = i + token.length;
      }
      i += Math.max(1, token.length);
    } else i++;
  }
  if (from === 0) return JSON.parse(text);
  const revive = (_key: string, v: unknown): unknown =>
    typeof v === 'string' && v.startsWith(MARK) ? new RawJson(v.slice(MARK.length)) : v;
  return JSON.parse(out + text.slice(from), revive);
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const changes = (token: string): boolean => {
  const n = Number(token);
  return !Number.isFinite(n) || (Number.isInteger(n) && !Number.isSafeInteger(n) && /^-?\d+$/.test(token));
};

/** Offset after the string that opens at `at`; the end of the text when it never closes. */
function stringEnd(text: string, at: number): number {
  for (let i = text.indexOf('"', at + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let backslashes = 0;
    while (text[i - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return i + 1;
  }
  return text.length;
}

/** As `JSON.stringify`, with `RawJson` put in unchanged. */
export function stringify(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${stringify(v)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** A tool call's `arguments` text as an object; undefined when it is not the JSON text of an object. Empty text is `{}`. */
export function argumentsObject(text: string): RawJson | undefined {
  if (text.trim() === '') return new RawJson('{}');
  try {
    return isObject(JSON.parse(text)) ? new RawJson(text) : undefined;
  } catch {
    return undefined; // not JSON: the caller decides between a refusal and an error
  }
}
