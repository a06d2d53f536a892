import type { Failure } from './failure.js';

/** What a call holds while it runs; `probe` is the only call that a half-open breaker lets through. */
export type Ticket = 'call' | 'probe';
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Failures in a row that open it */
const IN_A_ROW = 5;
/** or this share of the calls of the last WINDOW_MS, when there were at least MIN_CALLS */
const SHARE = 0.5;
const MIN_CALLS = 10;
const SLOTS = 6;
const SLOT_MS = 5_000;
/** a probe that nobody reported is forgotten, or the breaker would never close again */
const PROBE_LOST_MS = 120_000;
/** The first cool-down of each cause and the longest, ms; doubled each time that a probe fails. */
const COOL_DOWN: Record<Failure, { first: number; longest: number }> = {
  transient: { first: 5_000, longest: 120_000 },
  unknown: { first: 5_000, longest: 120_000 },
  'rate-limit': { first: 1_000, longest: 60_000 },
  quota: { first: 60_000, longest: 900_000 },
  credential: { first: 60_000, longest: 900_000 },
};
const LONGEST_RETRY_AFTER_MS = 900_000;

/**
 * Circuit breaker of one candidate (provider connection and model); pure but for its own state, times are ms of the caller's
 * clock. Closed: calls pass. Open: none until the cool-down is over. Half-open: one probe at a time; its success closes, its
 * failure opens for twice as long. Quota, credentials and 429 open it at once, and so does any failure with `Retry-After`.
 * Make a new one when the connection's credential or address changes.
 */
export class Breaker {
  private openUntil: number | null = null;
  private cause: Failure | null = null;
  private openings = 0;
  private inARow = 0;
  private probeSince: number | null = null;
  private readonly calls = Array.from({ length: SLOTS }, () => 0);
  private readonly failures = Array.from({ length: SLOTS }, () => 0);
  private slot = 0;

  state(now: number): BreakerState {
    if (this.openUntil === null) return 'closed';
    return now < this.openUntil ? 'open' : 'half-open';
  }

  /** Whether a call would be let through now; changes nothing. */
  allow(now: number): boolean {
    const state = this.state(now);
    return state === 'closed' || (state === 'half-open' && !this.probing(now));
  }

  /** Lets a call through, or not (null). Whoever holds a ticket gives it back by exactly one of the three functions below. */
  admit(now: number): Ticket | null {
    if (!this.allow(now)) return null;
    if (this.openUntil === null) return 'call';
    this.probeSince = now;
    return 'probe';
  }

  /** An answer came: call it when its status is known to be good, not only at the end of a long stream. */
  onSuccess(ticket: Ticket, now: number): void {
    this.count(now, 0);
    // a call from before the opening proves nothing about the time after it
    if (this.openUntil !== null && ticket !== 'probe') return;
    this.openUntil = null;
    this.cause = null;
    this.probeSince = null;
    this.openings = 0;
    this.inARow = 0;
  }

  /** `retryAfterMs`: what the provider asked for, if it did. */
  onFailure(ticket: Ticket, kind: Failure, now: number, retryAfterMs?: number): void {
    this.count(now, 1);
    this.inARow++;
    const severe = kind === 'quota' || kind === 'credential';
    if (ticket === 'probe') this.open(kind, now, retryAfterMs);
    else if (this.openUntil !== null) {
      // a late answer of an earlier call: only a graver cause says more than what opened it
      if (severe && this.cause !== kind && this.state(now) === 'open') this.open(kind, now, retryAfterMs);
    } else if (severe || kind === 'rate-limit' || retryAfterMs !== undefined || this.inARow >= IN_A_ROW || this.mostlyFailing())
      this.open(kind, now, retryAfterMs);
  }

  /** The call ended without a verdict: the caller went away, or its request was at fault. */
  onRelease(ticket: Ticket): void {
    if (ticket === 'probe') this.probeSince = null;
  }

  /** Milliseconds until a call has a chance; 0 when it has one now. */
  retryAfterMs(now: number): number {
    if (this.openUntil === null) return 0;
    return now < this.openUntil ? this.openUntil - now : this.probing(now) ? 1_000 : 0;
  }

  /** What opened it; null while closed. */
  get openedBy(): Failure | null {
    return this.cause;
  }

  private open(kind: Failure, now: number, retryAfterMs: number | undefined): void {
    const { first, longest } = COOL_DOWN[kind];
    // a provider that names the time knows better than our doubling; its word for spent quota may be for a rate limit only
    const own = Math.min(longest, first * 2 ** Math.min(this.openings, 20));
    const told = retryAfterMs === undefined ? undefined : Math.min(Math.max(0, retryAfterMs), LONGEST_RETRY_AFTER_MS);
    const severe = kind === 'quota' || kind === 'credential';
    this.openUntil = now + (told === undefined ? own : severe ? Math.max(own, told) : told);
    this.cause = kind;
    this.probeSince = null;
    this.openings++;
    this.inARow = 0;
    this.calls.fill(0);
    this.failures.fill(0);
  }

  private probing(now: number): boolean {
    return this.probeSince !== null && now - this.probeSince < PROBE_LOST_MS;
  }

  /** Ring of SLOTS × SLOT_MS. */
  private count(now: number, failure: 0 | 1): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot - this.slot >= SLOTS) {
      this.calls.fill(0);
      this.failures.fill(0);
      this.slot = slot;
    }
    for (; this.slot < slot; ) {
      this.slot++;
      this.calls[this.slot % SLOTS] = 0;
      this.failures[this.slot % SLOTS] = 0;
    }
    const at = this.slot % SLOTS;
    this.calls[at] = (this.calls[at] ?? 0) + 1;
    this.failures[at] = (this.failures[at] ?? 0) + failure;
  }

  private mostlyFailing(): boolean {
    let calls = 0;
    let failures = 0;
    for (let i = 0; i < SLOTS; i++) {
      calls += this.calls[i] ?? 0;
      failures += this.failures[i] ?? 0;
    }
    return calls >= MIN_CALLS && failures >= SHARE * calls;
  }
}
