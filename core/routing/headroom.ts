/** What a provider said of one limit in the headers of its last answer (`x-ratelimit-{limit,remaining,reset}-*`). */
export interface LimitSeen {
  limit: number;
  remaining: number;
  /** ms until it is whole again */
  resetMs: number;
  /** when that was said, ms */
  at: number;
}

/** Share of a limit that is left, 0 … 1, taken to refill evenly since it was told; 1 when nothing was told. */
export function headroomNow(seen: LimitSeen | null, now: number): number {
  if (seen === null || seen.limit <= 0) return 1;
  const { limit, remaining, resetMs, at } = seen;
  const refilled = resetMs <= 0 ? limit : remaining + (limit - remaining) * Math.min(1, Math.max(0, now - at) / resetMs);
  return Math.min(1, Math.max(0, refilled / limit));
}
