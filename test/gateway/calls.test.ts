import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Hub, INTERNAL_KEY, revision, TENANT } from './support/hub.js';
import { ANSWER, diesAfter, FRAMES, json, pause, sse, Upstream } from './support/upstream.js';

let hub: Hub;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
let up: Upstream;
let key: string;
beforeAll(async () => {
  hub = await Hub.open('gateway_calls');
  up = await Upstream.start();
  key = (await hub.key()).key;
  await hub.route('chat', 1, [revision('d1', [up.url], { parameters: { temperature: 0.5, seed: 7 } }), revision('d2', [up.url])]);
  await hub.route('dead', 1, [revision('d3', ['http://127.0.0.1:9'])]);
  await hub.route('half-dead', 1, [revision('d4', ['http://127.0.0.1:9', up.url])]);
  await hub.route('theirs', 1, [revision('d5', [up.url])], { tenant: 'other' });
  await hub.route('elsewhere', 1, [revision('d6', [up.url])], { environment: 'staging' });
  // a model of its own for each kind of trouble: one that fails is left alone for a while
  for (const name of ['limited', 'broken', 'dying'])
    await hub.route(name, 1, [revision(`d-${name}`, [up.url], { modelId: `local/${name}` })]);
  gateway = await hub.gateway();
});
afterAll(async () => {
  await gateway.stop();
  await up.stop();
  await hub.close();
});
const send = (body: unknown, o: Parameters<typeof call>[3] = {}) => call(gateway.url, key, body, o);
const errorOf = async (r: Response) => ((await r.json()) as { error: { code: string; message: string; type: string } }).error;

describe('a JSON call', () => {
  it('passes request and answer byte for byte, but for the model and missing defaults', async () => {
    up.behave = json;
    const answer = await send('{ "model": "chat",\n"seed":18446744073709551615, "unknown_field": {"a": [1e400, "\\u00fc"]} }');
    expect(await answer.text()).toBe(ANSWER);
    expect(up.seen.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      body: '{"temperature":0.5, "model": "up-d1",\n"seed":18446744073709551615, "unknown_field": {"a": [1e400, "\\u00fc"]} }',
    });
    expect(up.seen.at(-1)?.headers.authorization).toBeUndefined();
    const h = Object.fromEntries(answer.headers);
    expect(h).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'up-1',
      'x-modelhub-deployment': 'chat',
      'x-modelhub-revision': 'd1',
      'x-modelhub-provider': 'local',
      'x-modelhub-model': 'local/model',
      'x-modelhub-attempts': '1',
    });
    expect(Number(h['x-modelhub-overhead-ms'])).toBeGreaterThan(0);
    expect(h['set-cookie']).toBeUndefined();
  });
  it('becomes one usage event with the figures of the upstream', async () => {
    up.behave = json;
    const id = (await send({ model: 'chat' })).headers.get('x-modelhub-request-id');
    await hub.eventCount(2);
    const events = await hub.events({ _id: `${TENANT}/${id}` });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      status: 'ok',
      httpStatus: 200,
      inputTokens: 8,
      outputTokens: 7,
      cacheReadTokens: 3,
      reasoningTokens: null,
      deployment: 'chat',
      revision: 'd1',
      operation: 'chat',
      stream: false,
      purpose: 'user',
      scope: 'default/default/production',
      attempts: 1,
    });
  });
  it('keeps status and retry-after of the upstream', async () => {
    up.behave = (res) =>
      void res.writeHead(429, { 'content-type': 'application/json', 'retry-after': '17' }).end('{"error":{"message":"slow down"}}');
    const answer = await send({ model: 'limited' });
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
      429,
      '17',
      '{"error":{"message":"slow down"}}',
    ]);
  });
  it.each([['/v1/completions'], ['/v1/embeddings']])('serves %s', async (path) => {
    up.behave = json;
    expect((await send({ model: 'chat' }, { path })).status).toBe(200);
    expect(up.seen.at(-1)?.path).toBe(path);
  });
  it('breaks off when the upstream does', async () => {
    up.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"half":');
      await pause(20);
      res.socket?.destroy();
    };
    const answer = await send({ model: 'broken' });
    await expect(answer.text()).rejects.toThrow();
  });
});

