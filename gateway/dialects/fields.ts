import { Untranslatable } from '#adapters/providers/translator.js';
import { RawJson } from './raw-json.js';

export type Json = Record<string, unknown>;

export const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof RawJson);

/** Both dialects take an explicit `null` for "left out". */
export const given = (v: unknown): boolean => v !== undefined && v !== null;

/** How a dialect writes the place of an item of a list: `messages[1].content` or `messages.1.content`. */
export type At = (path: string, index: number) => string;
export const openaiAt: At = (path, index) => `${path}[${index}]`;
export const anthropicAt: At = (path, index) => `${path}.${index}`;

export function object(v: unknown, field: string): Json {
  if (!isObject(v)) throw new Untranslatable(field, `"${field}" must be an object.`);
  return v;
}
export function list(v: unknown, field: string): unknown[] {
  if (!Array.isArray(v)) throw new Untranslatable(field, `"${field}" must be a list.`);
  return v;
}
export function text(v: unknown, field: string): string {
  if (typeof v !== 'string') throw new Untranslatable(field, `"${field}" must be a string.`);
  return v;
}
export function number(v: unknown, field: string, min: number, max: number): number {
  if (typeof v !== 'number' || !(v >= min && v <= max))
    throw new Untranslatable(field, `"${field}" must be a number from ${min} to ${max} for a model of this provider.`);
  return v;
}
export function boolean(v: unknown, field: string): boolean {
  if (typeof v !== 'boolean') throw new Untranslatable(field, `"${field}" must be true or false.`);
  return v;
}

/** Refuses `field`: it has no counterpart in the other dialect. */
export function refuse(field: string, why = 'has no counterpart at the provider of this model'): never {
  throw new Untranslatable(field, `"${field}" ${why}.`);
}

/** Refuses the first member of `o` that is given and not among `known`. */
export function only(o: Json, known: ReadonlySet<string>, prefix: string): void {
  for (const [key, value] of Object.entries(o)) if (!known.has(key) && given(value)) refuse(prefix === '' ? key : `${prefix}.${key}`);
}

/** Members without those that are undefined: what was not given stays out of the JSON. */
export const compact = (o: Json): Json => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
