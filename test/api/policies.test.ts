import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditEntries } from '#store/audit.js';
import { type ApiOnly, startApiOnly } from '../connection/world.js';
import { ctxOf, storedDeployment } from './world.js';

let api: ApiOnly;
let admin: string;
const PATH = '/api/v1/routing/policies';
beforeAll(async () => {
  api = await startApiOnly('policies');
  admin = await api.key('acme', 'admin');
  for (const name of ['small', 'large', 'spare']) await storedDeployment(api.store, 'production', name);
  await storedDeployment(api.store, 'staging', 'only-staging');
  await storedDeployment(api.store, 'production', 'gone', { phase: 'retired' });
});
afterAll(() => api.stop());
const put = (name: string, body: object, key = admin, environment = 'production') =>
  api.call(key, 'PUT', `${PATH}/${environment}/${name}`, body);
const WHOLE = {
  strategy: 'adaptive',
  candidates: [{ deployment: 'small', weight: 3 }, { deployment: 'large' }],
  fallbacks: ['spare'],
  rules: [{ name: 'long', when: 'inputTokens > 1000 && headers["team"] == "legal"', use: ['large', 'spare'] }],
  regions: ['EU'],
  timeoutMs: 5_000,
};

describe('a policy', () => {
  test('is made, read, listed, replaced whole and removed, and each change is in the audit trail', async () => {
    const made = await put('chat', WHOLE);
    expect(made).toMatchObject({
      status: 200,
      body: { ...WHOLE, name: 'chat', environment: 'production', scope: '', retry: { maxAttempts: 3 } },
    });
    expect((await api.call(admin, 'GET', `${PATH}/production/chat`)).body).toEqual(made.body);
    expect((await api.call(admin, 'GET', `${PATH}?environment=production`)).body).toEqual({ policies: [made.body] });
    expect((await api.call(admin, 'GET', `${PATH}?environment=staging`)).body).toEqual({ policies: [] });

    const replaced = await put('chat', { candidates: [{ deployment: 'small' }] });
    expect(replaced.body).toMatchObject({ strategy: 'weighted', fallbacks: [], rules: [], createdAt: made.body['createdAt'] });
    expect(replaced.body).not.toHaveProperty('regions');
    expect(replaced.body).not.toHaveProperty('timeoutMs');

    expect((await api.call(admin, 'DELETE', `${PATH}/production/chat`)).body).toEqual({ ok: true });
    expect((await api.call(admin, 'GET', `${PATH}/production/chat`)).status).toBe(404);
    expect((await api.call(admin, 'DELETE', `${PATH}/production/chat`)).status).toBe(404);

    const { items } = await auditEntries(api.store).find(ctxOf(), { target: 'policy:production/chat' }, { sort: ['at', 1] });
    expect(items.map((e) => [e.action, e.before !== undefined, e.after !== undefined])).toEqual([
      ['routing:write', false, true],
      ['routing:write', true, true],
      ['routing:write', true, false],
    ]);
  });
  test('may have the name of a deployment, in front of which it then stands', async () =>
    expect((await put('small', { candidates: [{ deployment: 'small' }] })).status).toBe(200));

  test.each([
    ['a candidate that is not there', { candidates: [{ deployment: 'small' }, { deployment: 'none' }] }, ['candidates.1.deployment']],
    ['a candidate of another environment', { candidates: [{ deployment: 'only-staging' }] }, ['candidates.0.deployment']],
    ['a retired candidate', { candidates: [{ deployment: 'gone' }] }, ['candidates.0.deployment']],
    ['a fallback that is not there', { ...WHOLE, fallbacks: ['spare', 'none'] }, ['fallbacks.1']],
    ['a candidate twice', { candidates: [{ deployment: 'small' }, { deployment: 'small' }] }, ['candidates.1.deployment']],
    ['no weight at all', { candidates: [{ deployment: 'small', weight: 0 }] }, ['candidates']],
    ['a rule that uses another', { ...WHOLE, rules: [{ name: 'r', when: 'stream', use: ['small', 'only-staging'] }] }, ['rules.0.use.1']],
    ['a condition that does not parse', { ...WHOLE, rules: [{ name: 'r', when: 'stream &&', use: ['small'] }] }, ['rules.0.when']],
    ['a condition of another type', { ...WHOLE, rules: [{ name: 'r', when: 'inputTokens', use: ['small'] }] }, ['rules.0.when']],
    ['a condition on what there is not', { ...WHOLE, rules: [{ name: 'r', when: 'moon', use: ['small'] }] }, ['rules.0.when']],
    ['an unknown field', { ...WHOLE, weights: {} }, ['weights']],
    ['no candidates', { candidates: [] }, ['candidates']],
    [
      'several at once',
      { candidates: [{ deployment: 'none' }], rules: [{ name: 'r', when: '(', use: ['large'] }] },
      ['candidates.0.deployment', 'rules.0.use.0', 'rules.0.when'],
    ],
  ])('with %s is refused with the fields', async (_what, body, paths) => {
    const r = await put('faulty', body);
    expect(r.status).toBe(400);
    expect((r.body['errors'] as { path: string }[]).map((e) => e.path).sort()).toEqual(paths);
    expect((await api.call(admin, 'GET', `${PATH}/production/faulty`)).status).toBe(404);
  });
  test('of an environment that is not there is refused', async () =>
    expect((await put('x', { candidates: [{ deployment: 'small' }] }, admin, 'moon')).body).toMatchObject({
      status: 400,
      errors: [{ path: 'environment' }],
    }));

  test('belongs to the scope of the key that made it', async () => {
    const team = await api.key('acme', 'operator', 'default/default/production');
    const other = await api.key('acme', 'operator', 'default/default/staging');
    expect((await put('teams', { candidates: [{ deployment: 'small' }] }, team)).body).toMatchObject({
      scope: 'default/default/production',
    });
    expect((await api.call(other, 'GET', `${PATH}/production/teams`)).status).toBe(404);
    expect((await api.call(other, 'DELETE', `${PATH}/production/teams`)).status).toBe(404);
    // not seen from there, but the name is taken all the same
    await storedDeployment(api.store, 'staging', 'shared');
    await put('both', { candidates: [{ deployment: 'shared' }] }, admin, 'staging');
    expect((await put('both', { candidates: [{ deployment: 'shared' }] }, other, 'staging')).status).toBe(403);
    // a change from above leaves it where it belongs
    expect((await put('teams', { candidates: [{ deployment: 'large' }] })).body).toMatchObject({ scope: 'default/default/production' });
    expect((await api.call(team, 'DELETE', `${PATH}/production/teams`)).status).toBe(200);
  });
  test('that many put at once is one of theirs, whole', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put('raced', { description: `d${i}`, candidates: [{ deployment: 'small', weight: i + 1 }] })),
    );
    for (const a of answers) expect([200, 409, 503]).toContain(a.status);
    const { description, candidates } = (await api.call(admin, 'GET', `${PATH}/production/raced`)).body as {
      description: string;
      candidates: { weight: number }[];
    };
    expect(description).toBe(`d${Number(candidates[0]?.weight) - 1}`);
  });
});

