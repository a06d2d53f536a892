import type { IncomingHttpHeaders } from 'node:http';
import type { LimitSeen } from '#core/routing/headroom.js';

/** The two spellings: OpenAI's (`reset` as a duration, `6m0s`) and Anthropic's (`reset` as a time). */
const KINDS = ['x-ratelimit-X-requests', 'x-ratelimit-X-tokens', 'anthropic-ratelimit-requests-X', 'anthropic-ratelimit-tokens-X'];
const NAMES = KINDS.map((kind) => ['limit', 'remaining', 'reset'].map((part) => kind.replace('X', part)) as [string, string, string]);

/** Of the limits that an answer speaks of, the one with the smallest share left; null when it speaks of none. `now` in ms. */
export function limitIn(headers: IncomingHttpHeaders, now: number): LimitSeen | null {
  let tightest: LimitSeen | null = null;
  for (const [limitName, remainingName, resetName] of NAMES) {
    const limit = Number(headers[limitName]);
    if (!(limit > 0)) continue;
    const remaining = Number(headers[remainingName]);
    if (!(remaining >= 0)) continue;
    const seen = { limit, remaining, resetMs: resetMs(String(headers[resetName] ?? ''), now), at: now };
    if (!tightest || remaining / limit < tightest.remaining / tightest.limit) tightest = seen;
  }
  return tightest;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** `1s`, `6m0s`, `20ms`, seconds as a number, or an ISO time; a minute when it is none of these. */
function resetMs(text: string, now: number): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length > 0 && parts.map((p) => p[0]).join('') === text)
    return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNIT_MS[unit as string] ?? 0), 0);
  const time = Date.parse(text);
  return Number.isNaN(time) ? 60_000 : Math.max(0, time - now);
}
