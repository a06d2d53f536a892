import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { specOf } from '#core/deployment/fixtures.test-support.js';
import { connectionFor } from '#store/connection.js';
import { deployments } from '#store/deployment.js';
import { type ApiOnly, startApiOnly } from './world.js';

/** Which connection a deployment gets, and that it is not taken away from under it. */
let api: ApiOnly;
let admin: string;
const ctx = { tenant: 'acme', scope: '', actor: 'test', requestId: 'test' };
beforeAll(async () => {
  api = await startApiOnly('choice');
  admin = await api.key('acme', 'admin');
  for (const [name, provider] of [
    ['one', 'groq'],
    ['two-a', 'mistral'],
    ['two-b', 'mistral'],
    ['any', 'custom'],
  ])
    await api.call(admin, 'POST', '/api/v1/connections', { name, kind: 'custom', provider, baseUrl: 'https://x.test/v1', credential: 'k' });
});
afterAll(() => api.stop());
const wanted = (provider: string, connection?: string) => connectionFor(api.store, ctx, { provider, connection });

describe('the connection of a deployment', () => {
  test('is the only one that reaches the provider', async () => expect((await wanted('groq')).name).toBe('one'));
  test('is the one that was named', async () => expect((await wanted('mistral', 'two-b')).name).toBe('two-b'));
  test('may be a custom one when it was named', async () => expect((await wanted('mistral', 'any')).name).toBe('any'));
  test.each([
    ['none reaches the provider', 'xai', undefined, /add/],
    ['several do', 'mistral', undefined, /two-a, two-b/],
    ['the named one is not there', 'groq', 'nothing', /no connection "nothing"/],
    ['the named one reaches another provider', 'groq', 'two-a', /reaches mistral/],
  ])('is refused with what to do when %s', async (_what, provider, connection, text) => {
    await expect(wanted(provider, connection)).rejects.toMatchObject({
      message: expect.stringMatching(text),
      extras: { errors: [{ path: 'target.connection' }] },
    });
  });
});

test('a connection that a deployment uses is not deleted; one that it has left is', async () => {
  const at = new Date().toISOString();
  const revision = (n: number, connection: string, state: 'stable' | 'drained') => ({
    ...{ digest: `d${n}`, number: n, state, createdAt: at, createdBy: 'k', endpoints: [] },
    spec: { ...specOf(n), target: { kind: 'hosted' as const, connection } },
  });
  await deployments(api.store).insert(ctx, {
    ...{ id: 'production/chat', scope: 'default/default/production', environment: 'production', name: 'chat', token: 1 },
    ...{ phase: 'live', phaseSince: at, createdAt: at, updatedAt: at, history: [], routeVersion: 1, legal: [], workflowId: 'w' },
    revisions: [revision(1, 'two-a', 'drained'), revision(2, 'one', 'stable')],
  });
  const refused = await api.call(admin, 'DELETE', '/api/v1/connections/one');
  expect(refused.body).toMatchObject({ status: 409, detail: expect.stringContaining('chat (production)') });
  expect((await api.call(admin, 'DELETE', '/api/v1/connections/two-a')).status).toBe(200);
  await deployments(api.store).update(ctx, 'production/chat', { phase: 'retired' });
  expect((await api.call(admin, 'DELETE', '/api/v1/connections/one')).status).toBe(200);
  expect((await api.call(admin, 'GET', '/api/v1/connections/one')).status).toBe(404);
});
