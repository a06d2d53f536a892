import type { Claim } from '#core/limit/claim.js';
import { committed, emptyIn, fitsIn, leaseMs, type Window, windowOf } from '#core/limit/window.js';
import type { Exchange } from '#store/ledger.js';
import type { LedgerAccess } from './access.js';
import { Pace, slotsInAdvance } from './pace.js';

/** A refusal is repeated for this long without asking again: near the limit the refusals make the load, not the grants. */
const REFUSED_MS = 250;
/** When a slot will come free nobody knows. */
const SLOT_RETRY_MS = 1_000;
/** Use is reported at least this often; sooner when little is left, because others wait for what an estimate held too much. */
const REPORT_MS = 10_000;
const REPORT_SOON_MS = 250;
const IDLE_MS = { count: 20_000, slots: 3_000 };
const FORGET_MS = 60_000;

export type Outcome = 'granted' | 'refused' | 'away';
interface Waiter {
  amount: number;
  resolve(outcome: Outcome): void;
}

/**
 * One allowance in this process: the lease, and what calls have taken from it. `held` is leased and not used yet, `pending` the
 * part of it that running calls have reserved; the rest is free. Times are the process's monotonic clock. At most one exchange
 * with the ledger runs at a time. What goes wrong with one leaves the account below what the ledger thinks it has, never above.
 */
export class Account {
  private readonly tenant: string;
  private readonly allowance: string;
  private readonly lease: string;
  private readonly window: Window | null;
  private readonly access: LedgerAccess;
  private limit: number;
  private held = 0;
  private pending = 0;
  /** on its way back to the ledger: not ours any more, and still left */
  private returning = 0;
  private used = 0;
  private confirmed = 0;
  private seq = 0;
  /** the ledger may think that we hold more than we do */
  private unsure = false;
  private deadline = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | undefined;
  private waiters: Waiter[] = [];
  private refillBelow = 0;
  private left: number | null = null;
  private emptyAt = 0;
  private refused = { amount: 0, until: 0, retryAt: 0 };
  private readonly pace: Pace;
  private touched: number;
  private sentAt: number;

  constructor(claim: Claim, lease: string, access: LedgerAccess, now: number) {
    this.tenant = claim.tenant;
    this.allowance = claim.allowance;
    this.limit = claim.limit;
    this.window = windowOf(claim.windowMs);
    this.lease = lease;
    this.access = access;
    this.pace = new Pace(now);
    this.touched = this.sentAt = now;
  }

  /** Takes `amount` from the lease, or says that the ledger must be asked. */
  take(amount: number, limit: number, now: number): boolean {
    if (limit !== this.limit) this.changeLimit(limit);
    if (now >= this.deadline) this.lapse();
    if (this.waiters.length > 0 || this.held - this.pending < amount) return false;
    this.reserve(amount, now);
    if (this.held - this.pending < this.refillBelow && this.idleLine()) void this.exchange();
    return true;
  }
  /** After `take` said no: waits for the ledger, unless it is known what it would say. */
  ask(amount: number, now: number): Outcome | Promise<Outcome> {
    if (amount > this.limit) return 'refused';
    if (this.access.away) return 'away';
    if (now < this.refused.until && amount >= this.refused.amount) return 'refused';
    return new Promise((resolve) => {
      this.waiters.push({ amount, resolve });
      if (!this.asking) void this.exchange();
    });
  }
  /** Takes without a lease; it is charged when the ledger can be reached again. */
  force(amount: number, now: number): void {
    this.reserve(amount, now);
  }
  /** A reservation ends and `used` of it was used: less, all, or more than `reserved`; more comes out of the lease. */
  settle(reserved: number, used: number): void {
    this.pending -= reserved;
    this.held -= used;
    this.used += used;
    this.refused.until = 0;
    if (!this.idleLine()) return;
    if (this.held < this.pending) void this.exchange();
    else if (this.scarce() && this.held > this.pending) void this.exchange(true);
  }
  release(reserved: number): void {
    this.settle(reserved, 0);
  }

  /** This process's word on what is left: what the ledger said last, and what is free here. `null`: not known. */
  remaining(): number | null {
    return this.left === null || this.access.away ? null : Math.max(0, this.left + this.held - this.pending + this.returning);
  }
  /** Until nothing counts any more, ms; 0 for slots. */
  resetIn(now: number): number {
    if (!this.window) return 0;
    return this.used > this.confirmed || this.pending > 0 ? this.window.ms : Math.min(this.window.ms, Math.max(0, this.emptyAt - now));
  }
  /** After `amount` was refused: when to try again, ms; null: it is more than the limit, and can never be granted. */
  retryIn(amount: number, now: number): number | null {
    return amount > this.limit ? null : Math.max(0, Math.ceil(this.refused.retryAt - now));
  }

