import { expect, it } from '@jest/globals';
import { durationText, rateLimitHeaders } from './headers.js';

it('tells of the limit with the least left of each unit, in OpenAI`s spelling', () => {
  expect(
    rateLimitHeaders([
      { unit: 'requests', limit: 1_000, remaining: 400, resetMs: 60_000 },
      { unit: 'requests', limit: 50, remaining: 7, resetMs: 12_300 },
      { unit: 'tokens', limit: 9_000, remaining: 0, resetMs: 86_400_000 },
      { unit: 'concurrency', limit: 2, remaining: 1, resetMs: 0 },
    ]),
  ).toEqual({
    ...{ 'x-ratelimit-limit-requests': '50', 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-reset-requests': '13s' },
    ...{ 'x-ratelimit-limit-tokens': '9000', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '24h0m0s' },
  });
});
it('leaves out what is not known', () => {
  expect(rateLimitHeaders([{ unit: 'requests', limit: 5, remaining: null, resetMs: 0 }])).toEqual({ 'x-ratelimit-limit-requests': '5' });
  expect(rateLimitHeaders([])).toEqual({});
});
it('rounds Retry-After up to whole seconds, one at least', () => {
  expect([1, 1_000, 1_001, 62_999].map((ms) => rateLimitHeaders([], ms)['retry-after'])).toEqual(['1', '1', '2', '63']);
});
it.each([
  [0, '0ms'],
  [849.2, '850ms'],
  [1_000, '1s'],
  [60_000, '1m0s'],
  [360_001, '6m1s'],
  [3_600_000, '1h0m0s'],
  [86_340_500, '23h59m1s'],
])('writes %d ms as %s', (ms, text) => expect(durationText(ms)).toBe(text));
