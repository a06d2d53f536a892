import { describe, expect, test } from '@jest/globals';
import { isFiltered, momentOf, queryOf, requestsSearch } from './search.js';

const NOW = Date.parse('2026-01-02T12:00:00Z');

describe('the times of the request log', () => {
  test.each([
    ['now', '2026-01-02T12:00:00.000Z'],
    ['now-15m', '2026-01-02T11:45:00.000Z'],
    ['now-24h', '2026-01-01T12:00:00.000Z'],
    ['now-7d', '2025-12-26T12:00:00.000Z'],
    ['2026-01-01T00:00:00+02:00', '2025-12-31T22:00:00.000Z'],
  ])('%s is %s', (said, time) => expect(momentOf(said, NOW)).toBe(time));
  test.each(['now-', 'yesterday', 'now+1h', 'now-1y', ''])('%j is no time', (said) => expect(momentOf(said, NOW)).toBeUndefined());
});

test('the API is asked for what is set, and for nothing else', () => {
  const search = requestsSearch.parse({ deployment: 'chat', status: ['error', 'lost'], from: 'now-1h', to: 'nonsense', refresh: '5' });
  expect(queryOf(search, NOW)).toEqual({ deployment: 'chat', status: ['error', 'lost'], from: '2026-01-02T11:00:00.000Z' });
  expect(isFiltered(search)).toBe(true);
  expect(isFiltered(requestsSearch.parse({ refresh: '5' }))).toBe(false);
});
