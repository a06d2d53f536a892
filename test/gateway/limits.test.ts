import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, hostedBy } from './support/connection.js';
import { call, Hub, until } from './support/hub.js';
import { type Behaviour, json, pause, Upstream } from './support/upstream.js';
import { codeOf, eventOf, limit, offering } from './support/world.js';

/** Limits over HTTP, on a real ledger. Each test limits a deployment or model of its own, so that none disturbs another. */
let hub: Hub;
let up: Upstream;
let key: { key: string; id: string };
let gateway: Awaited<ReturnType<Hub['gateway']>>;

const send = (model: string, o: { headers?: Record<string, string>; path?: string; body?: object; url?: string; key?: string } = {}) =>
  call(o.url ?? gateway.url, o.key ?? key.key, { model, messages: [{ role: 'user', content: 'hi' }], ...o.body }, o);
const deploy = async (name: string): Promise<void> => {
  await offering(hub, `one/${name}`);
  await hub.route(name, 1, [hostedBy('one', { digest: name, modelId: `one/${name}` })]);
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

it('12: every route of the gateway that costs is limited', async () => {
  await deploy('routes');
  await limit(hub, 'routes', { per: 'deployment', match: 'routes', amount: 1 });
  await known('routes');
  await send('routes');
  const paths = ['/v1/chat/completions', '/v1/completions', '/v1/responses', '/v1/embeddings', '/v1/messages'];
  for (const path of paths) {
    const body = path === '/v1/messages' ? { max_tokens: 5 } : {};
    const r = await send('routes', { path, body });
    expect([path, r.status]).toEqual([path, 429]);
    const shape = (await r.json()) as { type?: string; error: { type: string } };
    expect(shape.error.type).toBe('rate_limit_error');
    expect(shape.type).toBe(path === '/v1/messages' ? 'error' : undefined);
  }
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
