import { isCard } from './checks.js';
import { redactText } from './redact.js';

/** no rule needs to see more than this to know a secret without spaces for one */
const UNSURE = 256;
/**
 * A text that has lost its end, without its last word and the groups with digits before it: they may be the first half of
 * something that no rule knows by half.
 */
export function withoutUnsureEnd(text: string): string {
  const tail = text.slice(-UNSURE);
  const words = tail.split(/(?<=\s)/);
  words.pop();
  while (/\d/.test(words.at(-1) ?? '')) words.pop();
  return text.slice(0, text.length - tail.length) + words.join('');
}
/** all that stands between the strings of a JSON text */
const BETWEEN = /^[\s\d[\]{},:.eE+\-truefalsn]*$/;

/**
 * A JSON text, whole or cut off, with its string values redacted; keys, order, spaces and numbers stay as they are, except a
 * number that is a card's. What is valid JSON stays valid. `cut`: the last string may have lost its end.
 */
export function redactJson(text: string, cut = false): string {
  const out: string[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const rest = between(text.slice(at, open < 0 ? text.length : open));
    out.push(cut && open < 0 ? rest.replace(/[\d.]+$/, '') : rest);
    if (open < 0) break;
    const close = endOf(text, open);
    if (close < 0) {
      out.push(unclosed(text.slice(open), cut));
      break;
    }
    const literal = text.slice(open, close + 1);
    out.push(isKey(text, close + 1) ? literal : value(literal));
    at = close + 1;
  }
  return out.join('');
}

/** Position of the closing quote; -1 when there is none. */
function endOf(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i;
  }
  return -1;
}
function isKey(text: string, from: number): boolean {
  let i = from;
  while (i < text.length && ' \n\r\t'.includes(text[i] as string)) i++;
  return text[i] === ':';
}
function value(literal: string): string {
  const plain = decoded(literal);
  if (plain === undefined) return redactText(literal);
  const clean = redactText(plain);
  return clean === plain ? literal : JSON.stringify(clean);
}
function between(text: string): string {
  if (!BETWEEN.test(text)) return redactText(text);
  return text.replace(/(?<![\d.eE+-])\d{13,19}(?![\d.eE])/g, (n) => (isCard(n) ? '"[CARD]"' : n));
}
function unclosed(rest: string, cut: boolean): string {
  const plain = decoded(`${rest.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, '')}"`) ?? rest;
  const clean = redactText(plain);
  return JSON.stringify(cut ? withoutUnsureEnd(clean) : clean).slice(0, -1);
}
/** a string of JSON without its quotes; asked first, because hostile text can make a throw of every few bytes */
// oxlint-disable-next-line no-control-regex
const STRING = /^[^\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^\\\x00-\x1f]*)*$/;
/** Undefined when it is not JSON: treated as text then. */
function decoded(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  return STRING.test(literal.slice(1, -1)) ? (JSON.parse(literal) as string) : undefined;
}

/** Plain text that may have lost its end. */
export const redactPlain = (text: string, cut: boolean): string => (cut ? withoutUnsureEnd(redactText(text)) : redactText(text));