  /** Housekeeping; true when the account holds nothing and may be forgotten. */
  tend(now: number): boolean {
    if (now >= this.deadline) this.lapse();
    const unreported = this.unsure || this.used > this.confirmed;
    if (this.pending === 0 && this.held <= 0 && !unreported && !this.asking) return now - this.touched > FORGET_MS;
    if (!this.idleLine()) return false;
    const idle = now - this.touched > (this.window ? IDLE_MS.count : IDLE_MS.slots);
    if (this.held < this.pending) void this.exchange();
    else if (idle && this.held > this.pending) void this.exchange(true);
    else if (unreported && now - this.sentAt > (this.unsure || this.scarce() ? REPORT_SOON_MS : REPORT_MS)) void this.exchange(idle);
    else if (this.deadline - now < leaseMs(this.window) / 2) void this.exchange(idle);
    return false;
  }
  /** Asks the ledger although it is thought to be away. */
  probe(): Promise<void> {
    return this.asking ?? this.exchange();
  }
  /** Gives back what is free and reports what was used. */
  async close(): Promise<void> {
    while (this.asking) await this.asking;
    if (this.held > this.pending || this.unsure || this.used > this.confirmed) await this.exchange(true);
  }

  private reserve(amount: number, now: number): void {
    this.pending += amount;
    this.pace.draw(amount);
    this.touched = now;
  }
  private idleLine = (): boolean => this.asking === undefined && !this.access.away;
  /** The ledger has not enough for another call: then what comes free here goes back to where others ask for it. */
  private scarce = (): boolean => this.left !== null && this.left < this.pace.claim;
  /** Past its end the lease counts as spent, so what is free in it is gone. */
  private lapse(): void {
    if (this.held <= this.pending) return;
    this.held = this.pending;
    this.unsure = true;
  }
  private changeLimit(limit: number): void {
    if (limit < this.limit) this.lapse();
    this.limit = limit;
    this.left = null;
    this.refused.until = 0;
  }
  private exchange(giveBack = false): Promise<void> {
    const now = this.access.clock();
    if (now >= this.deadline) this.lapse();
    const advance = giveBack ? 0 : this.window ? this.pace.advance(now) : slotsInAdvance(this.pending);
    // no longer ours from here on, so that nothing is granted from what the ledger is about to give to others
    const before = this.held;
    if (this.waiters.length === 0 && this.held - this.pending > 2 * advance) this.held = this.pending + advance;
    this.returning = before - this.held;
    const waiting = this.waiters.map((w) => w.amount);
    const heldSent = this.held;
    const keep = Math.max(this.held, this.pending, 0);
    const free = keep - this.pending;
    const least = waiting.length === 0 ? 0 : Math.max(1, Math.min(...waiting) - free);
    const demand = Math.max(least, waiting.reduce((sum, amount) => sum + amount, 0) - free);
    const { tenant, allowance, lease, limit, window, used, confirmed } = this;
    const x: Exchange = {
      ...{ tenant, allowance, lease, limit, window, used, confirmed, keep, demand, least },
      gateway: this.access.gateway,
      seq: ++this.seq,
      advance: demand + Math.max(0, advance - free),
    };
    this.sentAt = now;
    this.unsure = false;
    this.asking = this.access.exchange(x).then((answer) => {
      this.asking = undefined;
      this.returning = 0;
      if (!answer) {
        this.unsure = true;
        for (const waiter of this.waiters.splice(0)) waiter.resolve('away');
        return;
      }
      this.held += answer.amount - heldSent;
      this.confirmed = used;
      this.deadline = now + leaseMs(window) * 0.98; // the server's clock may run a little faster than ours
      if (limit === this.limit) this.left = Math.max(0, limit - committed(answer.state, window));
      this.emptyAt = this.access.clock() + emptyIn(answer.state, window);
      this.serve(waiting.length, answer.state, limit);
      const refillable = !giveBack && !this.scarce() && (x.advance === 0 || answer.amount > keep);
      this.refillBelow = refillable ? Math.floor((this.held - this.pending) / 2) : 0;
      if (this.waiters.length > 0) void this.exchange();
      else if (this.scarce() && this.held > this.pending && this.idleLine()) void this.exchange(true);
    });
    return this.asking;
  }
  /** The first `batch` waiters were in the exchange: what does not fit now is refused. */
  private serve(batch: number, state: Parameters<typeof committed>[0], limit: number): void {
    const now = this.access.clock();
    for (const waiter of this.waiters.splice(0, batch)) {
      const free = this.held - this.pending;
      if (waiter.amount <= free) {
        this.reserve(waiter.amount, now);
        waiter.resolve('granted');
        continue;
      }
      const known = this.refused.until > now ? this.refused.amount : Number.POSITIVE_INFINITY;
      if (waiter.amount < known) {
        const retry = this.window ? (fitsIn(state, this.window, limit, waiter.amount - free) ?? this.window.ms) : SLOT_RETRY_MS;
        this.refused = { amount: waiter.amount, until: now + REFUSED_MS, retryAt: now + retry };
      }
      waiter.resolve('refused');
    }
  }
}
