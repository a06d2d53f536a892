import type { Ticket } from '#core/routing/breaker.js';
import { abandoned, answered as answeredWell, failed as answeredIll } from '#core/routing/health.js';
import type { Seen } from '../health/book.js';
import { fateOf, OutOfTime } from './fate.js';
import type { CallFacts } from './record.js';
import type { Outcome } from './outcome.js';
import type { Address } from './targets.js';

export interface Lesson {
  to: Address;
  seen: Seen;
  ticket: Ticket;
  facts: CallFacts;
  /** when the attempt was sent: performance clock, and wall clock in ms */
  sent: number;
  clock: number;
  /** number of the attempt, from 1 */
  attempt: number;
  outputTokens: number | null;
  /** the call's own deadline has passed */
  timeIsUp: boolean;
}

/** What the outcome says of the candidate. An answer of the caller's making, or one that nobody waited for, says nothing. */
export function learn(
  { to, seen: { health, breaker }, ticket, facts, sent, clock, attempt, outputTokens, timeIsUp }: Lesson,
  outcome: Outcome | undefined,
): void {
  const now = Date.now();
  if (outcome?.kind === 'over' && outcome.end.status === 'ok') {
    const { firstByteMs } = outcome.end;
    const firstAt = facts.stream && firstByteMs !== null ? clock + firstByteMs - (sent - facts.startedAt) : null;
    answeredWell(health, now, clock, firstAt, outputTokens);
    return breaker.onSuccess(ticket, now);
  }
  const fate =
    outcome?.kind === 'failed' || outcome?.kind === 'unreached'
      ? fateOf(to, outcome, attempt, now)
      : outcome?.kind === 'over' && outcome.end.status === 'truncated' && !timeIsUp
        ? { fault: 'transient' as const, retryAfterMs: undefined }
        : undefined;
  if (!fate || fate.fault === 'caller' || fate.fault === 'ok' || (outcome?.kind === 'unreached' && outcome.error instanceof OutOfTime)) {
    abandoned(health, clock);
    return breaker.onRelease(ticket);
  }
  // a provider that is asked too much is not a bad one: its breaker waits, its figures stay
  if (fate.fault === 'rate-limit') abandoned(health, clock);
  else answeredIll(health, now, clock);
  breaker.onFailure(ticket, fate.fault, now, fate.retryAfterMs);
}
