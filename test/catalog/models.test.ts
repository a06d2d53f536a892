import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CatalogIndex } from '#api/catalog/index.js';
import { catalogRoutes } from '#api/catalog/routes.js';
import type { ApiDeps } from '#api/deps.js';
import { catalogQuery, deprecate, moveAlias, registerModel, versionInput } from '#core/catalog/schema.js';
import type { Ctx } from '#core/shared/scope.js';
import { auditEntries } from '#store/audit.js';
import { modelAliases } from '#store/catalog/collections.js';
import { resolveModel } from '#store/catalog/resolve.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

const acme: Ctx = { tenant: 'acme', scope: '', actor: 'key-1', requestId: 'r' };
const rival: Ctx = { ...acme, tenant: 'rival' };
const limited: Ctx = { ...acme, scope: 'default/default/development' };
const SEEDED = 'openai/gpt-4o';
const OWN = 'acme/helper';
let clock = Date.parse('2026-08-01T00:00:00Z');
let store: Store;
let routes: ReturnType<typeof catalogRoutes>;
const call = (ctx: Ctx) =>
  ({ ctx, permissions: new Set<never>(), keyId: ctx.actor, query: undefined, params: undefined, body: undefined }) as never;
const withParts = <T extends object>(ctx: Ctx, parts: T): never => ({ ...(call(ctx) as object), ...parts }) as never;

const input = (id: string, more: object = {}) =>
  registerModel.parse({ id, name: 'Helper', modelType: 'text', contextWindow: 8000, maxTokens: 1000, version: { version: '1' }, ...more });
const register = (ctx: Ctx, id: string, more: object = {}) => routes['models.register'](withParts(ctx, { body: input(id, more) }));
const get = (ctx: Ctx, id: string) => routes['models.get'](withParts(ctx, { params: { id } }));
const addVersion = (ctx: Ctx, id: string, v: object) => {
  clock += 1000;
  return routes['models.addVersion'](withParts(ctx, { params: { id }, body: versionInput.parse(v) }));
};
const retire = (ctx: Ctx, id: string, body: object) =>
  routes['models.deprecate'](withParts(ctx, { params: { id }, body: deprecate.parse(body) }));
const govern = (ctx: Ctx, id: string, body: object) => routes['models.govern'](withParts(ctx, { params: { id }, body }));
const move = (ctx: Ctx, id: string, alias: string, body: object) =>
  routes['models.moveAlias'](withParts(ctx, { params: { id, alias }, body: moveAlias.parse(body) }));
const search = (ctx: Ctx, q: object) => routes['models.catalog'](withParts(ctx, { query: catalogQuery.parse(q) }));
const resolve = (ctx: Ctx, modelId: string, version?: string, allowRestricted = false) =>
  resolveModel(store, ctx, { modelId, version, allowRestricted });
const field = (path: string, says: RegExp) => ({
  code: 'invalid-request',
  message: expect.stringMatching(says),
  extras: { errors: [{ path }] },
});

beforeAll(async () => {
  const uri = testDatabase('models');
  await migrate(uri);
  store = await openStore(uri);
  routes = catalogRoutes({ store, catalog: new CatalogIndex(store), now: () => new Date(clock) } as unknown as ApiDeps);
  await search(acme, {});
  await register(acme, OWN);
});
afterAll(() => store.close());

