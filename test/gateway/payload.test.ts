import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { routingPolicyInput } from '#core/routing/schema.js';
import { gatewaySettings } from '#store/gateway-settings.js';
import { payloads } from '#store/payload.js';
import { routingPolicies } from '#store/routing-policy.js';
import { Cuttable } from './support/cuttable.js';
import { connect, hostedBy } from './support/connection.js';
import { call, ctx, Hub, until } from './support/hub.js';
import { type Behaviour, diesAfter, json, pause, Upstream } from './support/upstream.js';

/** Requests and answers are kept only where a deployment says so, and nothing of what is redacted reaches MongoDB. */
let hub: Hub;
let one: Upstream;
let two: Upstream;
let key: string;
let relay: Cuttable;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
const at = new Date().toISOString();
const scope = 'default/default/production';

const answers =
  (body: string, code = 200, type = 'application/json'): Behaviour =>
  (res) =>
    void res.writeHead(code, { 'content-type': type }).end(body);
const set = (name: string, payloadLog?: object) =>
  gatewaySettings(hub.store).put(ctx(), {
    ...{ id: `production/${name}`, environment: 'production', name, scope, updatedAt: at, updatedBy: 't' },
    ...(payloadLog ? { payloadLog: { enabled: true, retentionHours: 2, ...payloadLog } } : {}),
  } as never);
