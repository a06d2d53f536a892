import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditEntries } from '#store/audit.js';
import { type ApiOnly, startApiOnly } from '../connection/world.js';
import { ctxOf } from './world.js';

let api: ApiOnly;
let admin: string;
beforeAll(async () => {
  api = await startApiOnly('limits');
  admin = await api.key('acme', 'admin');
});
afterAll(() => api.stop());
const put = (name: string, body: object, key = admin) => api.call(key, 'PUT', `/api/v1/limits/${name}`, body);
const get = (path: string, key = admin) => api.call(key, 'GET', `/api/v1/limits${path}`);
const names = (a: { body: Record<string, unknown> }) => (a.body['limits'] as { name: string }[]).map((l) => l.name).sort();
const perMinute = { unit: 'requests', window: 'minute', amount: 60 };

describe('a limit', () => {
  test('is made, read, listed, replaced whole and removed, and each change is in the audit trail', async () => {
    const dynamic = [{ basedOn: 'cost', threshold: 1e9, factor: 0.5 }];
    const made = await put('users', { per: 'user', ...perMinute, environment: 'production', dynamic });
    expect(made.body).toMatchObject({
      name: 'users',
      match: '*',
      whenStoreAway: 'closed',
      dynamic: [{ relaxAfterSeconds: 60 }],
      scope: '',
    });
    expect((await get('/users')).body).toEqual(made.body);
    const replaced = await put('users', { per: 'user', unit: 'concurrency', amount: 2 });
    expect(replaced.body).not.toHaveProperty('window');
    expect(replaced.body).not.toHaveProperty('environment');
    expect(replaced.body).toMatchObject({ dynamic: [], createdAt: made.body['createdAt'] });
    expect(names(await get(''))).toEqual(['users']);
    expect((await api.call(admin, 'DELETE', '/api/v1/limits/users')).status).toBe(200);
    expect((await get('/users')).status).toBe(404);
    expect((await auditEntries(api.store).find(ctxOf(), { target: 'limit:users', action: 'limit:write' })).items).toHaveLength(3);
  });
  test.each([
    ['requests without a window', { per: 'key', unit: 'requests', amount: 1 }, 'window'],
    ['concurrency with one', { per: 'key', unit: 'concurrency', window: 'day', amount: 1 }, 'window'],
    ['an amount of 0', { per: 'key', ...perMinute, amount: 0 }, 'amount'],
    ['part of a request', { per: 'key', ...perMinute, amount: 1.5 }, 'amount'],
    ['an unknown subject', { per: 'moon', ...perMinute }, 'per'],
    ['an environment that is not there', { per: 'key', ...perMinute, environment: 'moon' }, 'environment'],
    ['a rule that widens', { per: 'key', ...perMinute, dynamic: [{ basedOn: 'usage', threshold: 1, factor: 2 }] }, 'dynamic.0.factor'],
    ['a name of its own', { name: 'y', per: 'key', ...perMinute }, 'name'],
  ])('with %s is refused with the field', async (_what, body, path) =>
    expect((await put('x', body)).body).toMatchObject({ status: 400, errors: [{ path }] }),
  );
  test('cannot be called as a path of the API is', async () =>
    expect((await put('effective', { per: 'key', ...perMinute })).body).toMatchObject({ status: 400, errors: [{ path: 'name' }] }));
  test('belongs to the scope of the key that made it', async () => {
    const team = await api.key('acme', 'operator', 'default/default/staging');
    expect((await put('teams', { per: 'key', ...perMinute }, team)).body).toMatchObject({ scope: 'default/default/staging' });
    await put('all', { per: 'key', ...perMinute });
    expect((await put('all', { per: 'key', ...perMinute, amount: 10_000 }, team)).status).toBe(403);
    expect((await api.call(team, 'DELETE', '/api/v1/limits/all')).status).toBe(403);
    expect((await api.call(admin, 'DELETE', '/api/v1/limits/teams')).status).toBe(200);
    expect((await api.call(admin, 'DELETE', '/api/v1/limits/all')).status).toBe(200);
  });
});

test('the limits of one subject are those by its id and those of each, with their dynamic rules', async () => {
  const dynamic = [{ basedOn: 'performance', threshold: 0.2, factor: 0.5 }];
  await put('each-model', { per: 'model', ...perMinute });
  await put('one-model', { per: 'model', match: 'openai/gpt-4o', unit: 'tokens', window: 'day', amount: 1_000_000, dynamic });
  await put('other-model', { per: 'model', match: 'openai/o3', ...perMinute });
  await put('staged-model', { per: 'model', ...perMinute, environment: 'staging' });
  await put('each-user', { per: 'user', ...perMinute });
  const of = async (query: string) => names(await get(`/effective?${query}`));
  expect(await of('per=model&id=openai/gpt-4o')).toEqual(['each-model', 'one-model', 'staged-model']);
  expect(await of('per=model&id=openai/gpt-4o&environment=production')).toEqual(['each-model', 'one-model']);
  expect(await of('per=model&id=openai/gpt-4o&basedOn=performance')).toEqual(['one-model']);
  expect(await of('per=model&id=openai/gpt-4o&basedOn=cost')).toEqual([]);
  expect(await of('per=user&id=ann')).toEqual(['each-user']);
  expect(await of('per=key&id=k')).toEqual([]);
  expect((await get('/effective?per=model&id=openai/gpt-4o')).body['limits']).toContainEqual(
    expect.objectContaining({ name: 'one-model', amount: 1_000_000, dynamic: [{ ...dynamic[0], relaxAfterSeconds: 60 }] }),
  );
  expect((await get('/effective')).body).toMatchObject({ status: 400, errors: [{ path: 'per' }, { path: 'id' }] });
});
