import { expect, it } from '@jest/globals';
import type { LedgerState } from '#core/limit/window.js';
import type { Claim } from '#core/limit/claim.js';
import type { Exchange } from '#store/ledger.js';
import { LedgerAccess } from './access.js';
import { Account } from './account.js';

const LIMIT = 3_000;
const claim: Claim = {
  ...{ tenant: 't', allowance: 'a', name: 'a', unit: 'tokens', amount: 1, limit: LIMIT, windowMs: 60_000, whenStoreAway: 'closed' },
};

/** A ledger that answers when told, and gives what is asked for as far as the limit leaves it. */
function slowLedger() {
  const asked: (() => Promise<void>)[] = [];
  const access = new LedgerAccess({
    ...{ gateway: 'g', clock: () => 0, counters: { asked: 0, denied: 0, storeAway: 0, servedOpen: 0 }, onEvent: () => undefined },
    ask: (x: Exchange) =>
      new Promise((resolve) => {
        asked.push(async () => {
          const amount = x.keep + Math.min(x.advance, LIMIT - x.used - x.keep);
          const lease = { id: x.lease, gateway: 'g', seq: x.seq, used: x.used, amount, expiresAt: 60_000 };
          const state: LedgerState = { at: 0, spent: [{ bucket: 0, amount: x.used }], leases: [lease] };
          resolve({ state, amount });
          await new Promise((r) => setImmediate(r));
        });
      }),
  });
  return { access, asked, answer: () => asked.shift()?.() };
}

it('what is left is said without what is on its way back to the ledger being left out', async () => {
  const { access, asked, answer } = slowLedger();
  const account = new Account(claim, 'l', access, 0);
  expect(account.take(1_600, LIMIT, 0)).toBe(false);
  const granted = account.ask(1_600, 0);
  await answer();
  expect([await granted, account.remaining()]).toEqual(['granted', LIMIT - 1_600]);
  while (asked.length > 0) await answer(); // little is left: what is free here has gone back
  account.settle(1_600, 18);
  expect(asked).toHaveLength(1);
  expect(account.remaining()).toBe(LIMIT - 18); // it is under way, and nobody else has it
  await answer();
  expect(account.remaining()).toBe(LIMIT - 18);
});
