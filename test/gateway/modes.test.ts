import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect as netConnect } from 'node:net';
import { offerings } from '#store/catalog/collections.js';
import { gatewaySettings } from '#store/gateway-settings.js';
import { routingPolicies } from '#store/routing-policy.js';
import { routingPolicyInput } from '#core/routing/schema.js';
import { connect, hostedBy } from './support/connection.js';
import { call, ctx, Hub, until } from './support/hub.js';
import { type Behaviour, diesAfter, json, pause, sse, Upstream } from './support/upstream.js';

/**
 * The ways in which users of other gateways were hurt, by their number in research/gateway-anchors.md section 3. Budgets
 * (1, 15, 16, 20) come with budgets; shared limits (2, 3, 11, 12) are in allowance.test.ts and limits.test.ts; golden usage
 * (9, 10) in gateway/usage; speed (19, 21) in bench/gateway-overhead.ts.
 */
let hub: Hub;
let one: Upstream;
let two: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
const at = new Date().toISOString();

const status =
  (code: number, body: object | string, headers: Record<string, string> = {}): Behaviour =>
  (res) =>
    void res
      .writeHead(code, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const policy = (name: string, o: object) =>
  routingPolicies(hub.store).insert(ctx(), {
    ...routingPolicyInput.parse({ name, environment: 'production', ...o }),
    ...{ id: `production/${name}`, scope: 'default/default/production', createdAt: at, updatedAt: at, updatedBy: 't' },
  });
/** priced at 2 $ in, 4 $ out a million tokens, cache reads at 1 $ */
const priced = async (id: string) =>
  offerings(hub.store).insert(ctx(), {
    ...{ id, name: id, version: '1', provider: 'one', providerName: 'One', model: id, upstreamModel: 'm', modelType: 'text' as const },
    ...{ capabilities: ['tools'], supportedTasks: [], modalities: { input: ['text'], output: ['text'] }, maxTokens: 0, contextWindow: 0 },
    ...{
      status: 'active' as const,
      securityLevel: 'internal' as const,
      compliance: [],
      openWeights: false,
      owner: 'tenant' as const,
      served: false,
    },
    priceBook: [
      { effectiveFrom: '2020-01-01T00:00:00.000Z', prices: { input: 2_000_000_000, output: 4_000_000_000, cacheRead: 1_000_000_000 } },
    ],
  });

beforeAll(async () => {
  hub = await Hub.open('gateway_modes');
  [one, two] = await Promise.all([Upstream.start(), Upstream.start()]);
  key = (await hub.key()).key;
  await connect(hub, { name: 'one', kind: 'custom', url: one.url, secret: 'sk-one-secret-0001' });
  await connect(hub, { name: 'two', kind: 'custom', url: two.url });
  await priced('one/model');
  await hub.route('first', 1, [hostedBy('one')]);
  await hub.route('second', 1, [hostedBy('two')]);
  await policy('both', {
    strategy: 'priority',
    candidates: [{ deployment: 'first' }, { deployment: 'second' }],
    retry: { baseMs: 1, maxMs: 5 },
  });
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
const lastEvent = async (id: string | null) => {
  await until(async () => (await hub.events({ _id: `acme/${id}` })).length === 1);
  return (await hub.events({ _id: `acme/${id}` }))[0];
};
const idOf = (r: Response): string | null => r.headers.get('x-modelhub-request-id');

describe('4: a stream costs what the same answer costs as JSON, with and without include_usage', () => {
  // 5 in, 2 out
  const streamed = async (o: object) => {
    one.behave = sse();
    const answer = await call(gateway.url, key, { model: 'first', stream: true, ...o });
    return { text: await answer.text(), event: await lastEvent(idOf(answer)) };
  };
  it('counts the same', async () => {
    one.behave = status(200, { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } });
    const whole = await call(gateway.url, key, { model: 'first' });
    await whole.text();
    const expected = {
      inputTokens: 5,
      outputTokens: 2,
      cost: 5 * 2_000 + 2 * 4_000,
      usageSource: 'provider',
      priceVersion: '2020-01-01T00:00:00.000Z',
    };
    expect(await lastEvent(idOf(whole))).toMatchObject(expected);
    const asked = await streamed({ stream_options: { include_usage: true } });
    expect(asked.event).toMatchObject(expected);
    expect(asked.text).toContain('"usage":{"prompt_tokens":5');
    const silent = await streamed({});
    expect(silent.event).toMatchObject(expected);
    expect(JSON.parse(one.seen.at(-1)?.body ?? '')).toMatchObject({ stream_options: { include_usage: true } });
    expect(silent.text).not.toContain('"usage":{"prompt_tokens":5');
    expect(silent.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('5: a client that leaves', () => {
  it('is one event with what had passed, marked as our own count', async () => {
    one.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let n = 0; n < 200 && !res.destroyed; n++) {
        res.write(`data: {"choices":[{"delta":{"content":"word${n} "}}]}\n\n`);
        await pause(5);
      }
      res.end();
    };
    const gone = new AbortController();
    const answer = await call(gateway.url, key, { model: 'first', stream: true }, { signal: gone.signal });
    await answer.body?.getReader().read();
    await pause(60);
    gone.abort();
    const event = await lastEvent(idOf(answer));
    expect(event).toMatchObject({ status: 'aborted', usageSource: 'estimated', tries: [{ outcome: 'aborted' }] });
    expect(event?.outputTokens).toBeGreaterThan(0);
    expect(event?.cost).toBeGreaterThan(0);
  });
  it('6: a FIN of the client alone ends the upstream call', async () => {
    one.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let n = 0; n < 400 && !res.destroyed; n++) {
        res.write('data: {"choices":[{"delta":{"content":"x"}}]}\n\n');
        await pause(5);
      }
      res.end();
    };
    const { port } = new URL(gateway.url);
    const body = JSON.stringify({ model: 'first', stream: true });
    const socket = netConnect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.end(); // only our direction: we could still read
    await until(() => one.seen[0]?.cutAt !== undefined, 3_000);
    socket.destroy();
  });
});

describe('7: an upstream that dies in its answer', () => {
  it('is an error event, no end mark, a broken connection, and an event `truncated`', async () => {
    one.behave = diesAfter(3);
    const answer = await call(gateway.url, key, { model: 'first', stream: true });
    let text = '';
    const reading = (async () => {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toThrow();
    expect(text).toContain('"code":"upstream_broke_off"');
    expect(text).not.toContain('[DONE]');
    expect(await lastEvent(idOf(answer))).toMatchObject({ status: 'truncated', httpStatus: 200 });
  });
});

describe('8: a model without a price', () => {
  const settings = async (o: { unpriced: 'allow' | 'block' | 'flat'; flatNano?: number }) => {
    const record = { id: 'production/second', environment: 'production', name: 'second', scope: 'default/default/production', ...o };
    await gatewaySettings(hub.store).put(ctx(), { ...record, updatedAt: new Date().toISOString(), updatedBy: 't' });
    await pause(300);
  };
  it('costs null and never 0', async () => {
    const answer = await call(gateway.url, key, { model: 'second' });
    await answer.text();
    expect(await lastEvent(idOf(answer))).toMatchObject({
      status: 'ok',
      cost: null,
      priceVersion: null,
      inputTokens: 8,
      cacheReadTokens: 3,
    });
  });
  it('is refused where its deployment says so, and costs a flat sum where it says that', async () => {
    await settings({ unpriced: 'block' });
    const blocked = await call(gateway.url, key, { model: 'second' });
    expect([blocked.status, ((await blocked.json()) as { error: { code: string } }).error.code]).toEqual([403, 'model_unpriced']);
    expect(two.seen).toHaveLength(0);
    expect(await lastEvent(idOf(blocked))).toMatchObject({ status: 'refused', cost: 0 });
    await settings({ unpriced: 'flat', flatNano: 12_345 });
    const flat = await call(gateway.url, key, { model: 'second' });
    await flat.text();
    expect(await lastEvent(idOf(flat))).toMatchObject({ cost: 12_345, priceVersion: 'flat' });
  });
});

describe('14: a provider that is in trouble', () => {
  it('is passed over for the next candidate, and every try is told', async () => {
    one.behave = status(500, { error: { message: 'boom' } });
    const answer = await call(gateway.url, key, { model: 'both' });
    expect([answer.status, answer.headers.get('x-modelhub-deployment'), answer.headers.get('x-modelhub-attempts')]).toEqual([
      200,
      'second',
      '2',
    ]);
    await answer.text();
    expect(await lastEvent(idOf(answer))).toMatchObject({
      ...{ policy: 'both', deployment: 'second', attempts: 2 },
      tries: [
        { deployment: 'first', outcome: 'failed', httpStatus: 500 },
        { deployment: 'second', outcome: 'answered', httpStatus: 200 },
      ],
    });
  });
  it('gets no call while its breaker is open: 402 and spent quota open it too', async () => {
    await connect(hub, { name: 'poor', kind: 'custom', url: two.url });
    await hub.route('poor', 1, [hostedBy('poor')]);
    await policy('thrifty', { strategy: 'priority', candidates: [{ deployment: 'poor' }, { deployment: 'first' }] });
    await until(async () => (await call(gateway.url, key, { model: 'thrifty' })).ok);
    two.seen.length = 0;
    two.behave = status(400, { error: { message: 'You have reached your specified API usage limits.' } });
    expect((await call(gateway.url, key, { model: 'thrifty' })).headers.get('x-modelhub-deployment')).toBe('first');
    two.behave = json;
    for (let n = 0; n < 20; n++) await call(gateway.url, key, { model: 'thrifty' });
    expect(two.seen).toHaveLength(1);
    const alone = await call(gateway.url, key, { model: 'poor' });
    expect(alone.status).toBe(429);
    expect(Number(alone.headers.get('retry-after'))).toBeGreaterThan(30);
  });
  it('a 429 of the only provider reaches the caller with its Retry-After', async () => {
    one.behave = status(429, { error: { message: 'slow down' } }, { 'retry-after': '17' });
    const answer = await call(gateway.url, key, { model: 'first' });
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      429,
      '17',
      { error: { message: 'slow down' } },
    ]);
    expect(one.seen).toHaveLength(1);
  });
});
