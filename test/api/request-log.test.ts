import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiOnly, startApiOnly } from '../connection/world.js';
import { EXAMPLES } from '../store/examples.js';
import { ctxOf } from './world.js';

let api: ApiOnly;
let admin: string;
const MANY = 1_500;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const attempt = {
  ...{ deployment: 'chat', revision: 'd1', provider: 'a', connection: 'one', startedMs: 0, durationMs: 12, outcome: 'failed' as const },
  ...{ httpStatus: 503, error: 'overloaded' },
};
const RARE = {
  ...{
    environment: 'staging',
    deployment: 'rare',
    policy: 'p',
    modelId: 'b/rare',
    provider: 'b',
    key: 'key_rare',
    user: 'ann',
    workflow: 'w',
  },
  ...{
    status: 'error' as const,
    attempts: 2,
    tries: [attempt, { ...attempt, outcome: 'answered' as const, error: null, httpStatus: 200 }],
  },
};
beforeAll(async () => {
  api = await startApiOnly('requestlog');
  admin = await api.key('acme', 'admin');
  const event = (id: string, o: object) =>
    ({ ...EXAMPLES['usageEvents'], tenant: 'acme', scope: 'default/default/production', id, ...o }) as never;
  const records: { tenant: string; id: string }[] = [
    ...Array.from({ length: MANY }, (_, i) => event(`many-${i}`, { at: at(i), policy: i % 2 ? 'common' : null })),
    event('rare', { ...RARE, at: at(10.5), scope: 'default/default/staging' }),
    event('rivals', { at: at(5), tenant: 'rival', user: 'ann' }),
  ];
  const docs = records.map(({ id, ...record }) => ({ ...record, _id: `${record.tenant}/${id}` as never }));
  await api.store.db.collection('usageEvents').insertMany(docs);
});
afterAll(() => api.stop());
const list = async (query: string, key = admin) =>
  (await api.call(key, 'GET', `/api/v1/usage?${query}`)).body as { events: { id: string }[]; next?: string };
const ids = async (query: string, key = admin) => (await list(query, key)).events.map((e) => e.id);

describe('the request log', () => {
  test.each([
    ...[
      'id=rare',
      'environment=staging',
      'deployment=rare',
      'policy=p',
      'modelId=b/rare',
      'provider=b',
      'key=key_rare',
      'user=ann',
      'workflow=w',
    ],
    ...['status=error,limited', 'user=ann&status=error&provider=b', `from=${at(10)}&to=${at(11)}&user=ann`],
  ])('is filtered by %s', async (query) => expect(await ids(query)).toEqual(['rare']));
  test('shows nothing where no event has all that is asked for', async () => expect(await ids('user=ann&provider=a')).toEqual([]));
  test('has a beginning that counts and an end that does not, in any time zone', async () => {
    expect(await ids(`from=${at(3)}&to=${at(5)}`)).toEqual(['many-4', 'many-3']);
    expect(
      await ids(`from=${encodeURIComponent('2026-01-01T02:03:00+02:00')}&to=${encodeURIComponent('2025-12-31T23:05:00-01:00')}`),
    ).toEqual(['many-4', 'many-3']);
  });
  test('goes on page by page under a filter', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`policy=common&limit=200${cursor}`);
      seen.push(...page.events.map((e) => e.id));
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor);
    expect(seen).toHaveLength(MANY / 2);
    expect(new Set(seen).size).toBe(MANY / 2);
  });
  test('ends at the walls of tenant and scope', async () => {
    expect(await ids('user=ann', await api.key('rival', 'viewer'))).toEqual(['rivals']);
    expect(await ids('user=ann', await api.key('acme', 'viewer', 'default/default/production'))).toEqual([]);
    expect(await ids('user=ann', await api.key('acme', 'viewer', 'default/default/staging'))).toEqual(['rare']);
  });
  test.each(['from=yesterday', 'user[$ne]=x', 'nothing=1', 'limit=0'])('refuses %s', async (query) =>
    expect((await api.call(admin, 'GET', `/api/v1/usage?${query}`)).status).toBe(400),
  );
});

test('one call is shown with each of its tries, and only within the walls', async () => {
  const one = await api.call(admin, 'GET', '/api/v1/usage/rare');
  expect(one.body).toMatchObject({ id: 'rare', attempts: 2, tries: [{ outcome: 'failed', httpStatus: 503 }, { outcome: 'answered' }] });
  expect(one.body).not.toHaveProperty('tenant');
  for (const key of [await api.key('rival', 'admin'), await api.key('acme', 'admin', 'default/default/production')])
    expect((await api.call(key, 'GET', '/api/v1/usage/rare')).status).toBe(404);
  expect((await api.call(admin, 'GET', '/api/v1/usage/none')).status).toBe(404);
});

test('a filter that picks a few events out of many reads no more than those, in order', async () => {
  const { id: _id, ...rest } = { id: 'rare', ...RARE };
  for (const field of ['deployment', 'policy', 'modelId', 'provider', 'key', 'user', 'workflow', 'status'] as const) {
    const filter = { [field]: rest[field], ...(field === 'deployment' ? { environment: 'staging' } : {}) };
    const plan = (await api.store.db
      .collection('usageEvents')
      .find({ $and: [{ tenant: ctxOf().tenant }, filter] })
      .sort({ at: -1, _id: -1 })
      .limit(51)
      .explain('executionStats')) as { executionStats: { totalDocsExamined: number }; queryPlanner: { winningPlan: object } };
    expect(`${field} ${plan.executionStats.totalDocsExamined}`).toBe(`${field} 1`);
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).not.toContain('"SORT"');
  }
});
