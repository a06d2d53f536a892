import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Claim } from '#core/limit/claim.js';
import { committed, windowOf } from '#core/limit/window.js';
import type { AllowanceEvent } from '#gateway/allowance/access.js';
import { Allowances } from '#gateway/allowance/allowances.js';
import type { Denied, Grant } from '#gateway/allowance/grant.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { ledger } from '#store/ledger.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';
import { allowanceProcess } from './support/allowance-child.js';
import { Cuttable } from './support/cuttable.js';
import { until } from './support/hub.js';
import { pause } from './support/upstream.js';

let uri: string;
let store: Store;
beforeAll(async () => {
  uri = testDatabase('allowance');
  await migrate(uri, { seed: false });
  store = await openStore(uri);
});
afterAll(async () => {
  await store.db.dropDatabase();
  await store.close();
});
const opened: Allowances[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((a) => a.stop()));
  await Promise.all(cleanUp.splice(0).map((work) => work()));
});
const gateway = (id: string, o: { open?: () => Promise<Store>; onEvent?: (e: AllowanceEvent) => void } = {}): Allowances => {
  const a = new Allowances({ id, open: async () => store, onEvent: () => undefined, ...o });
  a.start();
  opened.push(a);
  return a;
};

let n = 0;
const fresh = (): string => `t${++n}`;
const claim = (unit: Claim['unit'], limit: number, amount = 1, o: Partial<Claim> = {}): Claim => ({
  ...{ tenant: 'acme', allowance: `${unit}|${limit}`, name: `few-${unit}`, unit, amount, limit },
  ...{ windowMs: unit === 'concurrency' ? null : 60_000, whenStoreAway: 'closed', ...o },
});
const granted = (answer: Grant | Denied): Grant => {
  if (!answer.granted) throw new Error(`denied: ${JSON.stringify(answer)}`);
  return answer;
};
const denied = (answer: Grant | Denied): Denied => {
  if (answer.granted) throw new Error('granted');
  return answer;
};
const reserve = async (a: Allowances, claims: Claim[]) => a.reserve(claims, performance.now());
const stateOf = async (c: Claim) => ledger(store).find1({ tenant: c.tenant, scope: '', actor: '', requestId: '' }, { id: c.allowance });
const committedOf = async (c: Claim) => {
  const state = await stateOf(c);
  return state ? committed(state, windowOf(c.windowMs)) : 0;
};

