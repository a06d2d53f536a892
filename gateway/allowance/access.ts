import type { LedgerState } from '#core/limit/window.js';
import type { Exchange } from '#store/ledger.js';
import { errorText } from '../log.js';

/** The ledger as the allowances need it; rejects when it cannot be reached. */
export type AskLedger = (x: Exchange) => Promise<{ state: LedgerState; amount: number }>;
/** One at each change of state, not one a call. */
export type AllowanceEvent = { kind: 'store-away'; reason: string } | { kind: 'store-back'; awayMs: number };

/** For metrics; all only grow. */
export interface AllowanceCounters {
  /** exchanges with the ledger */
  asked: number;
  denied: number;
  /** reservations that found the ledger away and the lease used up */
  storeAway: number;
  /** of them, those let through by their limit's policy */
  servedOpen: number;
}

/** An answer that takes longer is no answer: a call must not hang on a store that is going away. */
const ANSWER_MS = 1_000;

/** The way to the ledger, shared by all accounts: after one failure nobody asks until a probe has had an answer. */
export class LedgerAccess {
  readonly gateway: string;
  readonly clock: () => number;
  away = false;
  private readonly askLedger: AskLedger;
  private readonly counters: AllowanceCounters;
  private readonly onEvent: (event: AllowanceEvent) => void;
  private awaySince = 0;

  constructor(o: {
    gateway: string;
    clock: () => number;
    ask: AskLedger;
    counters: AllowanceCounters;
    onEvent: (event: AllowanceEvent) => void;
  }) {
    this.gateway = o.gateway;
    this.clock = o.clock;
    this.askLedger = o.ask;
    this.counters = o.counters;
    this.onEvent = o.onEvent;
  }
  /** Undefined when the ledger does not answer; the exchange may have happened all the same. */
  async exchange(x: Exchange): Promise<{ state: LedgerState; amount: number } | undefined> {
    this.counters.asked++;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    });
    try {
      const answer = await Promise.race([this.askLedger(x), late]);
      if (this.away) this.onEvent({ kind: 'store-back', awayMs: Math.round(this.clock() - this.awaySince) });
      this.away = false;
      return answer;
    } catch (e) {
      if (!this.away) {
        this.away = true;
        this.awaySince = this.clock();
        this.onEvent({ kind: 'store-away', reason: errorText(e) });
      }
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
