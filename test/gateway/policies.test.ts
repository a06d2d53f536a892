import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, hostedBy } from './support/connection.js';
import { call, Hub, INTERNAL_KEY, TENANT, until } from './support/hub.js';
import { type Behaviour, json, pause, sse, Upstream } from './support/upstream.js';
import { codeOf, eventOf, offering, policy } from './support/world.js';

/** Who takes a call, and what happens when it cannot. Each test has its own deployments, because trouble is remembered. */
let hub: Hub;
let one: Upstream;
let two: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;

const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (res) =>
    void res.writeHead(code, { 'content-type': 'application/json', ...headers }).end(`{"error":{"message":"status ${code}"}}`);
const slow =
  (ms: number, then: Behaviour = json): Behaviour =>
  async (res, seen) => {
    await pause(ms);
    if (!res.destroyed) await then(res, seen);
  };
/** Two deployments `<name>-a` (upstream one) and `<name>-b` (two), each with a model of its own. */
async function pair(name: string, a: Parameters<typeof offering>[2] = {}, b: Parameters<typeof offering>[2] = {}): Promise<void> {
  for (const [side, upstream, facts] of [
    ['a', 'one', a],
    ['b', 'two', b],
  ] as const) {
    const modelId = `${upstream}/${name}`;
    await offering(hub, modelId, facts);
    await hub.route(`${name}-${side}`, 1, [hostedBy(upstream, { digest: `${name}-${side}`, modelId })]);
  }
}
const both = (name: string) => [{ deployment: `${name}-a` }, { deployment: `${name}-b` }];
/** Calls until the gateway has heard of the policy. */
const send = async (model: string, o: { body?: object; headers?: Record<string, string>; path?: string } = {}): Promise<Response> => {
  for (let n = 0; ; n++) {
    const { body, ...rest } = o;
    const r = await call(gateway.url, key, { model, messages: [{ role: 'user', content: 'hi' }], ...body }, rest);
    if (r.status !== 404 || n > 100) return r;
    await pause(20);
  }
};
const taker = (r: Response): string | null => r.headers.get('x-modelhub-deployment');

beforeAll(async () => {
  hub = await Hub.open('gateway_policies');
  [one, two] = await Promise.all([Upstream.start(), Upstream.start()]);
  key = (await hub.key()).key;
  await connect(hub, { name: 'one', kind: 'custom', url: one.url, region: 'eu' });
  await connect(hub, { name: 'two', kind: 'custom', url: two.url, region: 'us' });
  gateway = await hub.gateway();
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([one.stop(), two.stop()]);
  await hub.close();
});
beforeEach(() => {
  one.behave = json;
  two.behave = json;
  one.seen.length = 0;
  two.seen.length = 0;
});

describe('a strategy', () => {
  it('weighted: shares are as the weights say', async () => {
    await pair('w');
    await policy(hub, 'w', {
      candidates: [
        { deployment: 'w-a', weight: 3 },
        { deployment: 'w-b', weight: 1 },
      ],
    });
    await send('w');
    one.seen.length = 0;
    for (let n = 0; n < 400; n++) await (await send('w')).text();
    // binomial, n = 400, p = 0.75: five standard deviations are 43
    expect(one.seen.length).toBeGreaterThan(257);
    expect(one.seen.length).toBeLessThan(343);
  });
  it('priority: the first that can', async () => {
    await pair('p');
    await policy(hub, 'p', { strategy: 'priority', candidates: both('p') });
    for (let n = 0; n < 5; n++) expect(taker(await send('p'))).toBe('p-a');
  });
  it('lowest-cost: the cheaper one, and a deployment’s price is the one in force', async () => {
    await pair(
      'c',
      { prices: { input: 9_000_000_000, output: 9_000_000_000 } },
      { prices: { input: 1_000_000_000, output: 1_000_000_000 } },
    );
    await policy(hub, 'c', { strategy: 'lowest-cost', candidates: both('c') });
    const r = await send('c');
    expect([taker(r), r.headers.get('x-modelhub-route-reason')]).toEqual(['c-b', expect.stringContaining('cheapest')]);
  });
  it.each(['least-latency', 'adaptive'] as const)('%s: the faster one, once both are known', async (strategy) => {
    const name = strategy === 'adaptive' ? 'ad' : 'll';
    await pair(name, { prices: { input: 1, output: 1 } }, { prices: { input: 1, output: 1 } });
    await policy(hub, name, { strategy, candidates: both(name) });
    one.behave = slow(120);
    for (let n = 0; n < 12; n++) await (await send(name)).text();
    one.seen.length = 0;
    two.seen.length = 0;
    for (let n = 0; n < 20; n++) await (await send(name)).text();
    expect(two.seen.length).toBeGreaterThanOrEqual(18);
  });
});

