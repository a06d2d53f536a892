import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs, type RetryQuestion, waitBeforeNext } from './retry.js';

const question: RetryQuestion = {
  rules: { maxAttempts: 3, baseMs: 100, maxMs: 2_000 },
  tries: 1,
  untried: false,
  remainingMs: 30_000,
  random: 0.5,
};

describe('the wait before a next try', () => {
  it.each([
    ['half of the base after the first', {}, 50],
    ['doubled after the second', { tries: 2 }, 100],
    ['none when another candidate is left', { untried: true, retryAfterMs: 9_000 }, 0],
    ['gives up after the last try', { tries: 3, untried: true }, null],
    ['what the provider asks for, and the jitter on top', { retryAfterMs: 3_000 }, 3_050],
    ['gives up when the provider asks for more than a minute', { retryAfterMs: 60_001, remainingMs: Number.POSITIVE_INFINITY }, null],
    ['gives up when the wait ends after the deadline', { retryAfterMs: 3_000, remainingMs: 3_050 }, null],
    ['gives up after the deadline, even for another candidate', { untried: true, remainingMs: 0 }, null],
  ])('%s', (_, differs: Partial<RetryQuestion>, wait) => expect(waitBeforeNext({ ...question, ...differs })).toBe(wait));

  it('never ends after the deadline and never exceeds its bounds', () => {
    fc.assert(
      fc.property(
        fc.record({
          tries: fc.integer({ min: 1, max: 6 }),
          remainingMs: fc.double({ min: -10, max: 1e5, noNaN: true }),
          random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          baseMs: fc.nat(10_000),
          maxMs: fc.nat(60_000),
          asked: fc.nat(100_000),
        }),
        ({ baseMs, maxMs, asked, ...q }) => {
          const wait = waitBeforeNext({ ...q, rules: { maxAttempts: 7, baseMs, maxMs }, untried: false, retryAfterMs: asked });
          if (wait === null) return;
          expect(wait).toBeLessThan(q.remainingMs);
          expect(wait).toBeGreaterThanOrEqual(asked);
          expect(wait).toBeLessThanOrEqual(asked + maxMs);
        },
      ),
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  it.each([
    ['7', undefined, 7_000],
    ['Wed, 25 Nov 2026 12:00:30 GMT', undefined, 30_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', undefined, 0],
    ['7', '250', 250],
    ['-1', undefined, undefined],
    ['soon', undefined, undefined],
    ['', '', undefined],
    [undefined, 'Infinity', undefined],
  ])('%s / %s', (retryAfter, inMs, ms) => expect(retryAfterMs({ retryAfter, retryAfterMs: inMs }, now)).toBe(ms));
});
