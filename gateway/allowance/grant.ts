import { type Claim, COUNTING } from '#core/limit/claim.js';
import type { LimitUnit } from '#core/limit/schema.js';
import type { Account } from './account.js';
import { rateLimitHeaders, type Standing } from './headers.js';

/** What was used of the units that are known only afterwards; absent or null: not known, the reserved estimate counts. */
export type Usage = { readonly [unit in LimitUnit]?: number | null };

/** A call may run. Exactly one of `settle` and `release` ends it; what comes after that is ignored. */
export class Grant {
  readonly granted = true;
  private readonly claims: readonly Claim[];
  private readonly accounts: readonly Account[];
  private readonly clock: () => number;
  private begun = false;
  private ended = false;

  constructor(claims: readonly Claim[], accounts: readonly Account[], clock: () => number) {
    this.claims = claims;
    this.accounts = accounts;
    this.clock = clock;
  }
  /** The call goes out: requests count from now on, whatever becomes of it. */
  begin(): void {
    if (this.begun || this.ended) return;
    this.begun = true;
    this.each((claim, account) => {
      if (COUNTING[claim.unit] === 'at-start') account.settle(claim.amount, claim.amount);
    });
  }
  /** The call is over. More than was reserved is taken from the lease, or stands in the ledger above the limit until it is paid. */
  settle(usage: Usage = {}): void {
    if (this.ended) return;
    this.begin();
    this.ended = true;
    this.each((claim, account) => {
      const counting = COUNTING[claim.unit];
      if (counting === 'while-running') account.release(claim.amount);
      else if (counting === 'by-usage') account.settle(claim.amount, Math.max(0, Math.ceil(usage[claim.unit] ?? claim.amount)));
    });
  }
  /** The call did not happen: nothing is consumed, but for the request itself if it had begun. */
  release(): void {
    if (this.ended) return;
    this.ended = true;
    this.each((claim, account) => {
      if (!this.begun || COUNTING[claim.unit] !== 'at-start') account.release(claim.amount);
    });
  }
  /** For the answer: this gateway's estimates. */
  headers(): Record<string, string> {
    return rateLimitHeaders(standings(this.claims, this.accounts, this.clock()));
  }
  private each(work: (claim: Claim, account: Account) => void): void {
    for (let i = 0; i < this.claims.length; i++) work(this.claims[i] as Claim, this.accounts[i] as Account);
  }
}

/** A call may not run, and has consumed nothing. */
export class Denied {
  readonly granted = false;
  /** `limit_exceeded`: answer 429. `limit_unknown`: the ledger is away, the lease used up, the policy `closed`: answer 503 */
  readonly code: 'limit_exceeded' | 'limit_unknown';
  /** the limit's name */
  readonly limit: string;
  readonly unit: LimitUnit;
  /** how much the limit allows */
  readonly amount: number;
  /** null: not known */
  readonly remaining: number | null;
  /** null: never, the call asks for more than the limit allows at all */
  readonly retryAfterMs: number | null;
  readonly headers: Record<string, string>;

  constructor(code: Denied['code'], claim: Claim, remaining: number | null, retryAfterMs: number | null, all: readonly Standing[]) {
    this.code = code;
    this.limit = claim.name;
    this.unit = claim.unit;
    this.amount = claim.limit;
    this.remaining = remaining;
    this.retryAfterMs = retryAfterMs;
    this.headers = rateLimitHeaders(all, retryAfterMs);
  }
}

/** Of the accounts there are; claims that were not asked yet have none. */
export const standings = (claims: readonly Claim[], accounts: readonly (Account | undefined)[], now: number): Standing[] =>
  claims.flatMap((c, i) => {
    const account = accounts[i];
    return account ? [{ unit: c.unit, limit: c.limit, remaining: account.remaining(), resetMs: account.resetIn(now) }] : [];
  });
