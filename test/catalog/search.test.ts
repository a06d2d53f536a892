import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CatalogIndex } from '#api/catalog/index.js';
import { type CatalogQuery, catalogQuery, catalogResponse } from '#core/catalog/schema.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

const ctx = { tenant: 'acme', scope: '', actor: 'test', requestId: 'test' };
const now = new Date('2026-08-01T00:00:00Z');
let store: Store;
let catalog: CatalogIndex;
beforeAll(async () => {
  const uri = testDatabase('search');
  await migrate(uri);
  store = await openStore(uri);
  catalog = new CatalogIndex(store);
});
afterAll(() => store.close());

const ask = (q: Partial<Record<keyof CatalogQuery, unknown>> = {}) => catalog.query(ctx, catalogQuery.parse(q), now);
const ids = async (q: Partial<Record<keyof CatalogQuery, unknown>>): Promise<string[]> => (await ask(q)).models.map((m) => m.id);

test('the whole catalog is there, and the answer is what the contract says', async () => {
  const r = await ask({ limit: 200 });
  expect(r.pagination.total).toBe(5216);
  expect(r.filters.providers).toHaveLength(145);
  expect(catalogResponse.safeParse(r).success).toBe(true);
});

test.each([
  ['deepsek', /^deepseek\//],
  ['sonet 4', /^anthropic\/claude-sonnet-4/],
  ['gemni', /^google\/gemini/],
  ['gpt5', /^openai\/gpt-5$/],
  ['lama 3', /\/llama-3\.\d-\d+b-instruct$/i],
  ['openai', /^openai\//],
  ['anthropc', /^anthropic\//],
  ['gpt-4o', /^openai\/gpt-4o$/],
  ['GPT 4o mini', /^openai\/gpt-4o-mini$/],
  ['claude opus', /^anthropic\/claude-opus-4-8$/],
  ['g', /^google\/gemini/],
  ['whisper', /whisper/],
  ['opnai gpt 5.4', /^openai\/gpt-5\.4/],
])('%s finds what was meant first', async (q, first) => {
  const found = await ids({ q, limit: 5 });
  expect(found[0]).toMatch(first);
});
test('a number is never taken for another one', async () => {
  for (const m of (await ask({ q: 'gpt5', limit: 50 })).models) expect(`${m.name} ${m.id}`).toMatch(/5/);
});
test('nothing is found for nonsense', async () => {
  expect((await ask({ q: 'xqzzqvx' })).pagination.total).toBe(0);
});

describe('filters', () => {
  test('each facet is counted under all other filters but its own', async () => {
    const r = await ask({ provider: 'openai', modelType: 'embedding' });
    const of = (facet: 'provider' | 'modelType', value: string) => r.filters.facets[facet]?.find((f) => f.value === value)?.count;
    expect(of('provider', 'openai')).toBe(r.pagination.total);
    expect(of('provider', 'mistral')).toBe((await ask({ provider: 'mistral', modelType: 'embedding' })).pagination.total);
    expect(of('modelType', 'vision')).toBe((await ask({ provider: 'openai', modelType: 'vision' })).pagination.total);
    expect(r.filters.facets.provider?.find((f) => f.value === 'openai')?.label).toBe('OpenAI');
  });
  test('a price limit leaves out what is unpriced, and an explicit 0 is free', async () => {
    const free = await ask({ maxPrice: '0', limit: 200 });
    expect(free.pagination.total).toBeGreaterThan(0);
    for (const m of free.models) expect(m).toMatchObject({ pricing: 'priced', prices: { input: 0 } });
    const every = await ask({ maxPrice: '1000000' });
    expect(every.pagination.total).toBe(5216 - 382);
  });
  test('a context of at least', async () => {
    for (const m of (await ask({ minContext: '2000000', limit: 200 })).models) expect(m.contextWindow).toBeGreaterThanOrEqual(2_000_000);
  });
});

describe('order and pages', () => {
  test('pages by number and by cursor give the same models, each once', async () => {
    const byPage: string[] = [];
    const byCursor: string[] = [];
    const q = { provider: 'openai,anthropic', sort: 'price', limit: 20 };
    for (let page = 1, total = 1; byPage.length < total; page++) {
      const r = await ask({ ...q, page });
      total = r.pagination.total;
      byPage.push(...r.models.map((m) => m.id));
    }
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const r = await ask({ ...q, ...(cursor === undefined ? {} : { cursor }) });
      byCursor.push(...r.models.map((m) => m.id));
      cursor = r.pagination.next;
    }
    expect(byCursor).toEqual(byPage);
    expect(new Set(byPage).size).toBe(byPage.length);
  });
  test('what is unpriced comes last in both directions', async () => {
    for (const order of ['asc', 'desc']) {
      const prices = [];
      for (let page = 1; page < 10; page++)
        prices.push(
          ...(await ask({ provider: 'openrouter', sort: 'price', order, limit: 200, page })).models.map((m) => m.costPer1kTokens),
        );
      const firstNull = prices.indexOf(null);
      if (firstNull >= 0) expect(prices.slice(firstNull).every((p) => p === null)).toBe(true);
      const known = prices.filter((p) => p !== null);
      expect(known).toEqual([...known].sort((a, b) => (order === 'asc' ? a - b : b - a)));
    }
  });
  test.each([
    'x',
    Buffer.from('{"order":"name:asc","place":["a","b"]}').toString('base64url'),
    Buffer.from('{"place":5}').toString('base64url'),
  ])('a cursor that does not fit is refused: %s', async (cursor) => {
    await expect(ask({ cursor, sort: 'price' })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: 'cursor' }] },
    });
  });
});

test('without a database the index fails as unavailable, and loads when there is one', async () => {
  const away = await openStore('mongodb://127.0.0.1:1/x', { awaitFirst: false, waitMs: 200 });
  const index = new CatalogIndex(away);
  index.refresh();
  await expect(index.query(ctx, catalogQuery.parse({}), now)).rejects.toMatchObject({ code: 'unavailable' });
  await away.close();
});