describe('a refused call consumes nothing', () => {
  it('two requests a minute, one at a time: A runs, B is refused, A ends, C passes, D has no request left', async () => {
    const a = gateway('g');
    const claims = [claim('requests', 2, 1, { tenant: fresh() }), claim('concurrency', 1, 1, { tenant: `t${n}` })];
    const first = granted(await reserve(a, claims));
    first.begin();
    const b = denied(await reserve(a, claims));
    expect(b).toMatchObject({ code: 'limit_exceeded', limit: 'few-concurrency', unit: 'concurrency', amount: 1, remaining: 0 });
    first.settle();
    const c = granted(await reserve(a, claims));
    c.settle();
    const d = denied(await reserve(a, claims));
    expect(d).toMatchObject({ unit: 'requests', remaining: 0 });
    expect(d.retryAfterMs).toBeGreaterThan(50_000);
    expect(d.retryAfterMs).toBeLessThanOrEqual(63_000);
    expect(d.headers).toMatchObject({ 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': '0' });
    expect(Number(d.headers['retry-after'])).toBe(Math.ceil((d.retryAfterMs as number) / 1000));
  });
  it('one request a minute: a call that never went out gives it back', async () => {
    const a = gateway('g');
    const one = [claim('requests', 1, 1, { tenant: fresh() })];
    granted(await reserve(a, one)).release();
    const second = granted(await reserve(a, one));
    second.begin();
    second.release(); // it had gone out
    denied(await reserve(a, one));
  });
  it('200 calls at once on ten: ten pass', async () => {
    const a = gateway('g');
    const ten = [claim('requests', 10, 1, { tenant: fresh() }), claim('tokens', 1_000_000, 100, { tenant: `t${n}` })];
    const answers = await Promise.all(Array.from({ length: 200 }, () => reserve(a, ten)));
    expect(answers.filter((x) => x.granted)).toHaveLength(10);
    for (const x of answers) if (x.granted) x.settle({ tokens: 1 });
    await a.stop();
    expect(await committedOf(ten[1] as Claim)).toBe(10); // the refused ones have used no token
  });
  it('a call that asks for more than the limit is told that waiting will not help', async () => {
    const d = denied(await reserve(gateway('g'), [claim('tokens', 100, 101, { tenant: fresh() })]));
    expect([d.retryAfterMs, d.headers['retry-after']]).toEqual([null, undefined]);
  });
});

describe('settling by use', () => {
  it('1,000 reserved, 10 used: 990 come back, here and to the other gateways', async () => {
    const a = gateway('a');
    const all = [claim('tokens', 1_000, 1_000, { tenant: fresh() })];
    const call = granted(await reserve(a, all));
    denied(await reserve(gateway('b'), all));
    call.settle({ tokens: 10 });
    const rest = [{ ...all[0], amount: 990 } as Claim];
    await until(async () => (await committedOf(rest[0] as Claim)) === 10);
    const other = granted(await reserve(gateway('c'), rest));
    other.settle({ tokens: 0 });
  });
  it('10 reserved, 500 used: charged in full, and nothing is granted before it is paid', async () => {
    const a = gateway('a');
    const small = [claim('tokens', 100, 10, { tenant: fresh() })];
    const call = granted(await reserve(a, small));
    call.settle({ tokens: 500 });
    call.settle({ tokens: 500 }); // a second end changes nothing
    await until(async () => (await committedOf(small[0] as Claim)) === 500);
    denied(await reserve(a, small));
    denied(await reserve(gateway('b'), small));
  });
  it('use that nobody knows counts as estimated; headers say what is left', async () => {
    const a = gateway('a');
    const claims = [claim('requests', 1_000, 1, { tenant: fresh() }), claim('tokens', 50_000, 100, { tenant: `t${n}` })];
    const call = granted(await reserve(a, claims));
    expect(call.headers()).toEqual({
      ...{ 'x-ratelimit-limit-requests': '1000', 'x-ratelimit-remaining-requests': '999', 'x-ratelimit-reset-requests': '1m0s' },
      ...{ 'x-ratelimit-limit-tokens': '50000', 'x-ratelimit-remaining-tokens': '49900', 'x-ratelimit-reset-tokens': '1m0s' },
    });
    call.settle({ tokens: null });
    await a.stop();
    expect([await committedOf(claims[0] as Claim), await committedOf(claims[1] as Claim)]).toEqual([1, 100]);
  });
});

it('a limit of the same name in another tenant is another', async () => {
  const a = gateway('a');
  const of = (tenant: string) => [claim('requests', 1, 1, { tenant })];
  const [mine, theirs] = [fresh(), fresh()];
  granted(await reserve(a, of(mine))).begin();
  denied(await reserve(a, of(mine)));
  granted(await reserve(a, of(theirs))).begin();
});

it('slots over two gateways: never more than three at once, and a slot that comes free here is had there', async () => {
  const [a, b] = [gateway('a'), gateway('b')];
  const slots = [claim('concurrency', 3, 1, { tenant: fresh() })];
  let running = 0;
  let most = 0;
  let done = 0;
  const caller = async (g: Allowances) => {
    for (let mine = 0; mine < 10; ) {
      const answer = await reserve(g, slots);
      if (!answer.granted) {
        await pause(20);
        continue;
      }
      most = Math.max(most, ++running);
      await pause(5);
      running--;
      answer.settle();
      mine++;
      done++;
    }
  };
  await Promise.all([caller(a), caller(a), caller(a), caller(b), caller(b), caller(b)]);
  expect([most, done]).toEqual([3, 60]);
});

it('with plenty left, asks the ledger in the background only', async () => {
  const a = gateway('a');
  const claims = [claim('requests', 1_000_000, 1, { tenant: fresh() }), claim('concurrency', 1_000, 1, { tenant: `t${n}` })];
  granted(await reserve(a, claims)).settle();
  const before = a.counters.asked;
  let atOnce = 0;
  for (let i = 0; i < 2_000; i++) {
    const answer = a.reserve(claims, performance.now());
    if (!(answer instanceof Promise)) atOnce++;
    granted(await answer).settle();
    if (i % 10 === 0) await pause(1);
  }
  expect(a.counters.asked - before).toBeLessThan(200);
  expect(atOnce).toBeGreaterThan(1_800);
});

it('a tightened limit applies at once, whatever was leased under the wider one', async () => {
  const a = gateway('a');
  const wide = [claim('requests', 100, 1, { tenant: fresh() })];
  for (let i = 0; i < 4; i++) granted(await reserve(a, wide)).settle();
  const tight = [{ ...wide[0], limit: 5 } as Claim];
  granted(await reserve(a, tight)).settle();
  denied(await reserve(a, tight));
  granted(await reserve(a, wide)).settle(); // and relaxes at once
});

it('an idle gateway gives its slots back', async () => {
  const slots = claim('concurrency', 100, 1, { tenant: fresh() });
  granted(await reserve(gateway('a'), [slots])).settle();
  expect(await committedOf(slots)).toBeGreaterThan(0);
  await until(async () => (await committedOf(slots)) === 0);
});

it('an answer of the ledger that came too late is not waited for, and takes nothing twice', async () => {
  let slow = 1_500;
  const events: AllowanceEvent[] = [];
  const open = async () => {
    const wait = slow;
    slow = 0;
    await pause(wait);
    return store;
  };
  const a = gateway('a', { open, onEvent: (e) => events.push(e) });
  const one = [claim('requests', 10, 1, { tenant: fresh() })];
  expect(denied(await reserve(a, one)).code).toBe('limit_unknown');
  await until(() => events.length === 2); // a probe has had its answer, before the late one
  granted(await reserve(a, one)).settle();
  await pause(800); // now the late one has arrived
  expect((await stateOf(one[0] as Claim))?.leases).toHaveLength(1);
  await a.stop();
  expect(await committedOf(one[0] as Claim)).toBe(1);
});

describe('the ledger away', () => {
  const cut = async () => {
    const { relay, uri: through } = await Cuttable.before(uri);
    const mine = await openStore(through, { waitMs: 500 });
    cleanUp.push(() => mine.close().then(() => relay.cut()));
    const events: AllowanceEvent[] = [];
    const a = gateway('cut', { open: async () => mine, onEvent: (e) => events.push(e) });
    return { relay, events, a };
  };
  it('spends the lease, then refuses what is `closed` and serves what is `open`; one event each way; then pays', async () => {
    const { relay, events, a } = await cut();
    const tenant = fresh();
    const closed = [claim('requests', 100, 1, { tenant, allowance: 'closed' })];
    const open = [claim('requests', 100, 1, { tenant, allowance: 'open', whenStoreAway: 'open' })];
    for (const c of [closed, open]) granted(await reserve(a, c)).settle();
    await relay.cut();
    const load = async (c: Claim[]) => {
      const answers: (Grant | Denied)[] = [];
      for (let i = 0; i < 40; i++) answers.push(await reserve(a, c));
      for (const x of answers) if (x.granted) x.settle();
      return answers;
    };
    const refused = (await load(closed)).filter((x): x is Denied => !x.granted);
    const served = await load(open);
    // a lease is eight calls in advance
    expect([refused.length, served.filter((x) => x.granted).length]).toEqual([40 - 8, 40]);
    expect(refused[0]).toMatchObject({ code: 'limit_unknown', remaining: null, retryAfterMs: 1_000, limit: 'few-requests' });
    expect(a.counters).toMatchObject({ denied: 32, servedOpen: 32, storeAway: 64 });
    expect(events.map((e) => e.kind)).toEqual(['store-away']);
    await relay.restore();
    await until(() => events.length === 2);
    expect(events.map((e) => e.kind)).toEqual(['store-away', 'store-back']);
    granted(await reserve(a, closed)).settle();
    // what was served openly is in the ledger: 41 of 100, and what is leased in advance
    await a.stop();
    expect([await committedOf(open[0] as Claim), await committedOf(closed[0] as Claim)]).toEqual([41, 10]);
  });
  it('keeps slots of running calls over a gap, and has them back', async () => {
    const { relay, events, a } = await cut();
    const slots = [claim('concurrency', 2, 1, { tenant: fresh() })];
    const running = [granted(await reserve(a, slots)), granted(await reserve(a, slots))];
    await relay.cut();
    denied(await reserve(a, slots));
    await relay.restore();
    await until(() => events.some((e) => e.kind === 'store-back'));
    denied(await reserve(gateway('other'), slots));
    for (const r of running) r.settle();
    const third = gateway('third');
    await until(async () => (await reserve(third, slots)).granted);
  });
});

describe('three processes and kill -9', () => {
  const load = { callers: 25, holdMs: 20, pauseMs: 20 };
  const file = join(mkdtempSync(join(tmpdir(), 'allowance-')), 'calls');
  const lines = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((l) => l !== '')
      .map((l) => l.split(' ') as [kind: string, call: string, at: string]);
  const between = (from: number, to: number) => lines().filter(([kind, , at]) => kind === 'b' && Number(at) > from && Number(at) <= to);

  it('no window has more than the limit; what the dead one held comes back; slots are never exceeded and come back', async () => {
    const tenant = fresh();
    const windowMs = 2_000;
    const limit = 60;
    const claims = [claim('requests', limit, 1, { tenant, windowMs }), claim('concurrency', 6, 1, { tenant })];
    const start = (id: string) => allowanceProcess({ id, uri, claims, file, ...load });
    const [a, b, c] = await Promise.all([start('a'), start('b'), start('c')]);
    await pause(5_000);
    await b.kill();
    const killed = Date.now();
    // its slots are free 10 s later at the latest, what it had leased of requests counts for its window after 2 s
    await pause(12_000);
    await Promise.all([a.kill(), c.kill()]);
    const ended = Date.now();

    const all = lines();
    const begins = all.filter(([kind]) => kind === 'b').map(([, , at]) => Number(at));
    begins.sort((x, y) => x - y);
    const most = begins.reduce((m, at, i) => Math.max(m, i + 1 - begins.findIndex((s) => s > at - windowMs)), 0);
    expect(most).toBeLessThanOrEqual(limit);
    expect(begins.length).toBeGreaterThan(limit * 2);
    expect(between(ended - 3 * windowMs, ended).length).toBeGreaterThan(limit);
    expect(new Set(between(killed, ended).map(([, call]) => call.split('.')[0]))).toEqual(new Set(['a', 'c']));

    const ends = new Map(all.filter(([kind]) => kind === 'e').map(([, call, at]) => [call, Number(at)]));
    const changes = all.flatMap(([kind, call, at]) =>
      // an end is written before the slot goes back, a beginning after it was had; a dead process's calls end with it
      kind === 'b' ? [[Number(at), 1] as const, [ends.get(call) ?? killed, -1] as const] : [],
    );
    changes.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    let running = 0;
    expect(Math.max(...changes.map(([, d]) => (running += d)))).toBeLessThanOrEqual(6);
  });
});
