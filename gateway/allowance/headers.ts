import type { LimitUnit } from '#core/limit/schema.js';

/** Where a call stands with one limit, as this gateway knows it. */
export interface Standing {
  unit: LimitUnit;
  limit: number;
  /** null: not known, the ledger is away */
  remaining: number | null;
  /** until nothing counts any more, ms */
  resetMs: number;
}

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` in OpenAI's spelling, of the limit with the least left of each unit,
 * and `retry-after` in whole seconds. Slots have no such headers. What is not known is left out.
 */
export function rateLimitHeaders(standings: readonly Standing[], retryAfterMs: number | null = null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const unit of ['requests', 'tokens'] as const) {
    const tightest = standings
      .filter((s) => s.unit === unit)
      .reduce<Standing | undefined>((least, s) => (least && (least.remaining ?? -1) <= (s.remaining ?? -1) ? least : s), undefined);
    if (!tightest) continue;
    headers[`x-ratelimit-limit-${unit}`] = String(tightest.limit);
    if (tightest.remaining === null) continue;
    headers[`x-ratelimit-remaining-${unit}`] = String(tightest.remaining);
    headers[`x-ratelimit-reset-${unit}`] = durationText(tightest.resetMs);
  }
  if (retryAfterMs !== null) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return headers;
}

/** As OpenAI writes it: `850ms`, `12s`, `6m0s`, `23h59m1s`; rounded up to whole seconds from one second on. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const s = Math.ceil(ms / 1000);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return `${h > 0 ? `${h}h` : ''}${s >= 60 ? `${m}m` : ''}${s % 60}s`;
}