describe('a candidate that cannot take the call is left out, and the caller is told', () => {
  it('an image for a model that takes text, tools it has not, a prompt that does not fit', async () => {
    await pair('f', { capabilities: ['x'], contextWindow: 50 }, { capabilities: ['tools'], input: ['text', 'image'] });
    await policy(hub, 'f', { strategy: 'priority', candidates: both('f') });
    expect(taker(await send('f'))).toBe('f-a');
    const image = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }];
    expect(taker(await send('f', { body: { messages: image } }))).toBe('f-b');
    expect(taker(await send('f', { body: { tools: [{ type: 'function', function: { name: 'f' } }] } }))).toBe('f-b');
    expect(taker(await send('f', { body: { messages: [{ role: 'user', content: 'long '.repeat(100) }] } }))).toBe('f-b');
  });
  it('by region and by security level', async () => {
    await pair('r', { securityLevel: 'public' }, { securityLevel: 'restricted' });
    await policy(hub, 'r-us', { strategy: 'priority', candidates: both('r'), regions: ['us'] });
    expect(taker(await send('r-us'))).toBe('r-b');
    await policy(hub, 'r-safe', { strategy: 'priority', candidates: both('r'), securityLevels: ['restricted'] });
    expect(taker(await send('r-safe'))).toBe('r-b');
    await policy(hub, 'r-none', { strategy: 'priority', candidates: both('r'), regions: ['mars'] });
    const nobody = await send('r-none');
    const body = (await nobody.json()) as { error: { code: string; message: string } };
    expect([nobody.status, body.error.code]).toEqual([400, 'no_eligible_candidate']);
    expect(body.error.message).toContain('r-a: its region is eu');
    expect(await eventOf(hub, nobody)).toMatchObject({ status: 'refused', cost: 0, attempts: 0, policy: 'r-none' });
  });
});

describe('rules', () => {
  it('narrow the candidates by what the call says about itself', async () => {
    await pair('m');
    await policy(hub, 'm', {
      strategy: 'priority',
      candidates: both('m'),
      rules: [
        { name: 'broken', when: 'metadata["nothing"] == "x"', use: ['m-a'] },
        { name: 'gold', when: '"tier" in headers && headers["tier"] == "gold"', use: ['m-b'] },
      ],
    });
    expect(taker(await send('m'))).toBe('m-a');
    const gold = await send('m', { headers: { 'x-modelhub-meta-tier': 'gold' } });
    expect(taker(gold)).toBe('m-b');
    expect(gold.headers.get('x-modelhub-route-reason')).toMatch(/^m, rule gold/);
  });
});

describe('trouble', () => {
  it('fallbacks come after the candidates', async () => {
    await pair('fb');
    await policy(hub, 'fb', { strategy: 'priority', candidates: [{ deployment: 'fb-a' }], fallbacks: ['fb-b'], retry: { baseMs: 1 } });
    one.behave = status(503);
    expect(taker(await send('fb'))).toBe('fb-b');
  });
  it('all broken: 503 with the time to come back', async () => {
    await pair('br');
    await policy(hub, 'br', { strategy: 'priority', candidates: both('br') });
    await send('br');
    one.behave = status(402);
    two.behave = status(402);
    await send('br');
    one.seen.length = 0;
    const r = await send('br');
    expect([r.status, await codeOf(r), one.seen.length]).toEqual([503, 'no_healthy_candidate', 0]);
    expect(Number(r.headers.get('retry-after'))).toBeGreaterThan(30);
  });
  it('one provider alone is tried again after a short wait, and every try is told', async () => {
    await pair('re');
    let n = 0;
    one.behave = (res, seen) => (++n < 3 ? status(503)(res, seen) : json(res, seen));
    const r = await send('re-a');
    expect([r.status, r.headers.get('x-modelhub-attempts')]).toEqual([200, '3']);
    await r.text();
    const event = await eventOf(hub, r);
    expect(event?.tries.map((t) => [t.outcome, t.httpStatus])).toEqual([
      ['failed', 503],
      ['failed', 503],
      ['answered', 200],
    ]);
  });
  it('no retry after the first byte', async () => {
    await pair('nr');
    await policy(hub, 'nr', { strategy: 'priority', candidates: both('nr') });
    await send('nr');
    two.seen.length = 0;
    one.behave = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"choices":[{"delta":{"content":"x"}}]}\n\n');
      setTimeout(() => res.socket?.destroy(), 30);
    };
    await expect((await send('nr', { body: { stream: true } })).text()).rejects.toThrow();
    expect(two.seen).toHaveLength(0);
  });
  it('a connection that was idle and dies before the first byte is used once more', async () => {
    await pair('id');
    let n = 0;
    one.behave = (res, seen) => (++n === 1 ? void res.socket?.destroy() : json(res, seen));
    expect((await send('id-a')).status).toBe(200);
    expect(n).toBe(2);
  });
  it('hedging: the silent one is left for the one that answers, and is cancelled', async () => {
    await pair('h');
    await policy(hub, 'h', { strategy: 'priority', candidates: both('h'), hedgeAfterMs: 60 });
    await send('h');
    one.seen.length = 0;
    one.behave = slow(3_000);
    const began = Date.now();
    const r = await send('h');
    await r.text();
    expect(taker(r)).toBe('h-b');
    await until(() => one.seen[0]?.cutAt !== undefined, 2_000);
    expect((one.seen[0]?.cutAt ?? 0) - began).toBeLessThan(1_500);
    const event = await eventOf(hub, r);
    expect(event).toMatchObject({ status: 'ok', deployment: 'h-b', attempts: expect.any(Number) });
  });
  it('the caller’s deadline: 504 before the first byte, an error event after it', async () => {
    await pair('d');
    one.behave = slow(5_000);
    const late = await send('d-a', { headers: { 'x-modelhub-timeout-ms': '150' } });
    expect([late.status, await codeOf(late)]).toEqual([504, 'upstream_timeout']);
    await until(() => one.seen[0]?.cutAt !== undefined, 2_000);
    two.behave = sse(200);
    const stream = await send('d-b', { body: { stream: true }, headers: { 'x-modelhub-timeout-ms': '300' } });
    let text = '';
    await expect(
      (async () => {
        for await (const c of stream.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(c).toString();
      })(),
    ).rejects.toThrow();
    expect(text).toContain('upstream_broke_off');
    const wrong = await send('d-b', { headers: { 'x-modelhub-timeout-ms': 'soon' } });
    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'invalid_timeout']);
  });
});

