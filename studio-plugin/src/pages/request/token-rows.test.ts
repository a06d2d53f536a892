import { expect, test } from '@jest/globals';
import { costOf, compilePrices } from '#core/cost/price.js';
import { usageEvent } from '#core/metric/schema.js';
import { ratesOf, tokenRows } from './token-rows.js';

const FROM = '2026-01-01T00:00:00Z';
/** nano-dollars per million tokens: $2 in, $0.5 cached, $8 out; above 1,000 tokens of context the double */
const BOOK = [
  {
    effectiveFrom: FROM,
    prices: { input: 2_000_000_000, cacheRead: 500_000_000, output: 8_000_000_000 },
    tiers: [{ aboveContextTokens: 1000, prices: { input: 4_000_000_000, cacheRead: 1_000_000_000, output: 16_000_000_000 } }],
  },
];
const event = (patch: object) =>
  usageEvent.parse({
    ...{
      id: '1',
      at: '2026-01-02T12:00:00Z',
      environment: 'production',
      deployment: 'chat',
      revision: 'd',
      modelId: 'a/b',
      modelVersion: '1',
    },
    ...{ provider: 'a', key: 'k', operation: 'chat', stream: false, purpose: 'user', status: 'ok', httpStatus: 200, error: null },
    ...{ inputTokens: 600, cacheReadTokens: 500, outputTokens: 5, reasoningTokens: null, latencyMs: 1, firstByteMs: 1, attempts: 1 },
    ...{ priceVersion: FROM, ...patch },
  });

test('the rows of a call add up to what it cost, in the tier of its whole context', () => {
  const e = event({});
  const rows = tokenRows(e, ratesOf(e, BOOK));
  expect(rows.map((r) => [r.tokenClass, r.tokens, r.price, r.cost])).toEqual([
    ['inputTokens', 600, 4_000_000_000, 2_400_000],
    ['cacheReadTokens', 500, 1_000_000_000, 500_000],
    ['outputTokens', 5, 16_000_000_000, 80_000],
  ]);
  expect(rows.reduce((sum, r) => sum + (r.cost ?? 0), 0)).toBe(costOf(e, compilePrices(BOOK).at(Date.parse(e.at))));
});

test('a price that is no longer in the book is not guessed', () => {
  const e = event({ priceVersion: '2025-01-01T00:00:00Z' });
  expect(ratesOf(e, BOOK)).toBeNull();
  expect(tokenRows(e, null).map((r) => [r.price, r.cost])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
});

test('what nobody said has a row and no figure', () => {
  const e = event({ inputTokens: null, outputTokens: null, cacheReadTokens: null });
  expect(tokenRows(e, ratesOf(e, BOOK)).map((r) => [r.tokenClass, r.tokens, r.cost])).toEqual([
    ['inputTokens', null, null],
    ['outputTokens', null, null],
  ]);
});