describe('the seeded catalog', () => {
  test('gives a page everything it needs', async () => {
    const m = await get(acme, SEEDED);
    expect(m).toMatchObject({
      id: SEEDED,
      owner: 'catalog',
      pricing: 'priced',
      prices: { input: 2_500_000_000, output: 10_000_000_000 },
      baselineMetrics: { state: 'absent' },
    });
    expect(m.costPer1kTokens).toBeCloseTo(0.004375, 9);
    expect(m.offerings.length).toBeGreaterThan(5);
    expect(m.versions).toHaveLength(1);
    expect(m.attribution).toMatch(/models\.dev \(MIT\)/);
  });
  test('cannot be written: its id is taken and its versions are not ours', async () => {
    await expect(register(acme, SEEDED)).rejects.toMatchObject({ code: 'conflict', extras: { errors: [{ path: 'id' }] } });
    await expect(addVersion(acme, SEEDED, { version: '9' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(retire(acme, SEEDED, { version: '2024-08-06' })).rejects.toMatchObject({ code: 'conflict' });
  });
  test('takes decisions of one organisation that others do not see', async () => {
    const id = 'mistral/mistral-small-latest';
    await govern(acme, id, { securityLevel: 'restricted', compliance: ['gdpr'] });
    expect(await get(acme, id)).toMatchObject({ securityLevel: 'restricted', compliance: ['gdpr'] });
    expect(await get(rival, id)).toMatchObject({ securityLevel: 'public', compliance: [] });
    expect((await search(acme, { compliance: 'gdpr' })).pagination.total).toBe(1);
    expect((await search(rival, { compliance: 'gdpr' })).pagination.total).toBe(0);
    await expect(resolve(acme, id)).rejects.toMatchObject(field('modelId', /restricted/));
    expect((await resolve(acme, id, undefined, true)).offering.upstreamModel).toBe('mistral-small-latest');
    expect((await resolve(rival, id)).offering.provider).toBe('mistral');
  });
  test('a key of one environment cannot decide for the organisation', async () => {
    await expect(govern(limited, 'openai/gpt-4o-mini', { compliance: ['x'] })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(move(limited, SEEDED, 'champion', { version: (await get(acme, SEEDED)).version })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('own models', () => {
  test('are found by their tenant only', async () => {
    expect((await search(acme, { q: 'acme helper' })).models[0]?.id).toBe(OWN);
    expect((await search(acme, { owner: 'tenant' })).models.map((m) => m.id)).toContain(OWN);
    expect((await search(rival, { q: 'acme helper' })).models.map((m) => m.id)).not.toContain(OWN);
    expect((await search(rival, { owner: 'tenant' })).pagination.total).toBe(0);
    await expect(get(rival, OWN)).rejects.toMatchObject({ code: 'not-found' });
    await expect(addVersion(rival, OWN, { version: '2' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(resolve(rival, OWN)).rejects.toMatchObject(field('modelId', /no model/));
  });
  test('of one environment are not seen from another', async () => {
    await register(limited, 'acme/dev-only');
    const other = { ...acme, scope: 'default/default/staging' };
    expect((await search(limited, { q: 'dev only' })).models[0]?.id).toBe('acme/dev-only');
    expect((await search(other, { q: 'dev only' })).models.map((m) => m.id)).not.toContain('acme/dev-only');
    await expect(get(other, 'acme/dev-only')).rejects.toMatchObject({ code: 'not-found' });
    await expect(addVersion(limited, OWN, { version: '7' })).rejects.toMatchObject({ code: 'forbidden' });
  });
  test('take versions that never change, and show the newest active one', async () => {
    const id = 'acme/versions';
    await register(acme, id);
    const serving = { command: ['serve', '--port', '{port}'] };
    expect(await addVersion(acme, id, { version: '2', serving })).toMatchObject({ version: '2', targets: ['local', 'hosted'] });
    await expect(addVersion(acme, id, { version: '2' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await resolve(acme, id)).version).toMatchObject({ version: '2', serving: { healthPath: '/health' } });
    const diff = await routes['models.diff'](withParts(acme, { params: { id }, query: { from: '1', to: '2' } }));
    expect(diff.changes).toEqual([{ path: 'serving', before: null, after: expect.objectContaining(serving) }]);
    expect(await retire(acme, id, { version: '2', successor: '1' })).toMatchObject({ version: '1', status: 'active' });
    await expect(resolve(acme, id, '2')).rejects.toMatchObject(field('version', /deprecated; use its successor "1"/));
    expect((await resolve(acme, id)).version.version).toBe('1');
  });
  test('name a successor that must exist', async () => {
    const id = 'acme/old';
    await register(acme, id);
    await expect(retire(acme, id, { successor: 'acme/nothing' })).rejects.toMatchObject(field('successor', /no model/));
    await expect(retire(acme, id, { successor: id })).rejects.toMatchObject(field('successor', /another/));
    expect(await retire(acme, id, { successor: SEEDED })).toMatchObject({ status: 'deprecated', successor: SEEDED });
    await expect(resolve(acme, id)).rejects.toMatchObject(field('modelId', /successor "openai\/gpt-4o"/));
  });
  test('an unknown version says which there are, and whose it is', async () => {
    await addVersion(acme, OWN, { version: 'only-here' });
    await expect(resolve(acme, OWN, '99')).rejects.toMatchObject(field('version', /use one of/));
    await expect(resolve(acme, SEEDED, 'only-here')).rejects.toMatchObject(field('version', /a version of acme\/helper/));
  });
});

describe('aliases', () => {
  test('move only from where the caller believes them, and leave an audit entry', async () => {
    const id = 'acme/aliased';
    await register(acme, id);
    await addVersion(acme, id, { version: '2' });
    await expect(move(acme, id, 'champion', { version: '3' })).rejects.toMatchObject(field('version', /no version "3"/));
    expect(await move(acme, id, 'champion', { version: '1', expected: '' })).toMatchObject({
      alias: 'champion',
      version: '1',
      movedBy: 'key-1',
    });
    await expect(move(acme, id, 'champion', { version: '2', expected: '2' })).rejects.toMatchObject({
      code: 'stale-state',
      extras: { members: { current: { version: '1' } } },
    });
    await move(acme, id, 'champion', { version: '2', expected: '1' });
    expect((await resolve(acme, id, '@champion')).version.version).toBe('2');
    expect((await get(acme, id)).aliases).toMatchObject([{ alias: 'champion', version: '2' }]);
    expect(await modelAliases(store).find1(acme, { modelId: id })).toMatchObject({
      tenant: 'acme',
      modelId: id,
      alias: 'champion',
      version: '2',
    });
    const { items } = await auditEntries(store).find(acme, { target: `alias:${id}@champion` });
    expect(items.map((e) => e.action)).toEqual(['catalog:alias', 'catalog:alias']);
    await routes['models.dropAlias'](withParts(acme, { params: { id, alias: 'champion' } }));
    await expect(resolve(acme, id, '@champion')).rejects.toMatchObject(field('version', /no alias/));
    await expect(routes['models.dropAlias'](withParts(acme, { params: { id, alias: 'champion' } }))).rejects.toMatchObject({
      code: 'not-found',
    });
  });
  test('of two moves from the same version one wins', async () => {
    const id = 'acme/raced';
    await register(acme, id);
    for (const version of ['2', '3']) await addVersion(acme, id, { version });
    await move(acme, id, 'champion', { version: '1' });
    const results = await Promise.allSettled(['2', '3'].map((version) => move(acme, id, 'champion', { version, expected: '1' })));
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
