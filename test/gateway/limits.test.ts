import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, hostedBy } from './support/connection.js';
import { Cuttable } from './support/cuttable.js';
import { call, Hub, until } from './support/hub.js';
import { type Behaviour, json, pause, Upstream } from './support/upstream.js';
import { codeOf, eventOf, limit, offering } from './support/world.js';

/** Limits over HTTP, on a real ledger. Each test limits a deployment or model of its own, so that none disturbs another. */
let hub: Hub;
let up: Upstream;
let key: { key: string; id: string };
let gateway: Awaited<ReturnType<Hub['gateway']>>;

/** To the end of its answer: only there what a call reserved and did not use comes back. */
const send = async (
  model: string,
  o: { headers?: Record<string, string>; path?: string; body?: object; url?: string; key?: string } = {},
): Promise<Response> => {
  const answer = await call(o.url ?? gateway.url, o.key ?? key.key, { model, messages: [{ role: 'user', content: 'hi' }], ...o.body }, o);
  await answer.clone().arrayBuffer();
  return answer;
};
const deploy = async (name: string, upstreamModel = 'up'): Promise<void> => {
  await offering(hub, `one/${name}`);
  await hub.route(name, 1, [hostedBy('one', { digest: name, modelId: `one/${name}`, upstreamModel })]);
};
/** Waits until the gateway knows the limit: its figures are on an answer. */
const known = async (model: string, header = 'x-ratelimit-limit-requests', o: Parameters<typeof send>[1] = {}): Promise<void> => {
  await until(async () => (await send(model, o)).headers.has(header));
};
const holding =
  (ms: number): Behaviour =>
  async (res, seen) => {
    await pause(ms);
    if (!res.destroyed) await json(res, seen);
  };

beforeAll(async () => {
  hub = await Hub.open('gateway_limits');
  up = await Upstream.start();
  key = await hub.key();
  await connect(hub, { name: 'one', kind: 'openai', url: up.url });
  gateway = await hub.gateway();
});
afterAll(async () => {
  await gateway.stop();
  await up.stop();
  await hub.close();
});
beforeEach(() => {
  up.behave = json;
  up.seen.length = 0;
});

it('requests a minute: what is left is on every answer, and a refusal costs nothing and calls nobody', async () => {
  await deploy('rpm');
  await limit(hub, 'rpm', { per: 'deployment', match: 'rpm', amount: 5 });
  await known('rpm');
  const answers: Response[] = [];
  for (let n = 0; n < 8; n++) answers.push(await send('rpm'));
  const refused = answers.filter((r) => r.status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(3);
  const [last] = refused as [Response];
  expect(last.headers.get('x-ratelimit-limit-requests')).toBe('5');
  expect(last.headers.get('x-ratelimit-remaining-requests')).toBe('0');
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await codeOf(last)).toBe('rate_limit_exceeded');
  expect(up.seen.length).toBeLessThanOrEqual(5);
  expect(await eventOf(hub, last)).toMatchObject({ status: 'limited', cost: 0, attempts: 0, httpStatus: 429 });
});

describe('counts by', () => {
  it.each([
    ['key', {}, {}],
    ['user', { 'x-modelhub-user': 'ann' }, { 'x-modelhub-user': 'bob' }],
  ] as const)('%s: one does not use up what another has', async (per, mine, theirs) => {
    const name = `by-${per}`;
    await deploy(name);
    const other = (await hub.key()).key;
    const third = (await hub.key()).key;
    const who = per === 'key' ? third : key.key;
    await limit(hub, name, { per, match: per === 'key' ? '*' : 'ann', amount: 3, environment: 'production' });
    await known(name, 'x-ratelimit-limit-requests', { headers: mine, key: who });
    let refused = false;
    for (let n = 0; n < 5; n++) refused = (await send(name, { headers: mine, key: who })).status === 429;
    expect(refused).toBe(true);
    expect((await send(name, { headers: theirs, key: per === 'key' ? other : who })).status).toBe(200);
    await hub.store.db.collection('limits').deleteOne({ _id: `acme/${name}` as never });
    await until(async () => (await send(name, { headers: mine, key: who })).status === 200);
  });
  it.each(['model', 'connection'] as const)('%s', async (per) => {
    const name = `by-${per}`;
    await deploy(name);
    await limit(hub, name, { per, match: per === 'model' ? `one/${name}` : 'one', amount: 2 });
    await until(async () => (await send(name)).status === 429);
    await hub.store.db.collection('limits').deleteOne({ _id: `acme/${name}` as never });
    await until(async () => (await send(name)).status === 200);
  });
});

