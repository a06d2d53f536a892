import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { foreignKey, localModel } from './fixtures.js';

/** The API's questions, answered by the real gateway. What the API makes of odd answers is in gateway-questions.test.ts. */
let hub: TestHub;
const ENVIRONMENT = 'development';
const request = { model: 'front', messages: [{ role: 'user', content: 'hello' }] };
beforeAll(async () => {
  hub = await startTestHub('explain');
  await hub.call('POST', '/api/v1/models', localModel('acme/one'));
  for (const name of ['first', 'second']) {
    await hub.call('POST', '/api/v1/models/deploy', { modelId: 'acme/one', environment: ENVIRONMENT, name });
    await hub.reach(ENVIRONMENT, name, 'live');
  }
  await hub.call('PUT', `/api/v1/routing/policies/${ENVIRONMENT}/front`, {
    strategy: 'priority',
    candidates: [{ deployment: 'first' }, { deployment: 'second' }],
    rules: [{ name: 'legal', when: 'headers["team"] == "legal"', use: ['second'] }],
  });
  await hub.call('PUT', '/api/v1/limits/keys', { per: 'key', unit: 'requests', window: 'minute', amount: 1_000 });
  await until('the gateway has heard of policy and limit', async () => {
    const { status, body } = await post('explain', { request });
    return status === 200 && (body['limits'] as unknown as unknown[]).length === 1;
  });
});
afterAll(() => hub.stop());
const post = (path: string, body: object, key?: string) =>
  hub.call('POST', `/api/v1/routing/${path}`, { environment: ENVIRONMENT, ...body }, key === undefined ? {} : { key });

describe('the gateway', () => {
  test('explains a policy: order, rule, needs and limits', async () => {
    expect((await post('explain', { request })).body).toMatchObject({
      ...{ deployment: 'first', policy: 'front', strategy: 'priority', rule: null, excluded: [], needs: { tools: false, input: ['text'] } },
      order: [
        { deployment: 'first', model: 'acme/one', provider: 'acme', reason: expect.stringContaining('written order') },
        { deployment: 'second' },
      ],
      limits: [{ name: 'keys', per: 'key', unit: 'requests', window: 'minute', amount: 1_000, inForce: 1_000 }],
    });
    expect((await post('explain', { request, headers: { 'X-ModelHub-Meta-Team': 'legal' } })).body).toMatchObject({
      deployment: 'second',
      rule: 'legal',
    });
  });
  test('explains a deployment that no policy stands in front of', async () =>
    expect((await post('explain', { request: { ...request, model: 'second' } })).body).toMatchObject({
      deployment: 'second',
      policy: null,
    }));
  test('selects, falls back and balances', async () => {
    expect((await post('select', { request })).body).toMatchObject({ deployment: 'first', alternatives: [{ deployment: 'second' }] });
    expect((await post('fallback', { request, failedModel: 'first' })).body).toMatchObject({ deployment: 'second', alternatives: [] });
    const balanced = (await post('balance', { models: ['second'] })).body;
    expect(balanced).toMatchObject({ deployment: 'second' });
  });
  test('knows nothing of it for another tenant, and of a name that stands for nothing', async () => {
    expect((await post('explain', { request }, await foreignKey(hub))).status).toBe(404);
    expect((await post('explain', { request: { ...request, model: 'none' } })).status).toBe(404);
  });
  test('counts nothing by explaining', async () => {
    const usage = await hub.call('GET', '/api/v1/usage?policy=front');
    expect(usage.body).toEqual({ events: [] });
  });
});

test('a connection is checked from where calls are made', async () => {
  await hub.call('POST', '/api/v1/connections', {
    name: 'away',
    kind: 'custom',
    baseUrl: 'http://127.0.0.1:9/v1',
    credential: 'sk-CANARY-1234567890',
  });
  await until('the gateway has heard of it', async () => (await hub.call('POST', '/api/v1/connections/away/check')).status === 200);
  const r = await hub.call('POST', '/api/v1/connections/away/check');
  expect(r.body).toMatchObject({ ok: false, message: expect.any(String) });
  expect(JSON.stringify(r.body)).not.toContain('CANARY');
  expect((await hub.call('GET', '/api/v1/connections/away/health')).body).toEqual({ health: [] });
});
