import { isObject } from './fields.js';

/** JSON text that goes into a body as it is: the arguments of a tool call keep every digit of their numbers. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
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

/**
 * Whether a parsed value holds a whole number that `JSON.parse` may have rounded (beyond 2^53).
 * A rounded account number in a tool call is worse than an error.
 */
export function hasRounded(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
  if (Array.isArray(value)) return value.some(hasRounded);
  return isObject(value) && Object.values(value).some(hasRounded);
}
