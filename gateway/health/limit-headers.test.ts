import { expect, it } from '@jest/globals';
import { limitIn } from './limit-headers.js';

const now = Date.parse('2026-11-25T00:00:00Z');
it('takes the tightest of what OpenAI says', () => {
  const headers = {
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': '90',
    'x-ratelimit-reset-requests': '600ms',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '10',
    'x-ratelimit-reset-tokens': '6m0s',
  };
  expect(limitIn(headers, now)).toEqual({ limit: 1000, remaining: 10, resetMs: 360_000, at: now });
});
it('reads Anthropic, whose reset is a time', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-11-25T00:00:30Z',
  };
  expect(limitIn(headers, now)).toEqual({ limit: 50, remaining: 49, resetMs: 30_000, at: now });
});
it.each([{}, { 'x-ratelimit-limit-requests': '0' }, { 'x-ratelimit-limit-requests': 'x', 'x-ratelimit-remaining-requests': '1' }])(
  'is silent about %j',
  (headers) => expect(limitIn(headers, now)).toBeNull(),
);
