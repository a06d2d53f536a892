import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bucketOf, committed, windowOf } from '#core/limit/window.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { type Exchange, exchangeLease, ledger } from '#store/ledger.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

let store: Store;
beforeAll(async () => {
  const uri = testDatabase('ledger');
  await migrate(uri, { seed: false });
  store = await openStore(uri);
});
afterAll(async () => {
  await store.db.dropDatabase();
  await store.close();
});

const minute = windowOf(60_000);
let n = 0;
/** Exchanges about a fresh allowance, or the one that is named. */
const allowance = (limit: number, o: Partial<Exchange> = {}) => {
  const name = `a${++n}`;
  return (x: Partial<Exchange>) =>
    exchangeLease(store, {
      ...{ tenant: 'acme', allowance: name, limit, window: minute, lease: 'l1', gateway: 'g1', seq: 1 },
      ...{ used: 0, confirmed: 0, keep: 0, demand: 0, least: 0, advance: 0, ...o, ...x },
    });
};
const ask = (amount: number) => ({ demand: amount, least: amount, advance: amount });
/** As if the time had gone on: moves everything in the ledger back. */
const later = (ms: number) =>
  ledger(store).model.collection.updateMany({}, [
    {
      $set: {
        at: { $subtract: ['$at', ms] },
        spent: {
          $map: { input: '$spent', in: { amount: '$$this.amount', bucket: { $subtract: ['$$this.bucket', Math.floor(ms / 3_000)] } } },
        },
        leases: { $map: { input: '$leases', in: { $mergeObjects: ['$$this', { expiresAt: { $subtract: ['$$this.expiresAt', ms] } }] } } },
      },
    },
  ]);

describe('an exchange', () => {
  it('gives what is asked within the limit, all or nothing below the least that helps', async () => {
    const x = allowance(10);
    expect((await x(ask(7))).amount).toBe(7);
    expect((await x({ lease: 'l2', demand: 5, least: 5 })).amount).toBe(0);
    expect((await x({ lease: 'l2', seq: 2, demand: 5, least: 1 })).amount).toBe(3);
  });
  it('takes once however often it is repeated, and ignores one that comes late', async () => {
    const x = allowance(10);
    await x(ask(3));
    expect((await x(ask(3))).amount).toBe(3);
    const again = await x({ seq: 3, used: 2, keep: 1 });
    expect(committed(again.state, minute)).toBe(3);
    const late = await x({ seq: 2, ...ask(5) });
    expect([late.amount, committed(late.state, minute)]).toEqual([1, 3]);
  });
  it('charges use once, though its first report was answered to nobody', async () => {
    const x = allowance(10);
    await x(ask(5));
    await x({ seq: 2, used: 2, keep: 3 });
    const { state } = await x({ seq: 3, used: 3, keep: 2 }); // knows of no confirmation
    expect(state.spent.map((s) => s.amount)).toEqual([3]);
    expect(committed(state, minute)).toBe(5);
  });
  it('returns what was not used', async () => {
    const x = allowance(1_000);
    await x(ask(1_000));
    const { state } = await x({ seq: 2, used: 10 });
    expect(committed(state, minute)).toBe(10);
    expect((await x({ lease: 'l2', ...ask(990) })).amount).toBe(990);
  });
  it('lets a call that used more than it reserved stand above the limit, and gives nothing until that is paid', async () => {
    const x = allowance(100);
    await x(ask(10));
    expect(committed((await x({ seq: 2, used: 150 })).state, minute)).toBe(150);
    expect((await x({ seq: 3, used: 150, confirmed: 150, ...ask(1) })).amount).toBe(0);
    await later(66_000);
    expect((await x({ seq: 4, used: 150, confirmed: 150, ...ask(1) })).amount).toBe(1);
  });
  it('gives in advance half of the remainder, shared by the gateways that hold a lease; nothing near the limit', async () => {
    const x = allowance(100);
    expect((await x({ advance: 1_000 })).amount).toBe(50);
    expect((await x({ lease: 'l2', advance: 1_000 })).amount).toBe(12); // 50 left, two gateways
    expect((await x({ lease: 'l3', demand: 37, least: 37, advance: 1_000 })).amount).toBe(37);
    expect((await x({ lease: 'l4', advance: 1_000 })).amount).toBe(0); // one left
    expect((await x({ lease: 'l4', seq: 2, ...ask(1) })).amount).toBe(1);
  });
  it('counts exactly beyond 32 bits', async () => {
    const x = allowance(1_000_000_000_000);
    await x(ask(2_000_000_000));
    await x({ lease: 'l2', ...ask(2_000_000_000) });
    const { state } = await x({ seq: 2, used: 4_000_000_001 });
    expect(committed(state, minute)).toBe(6_000_000_001);
    expect((await x({ lease: 'l3', ...ask(1_000_000_000_000 - 6_000_000_001) })).amount).toBe(993_999_999_999);
  });
  it('holds under parallel takers, also when all make the document at once', async () => {
    const x = allowance(50);
    const taken = await Promise.all(Array.from({ length: 30 }, (_, i) => x({ lease: `p${i}`, ...ask(3) })));
    expect(taken.reduce((sum, t) => sum + t.amount, 0)).toBe(48);
    for (const { state } of taken) expect(committed(state, minute)).toBeLessThanOrEqual(50);
  });
  it('keeps tenants apart that name a limit alike', async () => {
    const x = allowance(5);
    expect((await x(ask(5))).amount).toBe(5);
    expect((await x({ tenant: 'other', ...ask(5) })).amount).toBe(5);
  });
  it('takes names and ids as text, never as an expression', async () => {
    const x = allowance(5, { lease: '$at', gateway: '$$NOW' });
    const { state, amount } = await x(ask(2));
    expect([amount, state.leases[0]?.id, state.leases[0]?.gateway]).toEqual([2, '$at', '$$NOW']);
  });
});

