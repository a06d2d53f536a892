import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PUBLIC_TENANT } from '#core/shared/scope.js';
import { governance, offerings } from '#store/catalog/collections.js';
import { connect, hostedBy } from './support/connection.js';
import { call, ctx, Hub, INTERNAL_KEY, TENANT, until } from './support/hub.js';
import { head, RawClient } from './support/raw.js';
import { ANSWER, type Behaviour, json, pause, sse, Upstream } from './support/upstream.js';
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
  it('adaptive: one that fails is avoided, and no caller notices', async () => {
    await pair('af', { prices: { input: 1, output: 1 } }, { prices: { input: 1, output: 1 } });
    await policy(hub, 'af', { strategy: 'adaptive', candidates: both('af'), retry: { baseMs: 1, maxMs: 5 } });
    await send('af');
    one.behave = status(500);
    for (let n = 0; n < 15; n++) expect((await send('af')).status).toBe(200);
    one.seen.length = 0;
    for (let n = 0; n < 20; n++) expect(taker(await send('af'))).toBe('af-b');
    expect(one.seen.length).toBeLessThanOrEqual(2);
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
  it('by the security level that the tenant’s own governance gives a public model', async () => {
    await pair('g');
    const [own] = await offerings(hub.store).acrossTenants('test', { _id: 'acme/one/g' });
    if (!own) throw new Error('no offering');
    await offerings(hub.store).insert(ctx(PUBLIC_TENANT), { ...own, id: 'one/public', securityLevel: 'public' });
    await hub.route('g-public', 1, [hostedBy('one', { digest: 'g-public', modelId: 'one/public' })]);
    await policy(hub, 'g', {
      strategy: 'priority',
      candidates: [{ deployment: 'g-public' }, { deployment: 'g-b' }],
      securityLevels: ['restricted'],
    });
    const refused = await send('g');
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'no_eligible_candidate']);
    await governance(hub.store).insert(ctx(), {
      ...{ id: 'one/public', modelId: 'one/public', securityLevel: 'restricted', changedBy: 't', changedAt: new Date().toISOString() },
    });
    await until(async () => taker(await send('g')) === 'g-public');
  });
  it('when no candidate has what is asked for: 400, each by its name, and nobody is called', async () => {
    await pair('nt', { capabilities: ['x'] }, { capabilities: ['x'] });
    await policy(hub, 'nt', { candidates: both('nt') });
    await send('nt');
    one.seen.length = two.seen.length = 0;
    const r = await send('nt', { body: { tools: [{ type: 'function', function: { name: 'f' } }] } });
    const { error } = (await r.json()) as { error: { message: string } };
    expect(r.status).toBe(400);
    for (const name of ['nt-a', 'nt-b']) expect(error.message).toMatch(new RegExp(`${name}: .*tools`));
    expect([one.seen.length, two.seen.length]).toEqual([0, 0]);
  });
  it('by the form of the call: who cannot be asked such a thing is passed over', async () => {
    await connect(hub, { name: 'relay-form', kind: 'relaycore', url: one.url });
    await hub.route('form-a', 1, [hostedBy('relay-form', { digest: 'form-a' })]);
    await pair('form2');
    await policy(hub, 'form', {
      strategy: 'priority',
      candidates: [{ deployment: 'form-a' }, { deployment: 'form2-b' }],
      hedgeAfterMs: 50,
    });
    // RelayCore takes no temperature but its own
    const passed = await send('form', { body: { temperature: 0.1 } });
    expect([passed.status, taker(passed)]).toEqual([200, 'form2-b']);
    const alone = await send('form-a', { body: { temperature: 0.1 } });
    expect([alone.status, await codeOf(alone)]).toEqual([400, 'not_translatable']);
    // beside a slow one it must not end the call either
    await policy(hub, 'form-hedged', {
      strategy: 'priority',
      candidates: [{ deployment: 'form2-b' }, { deployment: 'form-a' }],
      hedgeAfterMs: 50,
    });
    await send('form-hedged');
    two.behave = slow(300);
    const hedged = await send('form-hedged', { body: { temperature: 0.1 } });
    expect([hedged.status, taker(hedged)]).toEqual([200, 'form2-b']);
    expect(await eventOf(hub, hedged)).toMatchObject({ status: 'ok', deployment: 'form2-b', attempts: 1 });
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
    const plain = await send('m');
    expect(taker(plain)).toBe('m-a');
    expect(plain.headers.get('x-modelhub-route-reason')).toMatch(/^m \(not evaluated: broken/);
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
  it('hedging: the silent one is left for the one that answers, and is cancelled; one answer, both tries in one event', async () => {
    await pair('h');
    await policy(hub, 'h', { strategy: 'priority', candidates: both('h'), hedgeAfterMs: 60 });
    await send('h');
    one.seen.length = two.seen.length = 0;
    one.behave = slow(3_000);
    const r = await send('h');
    expect(await r.text()).toBe(ANSWER);
    const answered = Date.now();
    expect(taker(r)).toBe('h-b');
    await until(() => one.seen[0]?.cutAt !== undefined, 2_000);
    expect((one.seen[0]?.cutAt ?? Infinity) - answered).toBeLessThan(250);
    expect([one.seen.length, two.seen.length]).toEqual([1, 1]);
    const event = await eventOf(hub, r);
    expect(event).toMatchObject({ status: 'ok', deployment: 'h-b', attempts: 2 });
    expect(event?.tries.map((t) => [t.deployment, t.outcome]).sort()).toEqual([
      ['h-a', 'hedged'],
      ['h-b', 'answered'],
    ]);
  });
  it('hedging: the first may still win, and the second is cancelled', async () => {
    await pair('h1', { prices: { input: 1, output: 1 } }, { prices: { input: 2, output: 2 } });
    await policy(hub, 'h1', { strategy: 'lowest-cost', candidates: both('h1'), hedgeAfterMs: 40 });
    await send('h1');
    one.seen.length = two.seen.length = 0;
    one.behave = slow(200);
    two.behave = slow(5_000);
    const r = await send('h1');
    await r.text();
    expect([taker(r), r.headers.get('x-modelhub-route-reason')]).toEqual(['h1-a', expect.stringContaining('cheapest')]);
    await until(() => two.seen[0]?.cutAt !== undefined, 2_000);
    expect(await eventOf(hub, r)).toMatchObject({ status: 'ok', deployment: 'h1-a', revision: 'h1-a', attempts: 2 });
  });
  it('a wait that the provider asks for is kept to when it is short, and handed on at once when it is long', async () => {
    await pair('ra');
    await policy(hub, 'ra', {
      strategy: 'priority',
      candidates: [{ deployment: 'ra-a' }],
      retry: { maxAttempts: 3, baseMs: 1, maxMs: 500 },
    });
    await send('ra');
    one.seen.length = 0;
    const times: number[] = [];
    one.behave = (res, seen) => (times.push(Date.now()) < 2 ? status(503, { 'retry-after-ms': '300' })(res, seen) : json(res, seen));
    expect((await send('ra')).status).toBe(200);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(295);
    one.seen.length = 0;
    one.behave = status(503, { 'retry-after': '30' });
    const long = await send('ra');
    expect([long.status, long.headers.get('retry-after'), one.seen.length]).toEqual([503, '30', 1]);
  });
  it('who may have carried a call out and charged for it is not asked again, nor is another; what it cost nobody knows', async () => {
    await connect(hub, { name: 'relay', kind: 'relaycore', url: one.url });
    await pair('un');
    await offering(hub, 'relay/un', { prices: { input: 1_000_000_000, output: 1_000_000_000 } });
    await hub.route('un-relay', 1, [hostedBy('relay', { digest: 'un-relay', modelId: 'relay/un' })]);
    await policy(hub, 'un', { strategy: 'priority', candidates: [{ deployment: 'un-relay' }, { deployment: 'un-b' }] });
    one.behave = status(500);
    const r = await send('un');
    expect([r.status, one.seen.length, two.seen.length]).toEqual([500, 1, 0]);
    expect(await eventOf(hub, r)).toMatchObject({ status: 'error', httpStatus: 500, cost: null, attempts: 1 });
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
  it('neither a caller in a hurry nor a faster candidate makes a provider a bad one', async () => {
    await pair('hu');
    await policy(hub, 'hu', { strategy: 'priority', candidates: both('hu'), hedgeAfterMs: 20 });
    await send('hu');
    one.behave = slow(200);
    for (let n = 0; n < 8; n++) expect(taker(await send('hu'))).toBe('hu-b');
    one.behave = sse(100);
    for (let n = 0; n < 8; n++) {
      const hurried = await send('hu-a', { body: { stream: true }, headers: { 'x-modelhub-timeout-ms': '150' } });
      await hurried.text().catch(() => '');
    }
    one.behave = json;
    expect((await send('hu-a')).status).toBe(200);
    const health = await fetch(`${gateway.url}/internal/health`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INTERNAL_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenant: TENANT }),
    });
    const { health: all } = (await health.json()) as { health: { modelId: string; errorRate: number; breaker: string }[] };
    expect(all.find((h) => h.modelId === 'one/hu')).toMatchObject({ breaker: 'closed', errorRate: 0 });
  });
  it('a deadline that is over before the call could go out: 504, and nobody is called', async () => {
    await pair('dl');
    await send('dl-a');
    one.seen.length = 0;
    const body = '{"model":"dl-a"}';
    const client = new RawClient(gateway.url);
    client.send(head(key, [`content-length: ${body.length}`, 'x-modelhub-timeout-ms: 50', 'connection: close']) + body.slice(0, 5));
    await pause(150);
    client.send(body.slice(5));
    await until(() => client.closed);
    expect([client.status, one.seen.length]).toEqual([504, 0]);
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
  it('says for a strategy of order whom the call then goes to, with the same words', async () => {
    await pair('ep');
    await policy(hub, 'ep', { strategy: 'priority', candidates: [{ deployment: 'ep-b' }, { deployment: 'ep-a' }] });
    const r = await send('ep');
    const said = (await (await explain({ request: { model: 'ep' } })).json()) as { order: { deployment: string; reason: string }[] };
    expect([said.order[0]?.deployment, said.order[0]?.reason]).toEqual([taker(r), r.headers.get('x-modelhub-route-reason')]);
  });
  it('is for the hub alone', async () => {
    const r = await fetch(`${gateway.url}/internal/explain`, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    expect(r.status).toBe(403);
  });
});