it('tokens a minute: an estimate is reserved, what was used counts', async () => {
  await deploy('tpm');
  // one call is reserved at about 500 tokens and uses 18: only what was used may count
  await limit(hub, 'tpm', { per: 'deployment', match: 'tpm', unit: 'tokens', amount: 1_500 });
  await known('tpm', 'x-ratelimit-limit-tokens');
  for (let n = 0; n < 12; n++) expect((await send('tpm')).status).toBe(200);
  const greedy = await send('tpm', { body: { max_tokens: 30_000 } });
  expect([greedy.status, greedy.headers.get('retry-after')]).toEqual([429, null]);
  expect(((await greedy.json()) as { error: { message: string } }).error.message).toContain('more tokens than the limit');
});

describe('tokens where few are left', () => {
  // one token each, of 17 bytes: 4,250 by estimate, a little above 1,000 when they are counted
  const content = ' responsibilities'.repeat(1_000);
  const long = (o: object = {}) => ({ body: { messages: [{ role: 'user', content }], max_tokens: 100, ...o } });
  const left = async (model: string): Promise<number> =>
    Number((await send(model, { body: { max_tokens: 1 } })).headers.get('x-ratelimit-remaining-tokens'));
  const scarce = async (name: string, upstreamModel?: string, o: Parameters<typeof limit>[2] = {}): Promise<void> => {
    await deploy(name, upstreamModel);
    await limit(hub, name, { per: 'deployment', match: name, unit: 'tokens', amount: 3_000, ...o });
    await known(name, 'x-ratelimit-limit-tokens', { body: { max_tokens: 1 } });
  };

  it('are counted: a call that fits is served, whatever its estimate, and counts by what the provider says', async () => {
    await scarce('counted', 'gpt-4o-mini');
    const before = await left('counted');
    for (let n = 0; n < 3; n++) expect((await send('counted', long())).status).toBe(200);
    expect(before - (await left('counted'))).toBe(4 * 18);
  });
  it('are counted for the caller’s own limit too, and for an embedding', async () => {
    const mine = await hub.key();
    await deploy('counted-key', 'text-embedding-3-small');
    await limit(hub, 'counted-key', { per: 'key', match: mine.id, unit: 'tokens', amount: 3_000 });
    await known('counted-key', 'x-ratelimit-limit-tokens', { key: mine.key });
    const r = await send('counted-key', { key: mine.key, path: '/v1/embeddings', body: { input: content, max_tokens: 0 } });
    expect(r.status).toBe(200);
  });
  it('a call whose count does not fit either is refused as ever, and has consumed nothing', async () => {
    await scarce('does-not-fit', 'gpt-4o-mini');
    const before = await left('does-not-fit');
    up.seen.length = 0;
    const never = await send('does-not-fit', long({ max_tokens: 2_500 }));
    expect([never.status, never.headers.get('retry-after'), never.headers.get('x-ratelimit-limit-tokens')]).toEqual([429, null, '3000']);
    expect(Number(never.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(2_000);
    expect(await codeOf(never)).toBe('rate_limit_exceeded');
    expect(up.seen).toHaveLength(0);
    expect(before - (await left('does-not-fit'))).toBe(18);
  });
  it('calls at the same time get no more than there is; what they reserved and did not use comes back', async () => {
    await scarce('at-once', 'gpt-4o-mini');
    const before = await left('at-once');
    up.behave = holding(500);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('at-once', long())));
    const served = answers.filter((r) => r.status === 200);
    expect(served).toHaveLength(2); // 1,100 each of 3,000
    for (const r of answers.filter((a) => !served.includes(a))) {
      expect([r.status, Number(r.headers.get('retry-after')) > 0]).toEqual([429, true]);
      expect(await codeOf(r)).toBe('rate_limit_exceeded');
    }
    up.behave = json;
    expect(before - (await left('at-once'))).toBe(3 * 18);
  });
  it('a model whose tokenizer is not known goes by the estimate', async () => {
    await scarce('no-tokenizer', 'claude-sonnet-4-5');
    const r = await send('no-tokenizer', long());
    expect([r.status, r.headers.get('x-ratelimit-limit-tokens'), await codeOf(r)]).toEqual([429, '3000', 'rate_limit_exceeded']);
  });
});

