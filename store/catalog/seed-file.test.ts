import { expect, test } from '@jest/globals';
import { offeringId } from '#core/shared/schema.js';
import { parseSeed, readSeed } from './seed-file.js';
import { extended } from './seed.js';

test('the committed seed: every offering once, with a possible id and integer prices', () => {
  const { offerings } = parseSeed(readSeed().text);
  expect(offerings).toHaveLength(5216);
  expect(new Set(offerings.map((o) => o.id)).size).toBe(5216);
  expect(offerings.filter((o) => !offeringId.safeParse(o.id).success)).toEqual([]);
  expect(offerings.filter((o) => o.record.priceBook.length === 0)).toHaveLength(382);
  expect(
    offerings.flatMap((o) => o.record.priceBook.flatMap((e) => Object.values(e.prices))).filter((p) => !Number.isSafeInteger(p)),
  ).toEqual([]);
});
test('a price that is gone ends with an entry without prices, once', () => {
  const book = [{ effectiveFrom: '2026-01-01T00:00:00Z', prices: { input: 1 } }];
  const ended = extended(book, [], '2026-02-01T00:00:00Z');
  expect(ended).toEqual([...book, { effectiveFrom: '2026-02-01T00:00:00Z', prices: {} }]);
  expect(extended(ended, [], '2026-03-01T00:00:00Z')).toBe(ended);
  expect(extended([], [], '2026-03-01T00:00:00Z')).toEqual([]);
});
