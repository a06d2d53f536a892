import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim } from '#core/limit/claim.js';
import { exchangeLease } from '#store/ledger.js';
import type { Store } from '#store/kit/connect.js';
import { type AllowanceCounters, type AllowanceEvent, LedgerAccess } from './access.js';
import { Account, type Outcome } from './account.js';
import { Denied, Grant, standings } from './grant.js';

const TEND_MS = 250;
const STOP_MS = 2_000;
/** With the ledger away and the policy `closed`: when a call may try again. */
const AWAY_RETRY_MS = 1_000;

/**
 * The allowances that this process has a lease of. Most reservations are answered from memory at once; the ledger is asked in
 * the background before a lease runs out, and per call when little is left. A process that is killed gives nothing back: its
 * leases expire, counts as spent, slots as free.
 */
export class Allowances {
  readonly counters: AllowanceCounters = { asked: 0, denied: 0, storeAway: 0, servedOpen: 0 };
  private readonly access: LedgerAccess;
  private readonly accounts = new Map<string, Map<string, Account>>();
  /** distinguishes the leases of this run from those of one that was killed */
  private readonly run = randomBytes(6).toString('hex');
  private opened = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(o: { id: string; open: () => Promise<Store>; onEvent: (event: AllowanceEvent) => void }) {
    this.access = new LedgerAccess({
      gateway: o.id,
      clock: () => performance.now(),
      ask: async (x) => exchangeLease(await o.open(), x),
      counters: this.counters,
      onEvent: o.onEvent,
    });
  }
  start(): void {
    this.timer = setInterval(() => this.tend(), TEND_MS);
    this.timer.unref();
  }
  /** Gives the leases back; calls must have ended. What cannot be given back in 2 s expires. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const closing = [...this.accounts.values()].flatMap((ofTenant) => [...ofTenant.values()].map((a) => a.close()));
    await Promise.race([Promise.all(closing), sleep(STOP_MS, undefined, { ref: false })]);
  }

  /**
   * All claims or none. At once when the leases have enough or the answer is known; else a promise, which never rejects.
   * @param now performance.now(), ms
   */
  reserve(claims: readonly Claim[], now: number): Grant | Denied | Promise<Grant | Denied> {
    const accounts: Account[] = [];
    for (let i = 0; i < claims.length; i++) {
      const claim = claims[i] as Claim;
      const account = (accounts[i] = this.account(claim, now));
      if (account.take(claim.amount, claim.limit, now)) continue;
      const outcome = account.ask(claim.amount, now);
      if (typeof outcome !== 'string') return this.wait(claims, accounts, i, outcome);
      const denied = this.decide(outcome, claims, accounts, i);
      if (denied) return denied;
    }
    return new Grant(claims, accounts, this.access.clock);
  }

  /** Goes on from claim `i`, whose ledger is being asked; those before it are reserved. */
  private async wait(claims: readonly Claim[], accounts: Account[], from: number, first: Promise<Outcome>): Promise<Grant | Denied> {
    for (let i = from; i < claims.length; i++) {
      const claim = claims[i] as Claim;
      const account = (accounts[i] = this.account(claim, this.access.clock()));
      if (i > from && account.take(claim.amount, claim.limit, this.access.clock())) continue;
      const outcome = await (i === from ? first : account.ask(claim.amount, this.access.clock()));
      const denied = this.decide(outcome, claims, accounts, i);
      if (denied) return denied;
    }
    return new Grant(claims, accounts, this.access.clock);
  }
  /** What follows from an account's answer to claim `i`; a denial takes the reservations before it back. */
  private decide(outcome: Outcome, claims: readonly Claim[], accounts: readonly Account[], i: number): Denied | undefined {
    const claim = claims[i] as Claim;
    const account = accounts[i] as Account;
    if (outcome === 'granted') return undefined;
    const now = this.access.clock();
    if (outcome === 'away') {
      this.counters.storeAway++;
      if (claim.whenStoreAway === 'open') {
        this.counters.servedOpen++;
        account.force(claim.amount, now);
        return undefined;
      }
    }
    this.counters.denied++;
    for (let k = 0; k < i; k++) (accounts[k] as Account).release((claims[k] as Claim).amount);
    const all = standings(claims, accounts, now);
    return outcome === 'away'
      ? new Denied('limit_unknown', claim, null, AWAY_RETRY_MS, all)
      : new Denied('limit_exceeded', claim, account.remaining(), account.retryIn(claim.amount, now), all);
  }

  /** This process's word on what is left of an allowance; null when it does not know. */
  remaining(claim: Pick<Claim, 'tenant' | 'allowance'>): number | null {
    return this.accounts.get(claim.tenant)?.get(claim.allowance)?.remaining() ?? null;
  }
  private account(claim: Claim, now: number): Account {
    let ofTenant = this.accounts.get(claim.tenant);
    if (!ofTenant) this.accounts.set(claim.tenant, (ofTenant = new Map()));
    let account = ofTenant.get(claim.allowance);
    if (!account) {
      account = new Account(claim, `${this.access.gateway}#${this.run}.${++this.opened}`, this.access, now);
      ofTenant.set(claim.allowance, account);
    }
    return account;
  }
  private tend(): void {
    const now = this.access.clock();
    if (this.access.away) {
      const [any] = [...this.accounts.values()].flatMap((ofTenant) => [...ofTenant.values()].slice(0, 1));
      void any?.probe();
    }
    for (const [tenant, ofTenant] of this.accounts) {
      for (const [id, account] of ofTenant) if (account.tend(now)) ofTenant.delete(id);
      if (ofTenant.size === 0) this.accounts.delete(tenant);
    }
  }
}
