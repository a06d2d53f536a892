import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { abandoned, answered, errorRate, failed, type Health, latencyMs, newHealth, started, usualOutput } from './health.js';
import { headroomNow } from './headroom.js';

/** One streamed answer after the other: `first` ms to the first token, `each` ms a token. */
function calls(h: Health, at: number, n: number, first: number, each: number, tokens: (i: number) => number): number {
  let now = at;
  for (let i = 0; i < n; i++) {
    const end = now + first + each * tokens(i);
    started(h, now);
    answered(h, end, now, now + first, tokens(i));
    now = end;
  }
  return now;
}

describe('health of a candidate', () => {
  it('knows nothing at first', () => {
    const h = newHealth();
    expect([latencyMs(h, 200, 0), errorRate(h, 0), usualOutput([h])]).toEqual([null, 0, null]);
  });
  it('is the same for the same provider, whoever gets the long answers', () => {
    const [long, short] = [newHealth(), newHealth()];
    const a = calls(long, 0, 50, 400, 15, () => 800);
    const b = calls(short, 0, 50, 400, 15, (i) => 5 + (i % 20));
    expect(latencyMs(long, 200, a)).toBeCloseTo(3400, 0);
    expect(latencyMs(short, 200, b)).toBeCloseTo(3400, 0);
    expect(usualOutput([long])).toBeCloseTo(800);
  });
  it('takes an answer that was not streamed apart well enough to compare', () => {
    const h = newHealth();
    for (let i = 0; i < 20; i++) {
      started(h, i * 5000);
      answered(h, i * 5000 + 512 + 16 * 200, i * 5000, null, 200);
    }
    expect(latencyMs(h, 200, 100_000)).toBeCloseTo(3712, 0);
    expect(latencyMs(h, 50, 100_000)).toBeCloseTo(1312, 0);
  });
  it('rises at once when a provider becomes ten times slower, and comes back with the answers', () => {
    const h = newHealth();
    let now = calls(h, 0, 100, 400, 10, () => 100);
    const before = latencyMs(h, 100, now) ?? 0;
    now = calls(h, now, 1, 4000, 100, () => 100);
    expect(latencyMs(h, 100, now)).toBeGreaterThan(3 * before);
    now = calls(h, now, 100, 400, 10, () => 100);
    expect(latencyMs(h, 100, now)).toBeLessThan(1.1 * before);
  });
  it('one slow answer within the usual scatter moves it little', () => {
    const h = newHealth();
    let now = calls(h, 0, 100, 400, 10, () => 100);
    now = calls(h, now, 1, 800, 20, () => 100);
    expect(latencyMs(h, 100, now)).toBeLessThan(1.15 * 1400);
  });
  it('sees a provider that hangs by its calls in flight, before any has ended', () => {
    const h = newHealth();
    const now = calls(h, 0, 20, 400, 10, () => 100);
    for (let i = 0; i < 3; i++) started(h, now);
    expect(latencyMs(h, 100, now + 30_000)).toBe(15_000);
  });
  it('errors rise with failures, fall with answers, and are forgotten in silence', () => {
    const h = newHealth();
    for (let i = 0; i < 60; i++) {
      started(h, i * 1000);
      if (i % 2) failed(h, i * 1000 + 100, i * 1000);
      else answered(h, i * 1000 + 100, i * 1000, null, 10);
    }
    expect(errorRate(h, 60_000)).toBeGreaterThan(0.3);
    expect(errorRate(h, 60_000)).toBeLessThan(0.6);
    expect(errorRate(h, 60_000 + 300_000)).toBeLessThan(0.001);
  });
  it('a call without a verdict leaves no trace', () => {
    const h = newHealth();
    started(h, 5);
    abandoned(h, 5);
    expect(h).toEqual(newHealth());
  });
  it('stays in its bounds whatever happens', () => {
    const event = fc.record({
      wait: fc.double({ min: 0, max: 1e6, noNaN: true }),
      ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
      tokens: fc.option(fc.nat(100_000)),
      end: fc.constantFrom('answered', 'failed', 'abandoned'),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const h = newHealth();
        let now = 0;
        for (const e of events) {
          now += e.wait;
          started(h, now);
          const end = now + e.ms;
          if (e.end === 'answered') answered(h, end, now, null, e.tokens);
          else if (e.end === 'failed') failed(h, end, now);
          else abandoned(h, now);
          const latency = latencyMs(h, 200, end);
          expect(errorRate(h, end)).toBeGreaterThanOrEqual(0);
          expect(errorRate(h, end)).toBeLessThanOrEqual(1);
          expect(latency === null || (Number.isFinite(latency) && latency >= 0)).toBe(true);
          expect([h.inflight, h.startedSum]).toEqual([0, 0]);
        }
      }),
    );
  });
});

describe('headroom', () => {
  it('refills evenly from what the provider said', () => {
    const seen = { limit: 100, remaining: 0, resetMs: 60_000, at: 1000 };
    expect([1000, 31_000, 61_000, 500_000].map((now) => headroomNow(seen, now))).toEqual([0, 0.5, 1, 1]);
    expect(headroomNow(null, 0)).toBe(1);
  });
});
