import { canonicalJson } from '../shared/canonical.js';

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}
const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** Paths whose values differ, sorted. Lists are compared whole: the place of an argument says little about what changed. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((k) => differences(before[k], after[k], path === '' ? k : `${path}.${k}`));
  }
  const same = before === undefined || after === undefined ? before === after : canonicalJson(before) === canonicalJson(after);
  return same ? [] : [{ path, before: before ?? null, after: after ?? null }];
}