it('11: a call that concurrency refuses does not use up the requests', async () => {
  await deploy('eleven');
  await limit(hub, 'eleven-slot', { per: 'deployment', match: 'eleven', unit: 'concurrency', window: undefined, amount: 1 });
  await until(async () => {
    up.behave = holding(60);
    const two = await Promise.all([send('eleven'), send('eleven')]);
    return two.some((r) => r.status === 429);
  });
  await limit(hub, 'eleven-rpm', { per: 'deployment', match: 'eleven', amount: 20 });
  up.behave = json;
  await known('eleven');
  up.behave = holding(300);
  const left = async () => Number((await send('eleven')).headers.get('x-ratelimit-remaining-requests'));
  up.behave = json;
  const before = await left();
  up.behave = holding(300);
  const running = send('eleven');
  await pause(60);
  for (let n = 0; n < 5; n++) expect((await send('eleven')).status).toBe(429);
  expect((await running).status).toBe(200);
  up.behave = json;
  expect(await left()).toBe(before - 2);
});

it('11: a call that another limit refuses uses up neither the caller’s requests nor its tokens', async () => {
  await deploy('eleven-key');
  const mine = await hub.key();
  const limits = [
    ['eleven-key-slot', { per: 'deployment', match: 'eleven-key', unit: 'concurrency', window: undefined, amount: 1 }],
    ['eleven-key-rpm', { per: 'key', match: mine.id, amount: 50 }],
    ['eleven-key-tpm', { per: 'key', match: mine.id, unit: 'tokens', amount: 100_000 }],
  ] as const;
  for (const [name, o] of limits) await limit(hub, name, o);
  for (const header of ['x-ratelimit-limit-requests', 'x-ratelimit-limit-tokens'])
    await until(async () => (await send('eleven-key', { key: mine.key })).headers.has(header));
  const left = async () => {
    const r = await send('eleven-key', { key: mine.key });
    expect(r.status).toBe(200);
    return ['requests', 'tokens'].map((unit) => Number(r.headers.get(`x-ratelimit-remaining-${unit}`)));
  };
  await left();
  const before = await left();
  up.behave = holding(400);
  const running = send('eleven-key', { key: mine.key });
  await until(() => up.seen.length > 0 && up.seen.at(-1)?.cutAt === undefined);
  await pause(100);
  const refused = await Promise.all(Array.from({ length: 5 }, () => send('eleven-key', { key: mine.key })));
  expect(refused.map((r) => r.status)).toEqual([429, 429, 429, 429, 429]);
  await running;
  up.behave = json;
  const after = await left();
  expect((before[0] ?? 0) - (after[0] ?? 0)).toBe(2);
  expect((before[1] ?? 0) - (after[1] ?? 0)).toBeLessThan(100); // each call that ran used 18
});

it('a call that no model answered uses none of the caller’s tokens', async () => {
  await deploy('failing');
  const mine = await hub.key();
  await limit(hub, 'failing', { per: 'key', match: mine.id, unit: 'tokens', amount: 2_000 });
  await known('failing', 'x-ratelimit-limit-tokens', { key: mine.key });
  up.behave = (res) => void res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"bad"}}');
  for (let n = 0; n < 8; n++) expect((await send('failing', { key: mine.key })).status).toBe(400);
  up.behave = json;
  expect((await send('failing', { key: mine.key })).status).toBe(200);
});

describe('at the same time, at most', () => {
  it.each(['key', 'user', 'model', 'deployment', 'connection'] as const)(
    'by %s: two run, the third is refused, then the place is free',
    async (per) => {
      const name = `at-once-${per}`;
      await offering(hub, `${name}/m`);
      await connect(hub, { name, kind: 'openai', url: up.url });
      await hub.route(name, 1, [hostedBy(name, { digest: name, modelId: `${name}/m` })]);
      const mine = await hub.key();
      const match = { key: mine.id, user: name, model: `${name}/m`, deployment: name, connection: name }[per];
      const o = { key: mine.key, headers: { 'x-modelhub-user': name } };
      await limit(hub, name, { per, match, unit: 'concurrency', window: undefined, amount: 2 });
      up.behave = holding(250);
      await until(async () => {
        const three = await Promise.all([send(name, o), send(name, o), send(name, o)]);
        return three.filter((r) => r.status === 200).length === 2 && three.some((r) => r.status === 429);
      }, 20_000);
      up.behave = json;
      expect((await send(name, o)).status).toBe(200);
      expect((await send(name, { ...o, body: { stream: true } })).status).toBe(200);
    },
  );
});