describe('names', () => {
  it('a policy with the name of a deployment stands in front of it; a pin passes it by', async () => {
    await pair('n');
    await policy(hub, 'n-a', { strategy: 'priority', candidates: [{ deployment: 'n-b' }] });
    await until(async () => taker(await send('n-a')) === 'n-b');
    const pinned = await send('n-a', { headers: { 'x-modelhub-revision': 'n-a' } });
    expect([taker(pinned), pinned.headers.get('x-modelhub-route-reason')]).toEqual(['n-a', 'r1: pinned by the caller']);
    const list = (await (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).json()) as {
      data: { id: string; owned_by: string }[];
    };
    expect(list.data).toContainEqual(expect.objectContaining({ id: 'n-a', owned_by: 'routing-policy' }));
  });
  it('every answer says what was chosen and why', async () => {
    await pair('s');
    const r = await send('s-a');
    const said = Object.fromEntries([...r.headers].filter(([k]) => k.startsWith('x-modelhub-')));
    expect(said).toMatchObject({
      'x-modelhub-deployment': 's-a',
      'x-modelhub-revision': 's-a',
      'x-modelhub-provider': 'one',
      'x-modelhub-model': 'one/s',
      'x-modelhub-attempts': '1',
      'x-modelhub-route-reason': 'r1: the only revision with traffic',
      'x-modelhub-request-id': expect.stringMatching(/^req_/),
    });
    expect(Number(said['x-modelhub-overhead-ms'])).toBeGreaterThan(0);
  });
});

describe('explain', () => {
  const explain = async (question: object) =>
    fetch(`${gateway.url}/internal/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INTERNAL_KEY}`, 'content-type': 'application/json', 'x-modelhub-tenant': TENANT },
      body: JSON.stringify({ environment: 'production', operation: 'chat', headers: {}, key: 'k', ...question }),
    });
  it('gives the order that a call takes, and sends nothing', async () => {
    await pair(
      'e',
      { prices: { input: 5_000_000_000, output: 5_000_000_000 } },
      { prices: { input: 1_000_000_000, output: 1_000_000_000 } },
    );
    await policy(hub, 'e', { strategy: 'lowest-cost', candidates: both('e'), fallbacks: ['s-a'] });
    await send('e');
    one.seen.length = 0;
    two.seen.length = 0;
    const answer = (await (await explain({ request: { model: 'e' } })).json()) as { order: { deployment: string }[]; policy: string };
    expect([answer.policy, ...answer.order.map((o) => o.deployment)]).toEqual(['e', 'e-b', 'e-a', 's-a']);
    expect([one.seen.length, two.seen.length]).toEqual([0, 0]);
    const without = (await (await explain({ request: { model: 'e' }, exclude: ['e-b'] })).json()) as { order: { deployment: string }[] };
    expect(without.order[0]?.deployment).toBe('e-a');
    const among = (await (await explain({ request: { model: 'x' }, among: ['one/e', 'e-b'] })).json()) as {
      order: { deployment: string }[];
    };
    expect(among.order.map((o) => o.deployment).sort()).toEqual(['e-a', 'e-b']);
  });
  it('is for the hub alone', async () => {
    const r = await fetch(`${gateway.url}/internal/explain`, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    expect(r.status).toBe(403);
  });
});