describe('a gateway that is never heard of again', () => {
  it('has spent its lease, for the window after the expiry and no longer', async () => {
    const x = allowance(10);
    await x(ask(10));
    await later(61_000);
    expect((await x({ lease: 'l2', ...ask(1) })).amount).toBe(0);
    // a minute of lease, a minute of window, and at most the rest of the bucket in which the lease ended
    await later(63_000);
    expect((await x({ lease: 'l2', seq: 2, ...ask(10) })).amount).toBe(10);
  });
  it('frees its slots at the expiry', async () => {
    const x = allowance(3, { window: null });
    await x(ask(3));
    await later(9_000);
    expect((await x({ lease: 'l2', ...ask(1) })).amount).toBe(0);
    await later(1_100);
    expect((await x({ lease: 'l2', seq: 2, ...ask(3) })).amount).toBe(3);
  });
  it('may come back: its running calls hold their slots whatever was given away meanwhile, and no more is given', async () => {
    const x = allowance(3, { window: null });
    await x(ask(3));
    await later(11_000);
    await x({ lease: 'l2', ...ask(2) });
    const { state, amount } = await x({ seq: 2, keep: 3, advance: 4 });
    expect([amount, committed(state, null)]).toEqual([3, 5]);
    expect((await x({ lease: 'l3', ...ask(1) })).amount).toBe(0);
  });
});

it('leaves nothing behind: past buckets and ended leases go, and MongoDB removes the document when nothing counts', async () => {
  const x = allowance(1_000);
  await x({ used: 5 });
  await x({ lease: 'l2', ...ask(1) });
  await later(126_000);
  const { state } = await x({ lease: 'l3', ...ask(1) });
  expect([state.spent, state.leases.map((l) => l.id)]).toEqual([[], ['l3']]);
  const { removeAt } = await ledger(store).get({ tenant: 'acme', scope: '', actor: '', requestId: '' }, `a${n}`);
  expect(removeAt.getTime() - state.at).toBe(123_000);
  const indexes = await ledger(store).model.collection.indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { removeAt: 1 }, expireAfterSeconds: 0 }));
});
it('goes by the server`s clock, and not back with it', async () => {
  const x = allowance(10);
  const before = Date.now();
  const { state } = await x({ used: 1 });
  expect(Math.abs(state.at - before)).toBeLessThan(5_000);
  expect(state.spent[0]?.bucket).toBe(bucketOf(state.at, minute as NonNullable<typeof minute>));
  await later(-30_000); // as if the last change had been half a minute ahead
  expect((await x({ seq: 2, used: 2 })).state.at).toBe(state.at + 30_000);
});
