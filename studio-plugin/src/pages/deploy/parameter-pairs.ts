/** A request parameter as it is typed. */
export interface Pair {
  key: string;
  value: string;
}
type Value = number | string | boolean | null | string[];

const isValue = (v: unknown): v is Value =>
  v === null || ['number', 'boolean', 'string'].includes(typeof v) || (Array.isArray(v) && v.every((x) => typeof x === 'string'));

/** `0.2` is a number, `true` a boolean, `["a"]` a list; everything else is text, in quotes or not. */
export function valueOf(text: string): Value {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isValue(parsed)) return parsed;
  } catch {
    // not JSON: text as it stands
  }
  return text;
}
/** The text that reads back as the same value. */
export const textOf = (value: unknown): string => (typeof value === 'string' && valueOf(value) === value ? value : JSON.stringify(value));

export const fromPairs = (pairs: readonly Pair[]): Record<string, Value> =>
  Object.fromEntries(pairs.filter((p) => p.key.trim() !== '').map((p) => [p.key.trim(), valueOf(p.value.trim())]));
export const toPairs = (parameters: Record<string, unknown>): Pair[] =>
  Object.entries(parameters).map(([key, value]) => ({ key, value: textOf(value) }));