describe('a stream', () => {
  it('passes every frame unchanged, but for a usage chunk that nobody asked for', async () => {
    up.behave = sse();
    const bare = await (await send({ model: 'chat', stream: true })).text();
    expect(bare).toBe(FRAMES.filter((f) => !f.includes('"usage"')).join(''));
    const answer = await send({ model: 'chat', stream: true, stream_options: { include_usage: true } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await answer.text()).toBe(FRAMES.join(''));
  });
  it.each([0, 1, 2, 4])('that dies after %i frames ends in an error event and a broken connection', async (k) => {
    up.behave = diesAfter(k);
    const answer = await send({ model: 'dying', stream: true });
    if (k === 0 && answer.status !== 200) return expect(answer.status).toBe(502);
    let text = '';
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(chunk, { stream: true });
    };
    await expect(read()).rejects.toThrow();
    expect(text.startsWith(FRAMES.slice(0, k).join(''))).toBe(true);
    expect(text).toMatch(/data: \{"error":\{"message":"The model broke off.*\n\n$/);
    expect(text).not.toContain('[DONE]');
  });
  it('is cancelled upstream when the client goes', async () => {
    up.behave = sse(500);
    const controller = new AbortController();
    const answer = await send({ model: 'chat', stream: true }, { signal: controller.signal });
    await answer.body?.getReader().read();
    const seen = up.seen.at(-1);
    const gone = Date.now();
    controller.abort();
    while (seen?.cutAt === undefined && Date.now() - gone < 2_000) await pause(5);
    expect((seen?.cutAt ?? Infinity) - gone).toBeLessThan(250);
    const id = answer.headers.get('x-modelhub-request-id');
    for (let n = 0; n < 200 && (await hub.events({ _id: `${TENANT}/${id}` })).length === 0; n++) await pause(20);
    expect((await hub.events({ _id: `${TENANT}/${id}` }))[0]).toMatchObject({ status: 'aborted', usageSource: 'estimated', stream: true });
  });
  it('is cancelled while the upstream is still thinking', async () => {
    up.behave = () => undefined;
    const controller = new AbortController();
    const before = up.seen.length;
    const answer = send({ model: 'chat' }, { signal: controller.signal }).catch((e: unknown) => e);
    while (up.seen.length === before) await pause(5);
    controller.abort();
    await answer;
    const gone = Date.now();
    while (up.seen.at(-1)?.cutAt === undefined && Date.now() - gone < 2_000) await pause(5);
    expect((up.seen.at(-1)?.cutAt ?? Infinity) - gone).toBeLessThan(250);
  });
});

describe('a dead upstream', () => {
  it('is an error in the shape of OpenAI', async () => {
    const answer = await send({ model: 'dead' });
    expect([answer.status, answer.headers.get('x-modelhub-deployment')]).toEqual([502, 'dead']);
    expect(await errorOf(answer)).toMatchObject({ type: 'upstream_error', code: 'upstream_unreachable' });
  });
  it('is passed over when there is another replica', async () => {
    up.behave = json;
    const attempts = new Set<string | null>();
    for (let n = 0; n < 4; n++) {
      const answer = await send({ model: 'half-dead' });
      expect(answer.status).toBe(200);
      attempts.add(answer.headers.get('x-modelhub-attempts'));
    }
    expect(attempts).toEqual(new Set(['1', '2']));
  });
  it('that resets before a byte is tried once more', async () => {
    let n = 0;
    up.behave = (res, seen) => (n++ === 0 ? void res.socket?.destroy() : json(res, seen));
    expect((await send({ model: 'chat' })).headers.get('x-modelhub-attempts')).toBe('2');
  });
});

describe('what is refused', () => {
  it.each([
    ['no key', {}, 401, 'missing_api_key'],
    ['half a key', { authorization: 'Bearer mhk_abc' }, 401, 'malformed_api_key'],
  ])('%s', async (_, headers, status, code) => {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
    });
    expect([answer.status, (await errorOf(answer)).code]).toEqual([status, code]);
  });
  it('a key without gateway:call, and an expired one', async () => {
    const viewer = await hub.key({ role: 'viewer' });
    const expired = await hub.key({ expiresAt: new Date(Date.now() + 700).toISOString() });
    await pause(300);
    expect((await call(gateway.url, viewer.key, { model: 'chat' })).status).toBe(403);
    up.behave = json;
    expect((await call(gateway.url, expired.key, { model: 'chat' })).status).toBe(200);
    await pause(500);
    expect(await errorOf(await call(gateway.url, expired.key, { model: 'chat' }))).toMatchObject({ code: 'expired_api_key' });
  });
  it.each([
    ['bad JSON', '{"model":"chat",', 400, 'malformed_json'],
    ['a list', '[]', 400, 'malformed_json'],
    ['no model', '{"messages":[]}', 400, 'missing_model'],
    ['two models', '{"model":"a","model":"chat"}', 400, 'duplicate_member'],
    ['a number as model', '{"model":1}', 400, 'invalid_model'],
    ['an unknown model', '{"model":"nothing"}', 404, 'model_not_found'],
    ["another tenant's model", '{"model":"theirs"}', 404, 'model_not_found'],
    ['a model of another environment', '{"model":"elsewhere"}', 404, 'model_not_found'],
  ])('%s', async (_, body, status, code) => {
    const answer = await send(body);
    expect([answer.status, (await errorOf(answer)).code]).toEqual([status, code]);
  });
  it('another content type, another method, another path', async () => {
    expect((await send('{}', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    const wrong = await fetch(`${gateway.url}/v1/embeddings`, { headers: { authorization: `Bearer ${key}` } });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${gateway.url}/nothing`)).status).toBe(404);
  });
  it('a body over the limit', async () => {
    expect((await send(`{"model":"chat","x":"${'a'.repeat(33 * 1024 * 1024)}"}`)).status).toBe(413);
  });
  it('a key outside its scope', async () => {
    const staging = await hub.key({ scope: 'default/default/staging' });
    const other = await hub.key({ scope: 'other' });
    await pause(300);
    up.behave = json;
    expect((await call(gateway.url, staging.key, { model: 'elsewhere' })).status).toBe(200); // its own environment is the default
    expect((await call(gateway.url, staging.key, { model: 'chat' }, { headers: { 'x-modelhub-environment': 'production' } })).status).toBe(
      404,
    );
    expect((await call(gateway.url, other.key, { model: 'chat' })).status).toBe(404);
  });
});

describe('the internal key and pins', () => {
  const headers = { 'x-modelhub-tenant': TENANT, 'x-modelhub-environment': 'production' };
  it('calls a standby revision for a purpose', async () => {
    up.behave = json;
    const answer = await call(
      gateway.url,
      INTERNAL_KEY,
      { model: 'chat' },
      { headers: { ...headers, 'x-modelhub-purpose': 'warm', 'x-modelhub-revision': 'd2' } },
    );
    expect([answer.status, answer.headers.get('x-modelhub-revision')]).toEqual([200, 'd2']);
    const id = `${TENANT}/${answer.headers.get('x-modelhub-request-id')}`;
    for (let n = 0; n < 200 && (await hub.events({ _id: id })).length === 0; n++) await pause(20);
    expect((await hub.events({ _id: id }))[0]).toMatchObject({ purpose: 'warm', key: 'internal', revision: 'd2' });
  });
  it('says for whom, or is refused', async () => expect((await call(gateway.url, INTERNAL_KEY, { model: 'chat' })).status).toBe(400));
  it('a pin needs the permission and an existing revision', async () => {
    const caller = await hub.key({ permissions: ['gateway:call'] });
    await pause(300);
    expect((await call(gateway.url, caller.key, { model: 'chat' }, { headers: { 'x-modelhub-revision': 'd2' } })).status).toBe(403);
    expect((await send({ model: 'chat' }, { headers: { 'x-modelhub-revision': 'none' } })).status).toBe(400);
    expect((await send({ model: 'chat' }, { headers: { 'x-modelhub-revision': 'd2' } })).headers.get('x-modelhub-revision')).toBe('d2');
  });
});

it('lists what the key can call', async () => {
  const answer = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  const list = (await answer.json()) as { data: { id: string; owned_by: string }[] };
  expect(list.data.map((m) => m.id)).toEqual(['broken', 'chat', 'dead', 'dying', 'half-dead', 'limited']);
});
