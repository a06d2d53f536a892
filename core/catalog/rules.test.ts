import { describe, expect, test } from '@jest/globals';
import { differences } from './diff.js';
import { entryOf } from './entry.js';
import { filterAndCount, wantedOf, withinLimits } from './filter.js';
import { orderOf } from './order.js';
import { pageOf } from './page.js';
import { costPer1kTokens, priceInForce } from './price.js';
import { type OfferingRecord, catalogQuery } from './schema.js';
import { fuzziness, matchesPrefixes, tokenize } from './tokens.js';
import { newestActive } from './versions.js';
import { applyGovernance, modelView } from './view.js';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const record = (more: Partial<OfferingRecord> = {}): OfferingRecord => ({
  name: 'M',
  version: '1',
  provider: 'p',
  providerName: 'P',
  model: 'm',
  modelType: 'text',
  capabilities: ['tools'],
  supportedTasks: ['chat'],
  modalities: { input: ['text'], output: ['text'] },
  maxTokens: 1,
  contextWindow: 100,
  status: 'active',
  securityLevel: 'public',
  compliance: [],
  openWeights: false,
  owner: 'catalog',
  upstreamModel: 'm',
  priceBook: [],
  served: false,
  ...more,
});
const from = (effectiveFrom: string, input: number) => ({ effectiveFrom, prices: { input, output: input * 2 } });

describe('prices', () => {
  const book = [from('2026-03-01T00:00:00Z', 3), from('2026-01-01T00:00:00+02:00', 1), from('2026-03-01T00:00:00Z', 4)];
  test('the latest that has come is in force; of one date the later corrects the earlier', () => {
    expect(priceInForce(book, Date.parse('2025-12-31T21:59:59Z'))).toBeUndefined();
    expect(priceInForce(book, Date.parse('2025-12-31T22:00:00Z'))?.prices.input).toBe(1);
    expect(priceInForce(book, Date.parse('2026-05-01T00:00:00Z'))?.prices.input).toBe(4);
  });
  test('an entry without prices ends them; 0 is a price', () => {
    expect(
      modelView(
        'p/m',
        record({ priceBook: [...book, { effectiveFrom: '2026-04-01T00:00:00Z', prices: {} }] }),
        Date.parse('2026-05-01T00:00:00Z'),
      ),
    ).toMatchObject({ pricing: 'unpriced', prices: null, costPer1kTokens: null });
    expect(modelView('p/m', record({ priceBook: [from('2026-01-01T00:00:00Z', 0)] }), T0)).toMatchObject({
      pricing: 'priced',
      costPer1kTokens: 0,
    });
  });
  test('three parts input, one part output', () => {
    expect(costPer1kTokens({ input: 2_500_000_000, output: 10_000_000_000 })).toBeCloseTo(0.004375, 12);
    expect(costPer1kTokens({ input: 1_000_000_000 })).toBe(0.001);
    expect(costPer1kTokens({ output: 1 })).toBeNull();
  });
});

describe('facets', () => {
  const entries = [
    entryOf('a/1', '', record({ provider: 'a', capabilities: ['tools'] })),
    entryOf('a/2', '', record({ provider: 'a', capabilities: ['vision'] })),
    entryOf('b/1', '', record({ provider: 'b', capabilities: ['tools', 'vision'] })),
    entryOf('c/1', '', record({ provider: 'c', capabilities: [] })),
  ];
  test('each is counted under all filters but its own', () => {
    const { matching, counts } = filterAndCount(entries, wantedOf(catalogQuery.parse({ provider: 'a', capability: 'tools' })));
    expect(matching.map((e) => e.id)).toEqual(['a/1']);
    expect(Object.fromEntries(counts.provider)).toEqual({ a: 1, b: 1 });
    expect(Object.fromEntries(counts.capability)).toEqual({ tools: 1, vision: 1 });
    expect(Object.fromEntries(counts.status)).toEqual({ active: 1 });
  });
  test('what is unpriced is below no limit', () => {
    expect(entries.some((e) => withinLimits(e, catalogQuery.parse({ maxPrice: '9' }), T0))).toBe(false);
    expect(entries.every((e) => withinLimits(e, catalogQuery.parse({ minContext: '100' }), T0))).toBe(true);
  });
});

test('a page is the same whether everything is sorted or not', () => {
  const many = Array.from({ length: 97 }, (_, i) => entryOf(`p/${i}`, '', record({ contextWindow: (i * 37) % 11 })));
  const order = orderOf(catalogQuery.parse({ sort: 'context' }), undefined, T0);
  const sorted = [...many].sort((a, b) => order.compare(order.place(a), order.place(b))).map((e) => e.id);
  let after: unknown;
  const seen: string[] = [];
  for (let page = 1; page <= 20; page++) {
    expect(pageOf(many, order, { page, limit: 5 }).items.map((e) => e.id)).toEqual(sorted.slice((page - 1) * 5, page * 5));
    const next = pageOf(many, order, { limit: 5, ...(after === undefined ? {} : { after }) });
    seen.push(...next.items.map((e) => e.id));
    after = next.next;
  }
  expect(seen).toEqual(sorted);
});

test('words: letters apart from digits, accents away, and no guesses about numbers', () => {
  expect(tokenize('GPT-4o Mistral/Médium:free v3.5')).toEqual(['gpt', '4', 'o', 'mistral', 'medium', 'free', 'v', '3', '5']);
  expect(['gpt', '405', 'lama', 'deepseek'].map(fuzziness)).toEqual([0, 0, 1, 2]);
  expect(['4', 'o', 'gp'].map(matchesPrefixes)).toEqual([false, false, true]);
});
test('the newest active version, else the newest experimental one', () => {
  const v = (version: string, day: number, status: 'active' | 'deprecated' | 'experimental') => ({
    version,
    createdAt: `2026-01-0${day}T00:00:00Z`,
    status,
  });
  expect(newestActive([v('1', 1, 'active'), v('2', 2, 'active'), v('3', 3, 'experimental'), v('4', 4, 'deprecated')])?.version).toBe('2');
  expect(newestActive([v('3', 3, 'experimental'), v('4', 4, 'deprecated')])?.version).toBe('3');
  expect(newestActive([v('4', 4, 'deprecated')])).toBeUndefined();
});
test('differences name paths; lists are compared whole', () => {
  expect(differences({ a: { b: 1, c: [1] }, d: 'x' }, { a: { b: 2, c: [1] }, e: true })).toEqual([
    { path: 'a.b', before: 1, after: 2 },
    { path: 'd', before: 'x', after: null },
    { path: 'e', before: null, after: true },
  ]);
});
test('the organisation’s decisions stand above the shared catalog', () => {
  const g = { modelId: 'p/m', status: 'deprecated' as const, successor: 'p/n', changedAt: '', changedBy: '' };
  expect(applyGovernance(record({ compliance: ['gdpr'] }), g)).toMatchObject({
    status: 'deprecated',
    successor: 'p/n',
    compliance: ['gdpr'],
    securityLevel: 'public',
  });
});