const all = () => payloads(hub.store).acrossTenants('test');
const kept = async (id: string | null) => {
  await until(async () => (await all()).some((p) => p.id === id));
  const found = (await all()).find((p) => p.id === id);
  if (!found) throw new Error('gone');
  return found;
};
const droppedBy = async (url: string): Promise<string> => {
  const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${hub.options().internalKey}` } });
  return /^modelhub_payloads_dropped\S* (\d+)/m.exec(await metrics.text())?.[1] ?? '';
};
const idOf = (r: Response): string | null => r.headers.get('x-modelhub-request-id');
const chat = (model: string, o: object = {}) => ({ model, messages: [{ role: 'user', content: 'I am ann@example.com' }], ...o });

beforeAll(async () => {
  hub = await Hub.open('gateway_payload');
  [one, two] = await Promise.all([Upstream.start(), Upstream.start()]);
  key = (await hub.key()).key;
  await connect(hub, { name: 'one', kind: 'custom', url: one.url });
  await connect(hub, { name: 'two', kind: 'custom', url: two.url });
  await hub.route('kept', 1, [hostedBy('one')]);
  await hub.route('off', 1, [hostedBy('two')]);
  await hub.route('disabled', 1, [hostedBy('two')]);
  await hub.route('small', 1, [hostedBy('one')]);
  await set('kept', {});
  await set('small', { maxBytes: 40 });
  await set('disabled', { enabled: false });
  await routingPolicies(hub.store).insert(ctx(), {
    ...routingPolicyInput.parse({
      ...{ name: 'both', environment: 'production', strategy: 'priority', retry: { baseMs: 1, maxMs: 5 } },
      candidates: [{ deployment: 'kept' }, { deployment: 'off' }],
    }),
    ...{ id: 'production/both', scope, createdAt: at, updatedAt: at, updatedBy: 't' },
  });
  const cuttable = await Cuttable.before(hub.uri);
  relay = cuttable.relay;
  gateway = await hub.gateway({ mongodbUri: cuttable.uri });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([one.stop(), two.stop()]);
  await hub.close();
  await relay.cut();
});
beforeEach(() => {
  one.behave = json;
  two.behave = json;
});
afterEach(async () => {
  await payloads(hub.store).model.deleteMany({});
});

describe('off', () => {
  it('keeps nothing: no setting, a setting that says so, and a policy whose other candidate answered', async () => {
    one.behave = answers('{"error":{"message":"down"}}', 503);
    const ids: (string | null)[] = [];
    for (const model of ['off', 'disabled', 'both']) {
      const answer = await call(gateway.url, key, chat(model));
      await answer.text();
      expect(answer.status).toBe(200);
      ids.push(idOf(answer));
    }
    one.behave = json;
    // what comes later is written later: once this is there, the others would be
    const last = await call(gateway.url, key, chat('kept'));
    await last.text();
    await kept(idOf(last));
    expect((await all()).map((p) => p.id)).toEqual([idOf(last)]);
    expect(ids).not.toContain(null);
  });
});

describe('on', () => {
  it('keeps a redacted JSON call, with the walls of its deployment, its end of life, and none of the headers', async () => {
    one.behave = answers('{"choices":[{"message":{"content":"mail ben@example.com or 4111 1111 1111 1111"}}]}');
    const began = Date.now();
    const answer = await call(gateway.url, key, chat('kept', { note: `mine is ${key}` }), {
      headers: { 'x-api-key': key, cookie: 'session=abcdef' },
    });
    expect(await answer.text()).toContain('ben@example.com'); // the caller's answer is not touched
    expect(one.seen.at(-1)?.body).toContain('ann@example.com'); // and neither is the request
    const { removeAt, ...found } = await kept(idOf(answer));
    expect(found).toMatchObject({ tenant: 'acme', scope, environment: 'production', deployment: 'kept', httpStatus: 200, complete: true });
    expect(JSON.parse(found.request.text)).toEqual({
      ...{ model: 'kept', note: 'mine is [KEY]' },
      messages: [{ role: 'user', content: 'I am [EMAIL]' }],
    });
    expect(found.request).toMatchObject({ truncated: false, bytes: JSON.stringify(chat('kept', { note: `mine is ${key}` })).length });
    expect(found.answer).toMatchObject({ text: '{"choices":[{"message":{"content":"mail [EMAIL] or [CARD]"}}]}', truncated: false });
    expect(removeAt.getTime()).toBeGreaterThanOrEqual(began + 2 * 3_600_000);
    expect(removeAt.getTime()).toBeLessThanOrEqual(Date.now() + 2 * 3_600_000);
    const raw = JSON.stringify(await hub.store.db.collection('payloads').find({}).toArray());
    for (const secret of [key, 'ann@', 'ben@', 'session=', '4111 1111']) expect(raw).not.toContain(secret);
  });
  it('keeps a stream, with what stood across its events', async () => {
    const event = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
    one.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const part of ['to be', 'n@exam', 'ple.com ok']) {
        res.write(event(part));
        await pause(5);
      }
      res.end('data: [DONE]\n\n');
    };
    const answer = await call(gateway.url, key, chat('kept', { stream: true }));
    await answer.text();
    const found = await kept(idOf(answer));
    expect(found.answer).toMatchObject({ text: `${event('to [EMAIL] ok')}${event('')}${event('')}data: [DONE]\n\n`, truncated: false });
    expect(found.complete).toBe(true);
  });
  it('keeps what the caller was told of an error: of the upstream, of the hub, and in the middle of a stream', async () => {
    one.behave = answers('{"error":{"message":"bad input of ann@example.com"}}', 400);
    const bad = await call(gateway.url, key, chat('kept'));
    await bad.text();
    const upstream = await kept(idOf(bad));
    expect(upstream).toMatchObject({ httpStatus: 400, complete: true });
    expect(upstream.answer.text).toContain('bad input of [EMAIL]');
    one.behave = (res) => void res.destroy();
    const away = await call(gateway.url, key, chat('kept'));
    await away.text();
    expect(await kept(idOf(away))).toMatchObject({ httpStatus: 502 });
    one.behave = diesAfter(3);
    const died = await call(gateway.url, key, chat('kept', { stream: true }));
    await died.text().catch(() => undefined);
    const broken = await kept(idOf(died));
    expect(broken.complete).toBe(false);
    expect(broken.answer.truncated).toBe(true);
  });
  it('keeps what had passed when the caller left', async () => {
    one.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let n = 0; n < 200 && !res.destroyed; n++) {
        res.write(`data: {"choices":[{"index":0,"delta":{"content":"word "}}]}\n\n`);
        await pause(5);
      }
      res.end();
    };
    const gone = new AbortController();
    const answer = await call(gateway.url, key, chat('kept', { stream: true }), { signal: gone.signal });
    await answer.body?.getReader().read();
    await pause(40);
    gone.abort();
    const found = await kept(idOf(answer));
    expect(found).toMatchObject({ httpStatus: 200, complete: false, answer: { truncated: true } });
    expect(found.answer.text).toContain('word ');
  });
  it('cuts each side at maxBytes and says so', async () => {
    one.behave = answers(JSON.stringify({ choices: [{ message: { content: 'ü'.repeat(500) } }] }));
    const answer = await call(gateway.url, key, chat('small'));
    await answer.text();
    const found = await kept(idOf(answer));
    for (const part of [found.request, found.answer]) {
      expect(part.truncated).toBe(true);
      expect(Buffer.byteLength(part.text)).toBeLessThanOrEqual(40);
      expect(part.bytes).toBeGreaterThan(40);
    }
  });
  it('obeys a change of the setting', async () => {
    await set('kept');
    await pause(300);
    const off = await call(gateway.url, key, chat('kept'));
    await off.text();
    await set('kept', {});
    await pause(300);
    const on = await call(gateway.url, key, chat('kept'));
    await on.text();
    await kept(idOf(on));
    expect((await all()).map((p) => p.id)).toEqual([idOf(on)]);
  });
});

it('a payload that ends the thread is dropped and counted, the next one is kept, and no call notices', async () => {
  const mortal = await hub.gateway({ redactThread: join(__dirname, 'support/mortal-thread.cjs') });
  try {
    for (const note of ['exit now', 'ok']) {
      const answer = await call(mortal.url, key, chat('kept', { note }));
      await answer.text();
      expect(answer.status).toBe(200);
      if (note === 'ok') expect(JSON.parse((await kept(idOf(answer))).request.text)).toMatchObject({ note });
    }
    expect(await droppedBy(mortal.url)).toBe('1');
  } finally {
    await mortal.stop();
  }
});

it('the server removes them by removeAt', async () => {
  const indexes = await hub.store.db.collection('payloads').indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { removeAt: 1 }, expireAfterSeconds: 0 }));
});

it('without MongoDB calls go on, and what cannot be kept is dropped and counted, said once', async () => {
  await relay.cut();
  for (let n = 0; n < 3; n++) {
    const answer = await call(gateway.url, key, chat('kept'));
    await answer.text();
    expect(answer.status).toBe(200);
  }
  const counted = () => droppedBy(gateway.url);
  await until(async () => (await counted()) === '3', 40_000, counted);
  expect(hub.logged.filter((line) => line.includes('payloads are not kept'))).toHaveLength(2); // also of the gateway before
  await relay.restore();
});
