import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { governance, offerings } from '#store/catalog/collections.js';
import { seedCatalog } from '#store/catalog/seed.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

const acme = { tenant: 'acme', scope: '', actor: 'test', requestId: 'test' };
const ID = '_id';
let store: Store;
let uri: string;
beforeAll(async () => {
  uri = testDatabase('seed');
  await migrate(uri);
  store = await openStore(uri);
});
afterAll(() => store.close());

const raw = () => store.db.collection<{ _id: string; priceBook: unknown[]; status: string }>('offerings');
const forget = () => store.db.collection('seeds').deleteMany({});

test('a second start changes nothing and takes no time', async () => {
  const at = performance.now();
  expect(await seedCatalog(store)).toEqual({ changed: false });
  expect(performance.now() - at).toBeLessThan(500);
  expect(await offerings(store).count(acme)).toBe(5216);
});
test('every record is one that the store reads, and unknown prices are none', async () => {
  const all = await offerings(store).acrossTenants('test');
  expect(all.filter((o) => o.priceBook.length === 0)).toHaveLength(382);
  expect(all.every((o) => o.tenant === 'public' && o.owner === 'catalog')).toBe(true);
});
test('a new price is added from the day of the seed on; the same price is not', async () => {
  const filter = { [ID]: 'public/openai/gpt-4o' };
  const old = { effectiveFrom: '2026-01-01T00:00:00.000Z', prices: { input: 1, output: 2 } };
  await raw().updateOne(filter, { $set: { priceBook: [old] } });
  await forget();
  expect(await seedCatalog(store)).toEqual({ changed: true });
  const book = (await raw().findOne(filter))?.priceBook;
  expect(book).toMatchObject([old, { effectiveFrom: '2026-07-02T00:00:00.000Z', prices: { input: 2_500_000_000 } }]);
  await forget();
  await seedCatalog(store);
  expect((await raw().findOne(filter))?.priceBook).toEqual(book);
});
test('what the seed no longer lists is deprecated, and tenants keep what is theirs', async () => {
  const sample = (await offerings(store).acrossTenants('test', { model: 'gpt-4o' }))[0];
  if (!sample) throw new Error('no sample');
  const { id: _id, tenant: _tenant, scope: _scope, ...record } = sample;
  await offerings(store).insert({ ...acme, tenant: 'public' }, { ...record, id: 'x/gone' });
  await offerings(store).insert(acme, { ...record, id: 'x/mine', owner: 'tenant' });
  await governance(store).insert(acme, {
    id: 'x/gone',
    modelId: 'x/gone',
    compliance: ['a'],
    changedAt: '2026-01-01T00:00:00Z',
    changedBy: 'k',
  });
  await forget();
  await seedCatalog(store);
  expect((await offerings(store).get(acme, 'x/gone')).status).toBe('deprecated');
  expect((await offerings(store).get(acme, 'x/mine')).status).toBe('active');
  expect(await governance(store).get(acme, 'x/gone')).toMatchObject({ compliance: ['a'] });
});
test('a load that was cut short starts over', async () => {
  await raw().deleteMany({ [ID]: { $regex: '^public/openai/' } });
  await forget();
  expect(await seedCatalog(store)).toEqual({ changed: true });
  expect(await offerings(store).count({ ...acme, tenant: 'rival' }, { provider: 'openai' })).toBeGreaterThan(40);
});