describe('gateway settings of a deployment', () => {
  const settings = '/api/v1/deployments/production/large/gateway';
  test('are the defaults until somebody sets them, and then what was set', async () => {
    expect((await api.call(admin, 'GET', settings)).body).toEqual({ unpriced: 'allow', updatedAt: null, updatedBy: null });
    expect((await api.call(admin, 'PUT', settings, { unpriced: 'flat', flatNano: 2_000_000 })).status).toBe(200);
    expect((await api.call(admin, 'GET', settings)).body).toMatchObject({
      unpriced: 'flat',
      flatNano: 2_000_000,
      updatedBy: expect.any(String),
    });
    const blocked = await api.call(admin, 'PUT', settings, { unpriced: 'block' });
    expect(blocked.body).toMatchObject({ unpriced: 'block' });
    expect(blocked.body).not.toHaveProperty('flatNano');
    const { items } = await auditEntries(api.store).find(ctxOf(), { target: 'deployment:production/large' });
    expect(items).toHaveLength(2);
  });
  test.each([
    ['flat without a sum', { unpriced: 'flat' }, 'flatNano'],
    ['a sum that nothing uses', { unpriced: 'block', flatNano: 1 }, 'flatNano'],
    ['a negative sum', { unpriced: 'flat', flatNano: -1 }, 'flatNano'],
    ['an unknown way', { unpriced: 'guess' }, 'unpriced'],
  ])('with %s are refused', async (_what, body, path) =>
    expect((await api.call(admin, 'PUT', settings, body)).body).toMatchObject({ status: 400, errors: [{ path }] }),
  );
  test('of a deployment that is not there, or is another scope’s, cannot be set', async () => {
    expect((await api.call(admin, 'PUT', '/api/v1/deployments/production/none/gateway', { unpriced: 'block' })).status).toBe(404);
    const other = await api.key('acme', 'operator', 'default/default/staging');
    expect((await api.call(other, 'PUT', settings, { unpriced: 'allow' })).status).toBe(404);
    const viewer = await api.key('acme', 'viewer');
    expect((await api.call(viewer, 'PUT', settings, { unpriced: 'allow' })).status).toBe(403);
    expect((await api.call(viewer, 'GET', settings)).status).toBe(200);
  });
});
