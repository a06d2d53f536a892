import { z } from 'zod';
import type { usageQuery } from '#core/metric/schema.js';
import { list, oneOf, text } from '../../app/search-fields.js';

/** The URL of the request log. `from` and `to` are times or `now-1h`, `now-24h`, `now-7d`. */
export const requestsSearch = z.object({
  environment: text,
  deployment: text,
  policy: text,
  modelId: text,
  provider: text,
  key: text,
  user: text,
  workflow: text,
  status: list,
  from: text,
  to: text,
  /** seconds between two readings */
  refresh: oneOf(['5', '30']),
});
export type RequestsSearch = z.output<typeof requestsSearch>;

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `now-24h` as a time; undefined for what is neither relative nor a time. */
export function momentOf(said: string | undefined, nowMs: number): string | undefined {
  if (said === undefined) return undefined;
  const relative = /^now(?:-(\d{1,5})([mhd]))?$/.exec(said);
  if (relative) {
    const back = relative[1] === undefined ? 0 : Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS];
    return new Date(nowMs - back).toISOString();
  }
  const at = Date.parse(said);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What the API is asked, as of now. */
export function queryOf(search: RequestsSearch, nowMs: number): z.input<typeof usageQuery> {
  const { refresh: _, from, to, ...filters } = search;
  const set = Object.fromEntries(Object.entries(filters).filter(([, v]) => v !== undefined));
  const [after, before] = [momentOf(from, nowMs), momentOf(to, nowMs)];
  return { ...set, ...(after === undefined ? {} : { from: after }), ...(before === undefined ? {} : { to: before }) };
}

/** Whether anything narrows the log down. */
export const isFiltered = (search: RequestsSearch): boolean =>
  Object.entries(search).some(([key, value]) => key !== 'refresh' && value !== undefined);
