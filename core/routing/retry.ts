import type { RetryRules } from './schema.js';

/** A provider that asks for more than this is not waited for. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

export interface RetryQuestion {
  rules: RetryRules;
  /** tries made so far, 1 … */
  tries: number;
  /** a candidate that this call has not tried yet is left: it is tried without a wait */
  untried: boolean;
  /** what the last candidate asked for; absent when it did not */
  retryAfterMs?: number;
  /** until the caller's deadline; Infinity when there is none */
  remainingMs: number;
  /** 0 ≤ random < 1 */
  random: number;
}

/**
 * Milliseconds to wait before the next try, or null: give up. Full jitter, random × min(maxMs, baseMs × 2ⁿ) (AWS Architecture
 * Blog, "Exponential Backoff And Jitter"); with `Retry-After` that time and the jitter on top, so that waiters do not come
 * together. A wait that does not end before the deadline is not begun.
 */
export function waitBeforeNext(q: RetryQuestion): number | null {
  if (q.tries >= q.rules.maxAttempts || q.remainingMs <= 0) return null;
  if (q.untried) return 0;
  const jitter = q.random * Math.min(q.rules.maxMs, q.rules.baseMs * 2 ** (q.tries - 1));
  const asked = q.retryAfterMs ?? 0;
  if (asked > LONGEST_RETRY_AFTER_MS) return null;
  const wait = asked + jitter;
  return wait < q.remainingMs ? wait : null;
}

/** `Retry-After` (RFC 9110 10.2.3): seconds or an HTTP date, and OpenAI's `retry-after-ms`. Undefined when absent or nonsense. */
export function retryAfterMs(
  headers: { retryAfter?: string | undefined; retryAfterMs?: string | undefined },
  nowMs: number,
): number | undefined {
  const ms = Number(headers.retryAfterMs?.trim() || Number.NaN);
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  const text = headers.retryAfter?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse takes almost anything for a date; an HTTP date begins with its weekday
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
