/**
 * Arithmetic of an allowance's count over a sliding window.
 *
 * Time is cut into buckets of `bucketMs`; bucket b is [b·bucketMs, (b+1)·bucketMs). What was used is charged to the bucket of
 * the moment it is *reported*, which is never before it was used. At time T a bucket counts while any moment of it lies in
 * (T − ms, T], that is while (b+1)·bucketMs > T − ms ⇔ b ≥ ⌊(T − ms) / bucketMs⌋. An open lease counts in full; an expired
 * one counts as spent at its expiry, because its gateway may have used all of it until then and not told us.
 *
 * So each use at s in (T − ms, T] is counted at T: in its lease while that is open; after the report at r, s ≤ r ≤ T, in r's
 * bucket; after expiry at x, s ≤ x, in x's. Admitting only while `committed + new ≤ limit` therefore keeps the uses of EVERY
 * window of that length ≤ limit. The price is that a use counts for at most one bucket and its report's delay too long.
 */
export interface Window {
  /** length, ms */
  ms: number;
  bucketMs: number;
}
/** What was used in one bucket; `bucket` counts buckets since 1970. */
export interface Spent {
  bucket: number;
  amount: number;
}
/** What one gateway process holds and may use without asking. */
export interface Lease {
  id: string;
  gateway: string;
  /** of the newest exchange that changed it; older ones are ignored */
  seq: number;
  /** reported use since the lease began: all of it is in `spent` */
  used: number;
  amount: number;
  /** ms since 1970, server time */
  expiresAt: number;
}
/** One allowance as the ledger has it; `at` is the server's time of the last change, ms since 1970. */
export interface LedgerState {
  at: number;
  spent: readonly Spent[];
  leases: readonly Lease[];
}

const HOUR = 3_600_000;
/** A slot lease that is not renewed frees its slots after this time, ms. */
const SLOT_LEASE_MS = 10_000;
const COUNT_LEASE_MS = 60_000;

/** 20 buckets in a window (of a minute: 3 s), 48 from an hour on (of a day: 30 min). `null` = slots, which have no window. */
export function windowOf(ms: number | null): Window | null {
  return ms === null ? null : { ms, bucketMs: Math.ceil(ms / (ms >= HOUR ? 48 : 20)) };
}
/** How long a lease lasts unless it is renewed, ms; also what a killed gateway's lease keeps blocked before its window runs. */
export const leaseMs = (window: Window | null): number => (window ? Math.min(window.ms, COUNT_LEASE_MS) : SLOT_LEASE_MS);

export const bucketOf = (at: number, window: Window): number => Math.floor(at / window.bucketMs);
/** When a bucket no longer counts, ms since 1970. */
const endOf = (bucket: number, window: Window): number => (bucket + 1) * window.bucketMs + window.ms;

/** When a lease no longer counts if its gateway is never heard of again, ms since 1970. */
const leaseEnd = (lease: Lease, window: Window | null): number =>
  window ? endOf(bucketOf(lease.expiresAt, window), window) : lease.expiresAt;

/** What counts against the limit at `now` and until when, soonest first. */
function counted(state: LedgerState, window: Window | null, now: number): { amount: number; until: number }[] {
  return [
    ...(window ? state.spent.map((s) => ({ amount: s.amount, until: endOf(s.bucket, window) })) : []),
    ...state.leases.map((l) => ({ amount: l.amount, until: leaseEnd(l, window) })),
  ]
    .filter((c) => c.amount > 0 && c.until > now)
    .sort((a, b) => a.until - b.until);
}

/** Spent + open leases at `now`; a `now` before `state.at` (a clock that went back) is taken as `state.at`. */
export function committed(state: LedgerState, window: Window | null, now = state.at): number {
  return counted(state, window, Math.max(now, state.at)).reduce((sum, c) => sum + c.amount, 0);
}

/**
 * In how many ms `amount` more will fit at the latest, if nobody takes it first; 0: now; null: never, it is above the limit
 * itself. Leases may come back earlier than this says.
 */
export function fitsIn(state: LedgerState, window: Window | null, limit: number, amount: number): number | null {
  if (amount > limit) return null;
  let used = committed(state, window);
  if (used + amount <= limit) return 0;
  for (const c of counted(state, window, state.at)) {
    used -= c.amount;
    if (used + amount <= limit) return Math.ceil(c.until - state.at);
  }
  return 0;
}

/** In how many ms nothing counts any more, if nothing else is used. */
export function emptyIn(state: LedgerState, window: Window | null): number {
  const last = counted(state, window, state.at).at(-1);
  return last ? Math.ceil(last.until - state.at) : 0;
}