it('12: every route of the gateway that costs is limited, those that it answers itself too', async () => {
  await deploy('routes');
  await limit(hub, 'routes', { per: 'deployment', match: 'routes', amount: 1 });
  await known('routes');
  await send('routes');
  up.seen.length = 0;
  const { error } = (await (await fetch(`${gateway.url}/nothing`)).json()) as { error: { message: string } };
  const paths = error.message.match(/\/v1\/\w[\w/]*/g)?.filter((path) => path !== '/v1/models') ?? [];
  expect(paths).toContain('/v1/messages/count_tokens');
  expect(paths.length).toBeGreaterThanOrEqual(6);
  for (const path of paths) {
    const anthropic = path.startsWith('/v1/messages');
    const r = await send('routes', { path, body: anthropic ? { max_tokens: 5 } : {} });
    expect([path, r.status]).toEqual([path, 429]);
    const shape = (await r.json()) as { type?: string; error: { type: string } };
    expect([shape.type, shape.error.type]).toEqual([anthropic ? 'error' : undefined, 'rate_limit_error']);
    expect(Number(r.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(up.seen).toHaveLength(0);
});

describe('while MongoDB is away', () => {
  it('a closed limit lets through what was leased and then says 503; an open one serves on; both are back with it', async () => {
    const { relay, uri } = await Cuttable.before(hub.uri);
    for (const name of ['closed', 'open']) await deploy(`away-${name}`);
    const cut = await hub.gateway({ mongodbUri: uri });
    try {
      for (const whenStoreAway of ['closed', 'open'] as const) {
        const name = `away-${whenStoreAway}`;
        await limit(hub, name, { per: 'deployment', match: name, amount: 1_000, whenStoreAway });
        await known(name, 'x-ratelimit-limit-requests', { url: cut.url });
      }
      await relay.cut();
      const statuses = async (model: string) => {
        const answers: Response[] = [];
        for (let n = 0; n < 60; n++) answers.push(await send(model, { url: cut.url }));
        return answers;
      };
      const open = await statuses('away-open');
      expect(open.map((r) => r.status)).toEqual(Array(60).fill(200));
      const refused = (await statuses('away-closed')).filter((r) => r.status !== 200);
      expect(refused.length).toBeGreaterThan(10);
      for (const r of refused) expect([r.status, await codeOf(r)]).toEqual([503, 'limit_unknown']);
      expect(refused[0]?.headers.get('x-ratelimit-remaining-requests')).toBeNull(); // not known, and not said
      await relay.restore();
      await until(async () => (await send('away-closed', { url: cut.url })).status === 200, 20_000);
    } finally {
      await cut.stop();
      await relay.cut();
    }
  });
});

it('2: two gateways share one limit', async () => {
  await deploy('shared');
  const second = await hub.gateway();
  try {
    await limit(hub, 'shared', { per: 'deployment', match: 'shared', amount: 10 });
    await until(async () => (await send('shared')).headers.has('x-ratelimit-limit-requests'));
    await until(async () => (await send('shared', { url: second.url })).headers.has('x-ratelimit-limit-requests'));
    up.seen.length = 0;
    await Promise.all(Array.from({ length: 40 }, (_, n) => send('shared', { url: n % 2 ? second.url : gateway.url })));
    expect(up.seen.length).toBeLessThanOrEqual(9);
  } finally {
    await second.stop();
  }
});

it('a dynamic limit tightens while calls fail', async () => {
  await deploy('dynamic');
  const rule = { basedOn: 'performance' as const, threshold: 0.5, factor: 0.01, relaxAfterSeconds: 1 };
  await limit(hub, 'dynamic', { per: 'deployment', match: 'dynamic', amount: 300, dynamic: [rule] });
  await known('dynamic');
  expect((await send('dynamic')).headers.get('x-ratelimit-limit-requests')).toBe('300');
  up.behave = (res) => void res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"bad"}}');
  for (let n = 0; n < 8; n++) await send('dynamic');
  up.behave = json;
  const tight = await send('dynamic');
  expect([tight.status, tight.headers.get('x-ratelimit-limit-requests')]).toEqual([429, '3']);
});

it('a dynamic limit is wide again once its signal has been calm', async () => {
  await deploy('relaxes');
  const rule = { basedOn: 'usage' as const, threshold: 3, factor: 0.02, relaxAfterSeconds: 1 };
  await limit(hub, 'relaxes', { per: 'deployment', match: 'relaxes', amount: 300, dynamic: [rule] });
  await until(async () => (await send('relaxes')).headers.get('x-ratelimit-limit-requests') === '6');
  // the signal is of the last minute: it is calm when that is over
  await until(async () => {
    await pause(5_000);
    return (await send('relaxes')).headers.get('x-ratelimit-limit-requests') === '300';
  }, 100_000);
}, 120_000);
