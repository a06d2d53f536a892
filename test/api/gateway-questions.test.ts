import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiOnly, INTERNAL_KEY, startApiOnly } from '../connection/world.js';

/** What the API asks the gateway and what it makes of the answer; a server in the gateway's place says what a test wants. */
interface Asked {
  path: string;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}
let api: ApiOnly;
let admin: string;
let server: Server;
const asked: Asked[] = [];
let answer: { status: number; body: unknown } | 'hang' = { status: 200, body: {} };
beforeAll(async () => {
  server = createServer((req, res) => {
    let text = '';
    req.on('data', (c) => (text += c));
    req.on('end', () => {
      asked.push({ path: String(req.url), headers: req.headers, body: JSON.parse(text) as Asked['body'] });
      if (answer === 'hang') return;
      res
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
  api = await startApiOnly('questions', { gatewayUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  admin = await api.key('acme', 'admin');
  await api.call(admin, 'POST', '/api/v1/connections', {
    name: 'one',
    kind: 'custom',
    baseUrl: 'https://one.test/v1',
    credential: 'k',
    region: 'EU',
  });
});
afterAll(async () => {
  await api.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
});

const choice = (deployment: string, score: number | null = null) => ({
  ...{ deployment, revision: 'd1', provider: 'openai', model: 'openai/gpt-4o', reason: `because of ${deployment}`, score },
});
const explained = (order: string[]) => ({
  ...{
    deployment: order[0] ?? null,
    policy: 'chat',
    strategy: 'adaptive',
    rule: null,
    order: order.map((d, i) => choice(d, i)),
    limits: [],
  },
  excluded: [{ deployment: 'sick', revision: 'd9', code: 'unhealthy', message: 'stopped for 5 s after 5 failures' }],
  needs: { input: ['text'], tools: false, structuredOutput: false, inputTokens: 12, maxOutputTokens: null },
});
const request = { model: 'chat', messages: [{ role: 'user', content: 'hello' }] };
const post = (path: string, body: object, key = admin) => api.call(key, 'POST', `/api/v1/routing/${path}`, body);

describe('an explanation', () => {
  test('is the gateway’s, asked for with the body of the call, for the caller’s tenant, scope and key', async () => {
    answer = { status: 200, body: explained(['a', 'b']) };
    const r = await post('explain', { environment: 'production', request, headers: { 'X-ModelHub-Meta-Team': 'legal' } });
    expect(r.body).toEqual(explained(['a', 'b']));
    expect(asked[0]).toMatchObject({
      path: '/internal/explain',
      headers: { authorization: `Bearer ${INTERNAL_KEY}`, 'x-modelhub-tenant': 'acme', 'x-modelhub-scope': '' },
    });
    expect(asked[0]?.body).toEqual({
      ...{ environment: 'production', operation: 'chat', request, headers: { 'x-modelhub-meta-team': 'legal' } },
      key: expect.stringMatching(/^key_/),
    });
  });
  test('may be for a narrower scope, never for a wider one', async () => {
    answer = { status: 200, body: explained(['a']) };
    const scope = 'default/default/staging';
    await post('explain', { environment: 'staging', request, scope });
    expect(asked[0]?.headers['x-modelhub-scope']).toBe(scope);
    const team = await api.key('acme', 'viewer', scope);
    expect((await post('explain', { environment: 'staging', request }, team)).status).toBe(200);
    expect(asked[1]?.headers['x-modelhub-scope']).toBe(scope);
    for (const wider of ['', 'default', 'default/default/production'])
      expect((await post('explain', { environment: 'staging', request, scope: wider }, team)).status).toBe(403);
    expect(asked).toHaveLength(2);
  });
  test.each([
    ['no model', { environment: 'production', request: {} }, 'request.model'],
    ['no environment', { request }, 'environment'],
    ['an unknown operation', { environment: 'production', request: { ...request, operation: 'dance' } }, 'request.operation'],
    ['a line break in the name of a header', { environment: 'production', request, headers: { 'a\nb': 'c' } }, 'headers.a\nb'],
  ])('is not asked for with %s', async (_what, body, path) => {
    expect((await post('explain', body)).body).toMatchObject({ status: 400, errors: [{ path }] });
    expect(asked).toEqual([]);
  });
});

describe('a selection', () => {
  test('is the first of the order, with those after it', async () => {
    answer = { status: 200, body: explained(['a', 'b']) };
    const r = await post('select', { environment: 'production', request: { ...request, operation: 'message' } });
    expect(r.body).toEqual({ ...choice('a', 0), policy: 'chat', strategy: 'adaptive', rule: null, alternatives: [choice('b', 1)] });
    expect(asked[0]?.body).toMatchObject({ operation: 'message', request });
  });
  test('after a failure is without the one that failed', async () => {
    answer = { status: 200, body: explained(['b']) };
    expect((await post('fallback', { environment: 'production', request, failedModel: 'openai/gpt-4o' })).body).toMatchObject({
      deployment: 'b',
    });
    expect(asked[0]?.body).toMatchObject({ request, exclude: ['openai/gpt-4o'] });
  });
  test('among models is for those only', async () => {
    answer = { status: 200, body: explained(['b']) };
    expect((await post('balance', { environment: 'production', models: ['a', 'b'] })).body).toMatchObject({ deployment: 'b' });
    expect(asked[0]?.body).toMatchObject({ request: { model: 'a' }, among: ['a', 'b'] });
  });
  test('is refused with who was excluded and why when there is nobody', async () => {
    answer = { status: 200, body: explained([]) };
    const r = await post('select', { environment: 'production', request });
    expect(r.body).toMatchObject({ status: 422, detail: expect.stringContaining('stopped for 5 s'), excluded: [{ deployment: 'sick' }] });
  });
});

describe('a gateway that does not answer as it should', () => {
  const error = (status: number, code: string, param?: string) => ({
    status,
    body: { error: { message: `said ${code}`, type: 't', code, param: param ?? null } },
  });
  test.each([
    ['knows no such model', error(404, 'model_not_found'), 404, 'said model_not_found'],
    ['cannot read the call', error(400, 'invalid_json', 'messages'), 422, 'said invalid_json'],
    ['is of another version', error(404, 'unknown_url'), 503, 'said unknown_url'],
    ['has another key', error(403, 'internal_only'), 503, 'said internal_only'],
    ['answers something else', { status: 200, body: { deployment: 3 } }, 503, 'same version'],
    ['answers no JSON', { status: 200, body: '<html>' }, 503, 'same version'],
    ['fails', { status: 500, body: '<html>' }, 503, '500'],
  ])('because it %s', async (_what, given, status, text) => {
    answer = given;
    const r = await post('explain', { environment: 'production', request });
    expect(r.body).toMatchObject({ status, detail: expect.stringContaining(text) });
    expect(r.text).not.toContain(INTERNAL_KEY);
  });
  test('in time is unavailable', async () => {
    answer = 'hang';
    expect((await post('explain', { environment: 'production', request })).body).toMatchObject({ status: 503, code: 'unavailable' });
  });
});

describe('a connection', () => {
  test('has a region, which is changed and taken away', async () => {
    const get = async () => (await api.call(admin, 'GET', '/api/v1/connections/one')).body;
    expect(await get()).toMatchObject({ region: 'EU' });
    await api.call(admin, 'PATCH', '/api/v1/connections/one', { region: 'US' });
    await api.call(admin, 'PATCH', '/api/v1/connections/one', { baseUrl: 'https://one.test/v2' });
    expect(await get()).toMatchObject({ region: 'US', baseUrl: 'https://one.test/v2' });
    await api.call(admin, 'PATCH', '/api/v1/connections/one', { region: null });
    expect(await get()).not.toHaveProperty('region');
    expect((await api.call(admin, 'PATCH', '/api/v1/connections/one', { region: 'x'.repeat(61) })).status).toBe(400);
  });
  test('is checked by the gateway, in the state that is stored now', async () => {
    answer = { status: 200, body: { ok: false, message: 'the provider rejects the credential (401)', ms: 41 } };
    const r = await api.call(admin, 'POST', '/api/v1/connections/one/check');
    expect(r).toMatchObject({ status: 200, body: { ok: false, message: 'the provider rejects the credential (401)', ms: 41 } });
    const { updatedAt } = (await api.call(admin, 'GET', '/api/v1/connections/one')).body;
    expect(asked).toMatchObject([{ path: '/internal/check-connection', body: { tenant: 'acme', name: 'one', updatedAt } }]);
    expect((await api.call(await api.key('acme', 'developer'), 'POST', '/api/v1/connections/one/check')).status).toBe(403);
    expect((await api.call(admin, 'POST', '/api/v1/connections/none/check')).status).toBe(404);
    expect(asked).toHaveLength(1);
  });
  test('shows the health of its own models only', async () => {
    const seen = (connection: string) => ({
      ...{ connection, modelId: 'openai/gpt-4o', breaker: 'open', reason: 'quota', openUntil: '2026-01-01T00:00:00.000Z' },
      ...{ latencyMs: null, errorRate: 0.5, n: 3 },
    });
    answer = { status: 200, body: { health: [seen('one'), seen('two')] } };
    expect((await api.call(admin, 'GET', '/api/v1/connections/one/health')).body).toEqual({ health: [seen('one')] });
    expect(asked).toMatchObject([{ path: '/internal/health', body: { tenant: 'acme' } }]);
  });
});
