import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Breaker } from './breaker.js';
import type { Failure } from './failure.js';

const FAILURES: Failure[] = ['transient', 'rate-limit', 'quota', 'credential', 'unknown'];
const fail = (b: Breaker, now: number, kind: Failure = 'transient', after?: number): void => {
  const ticket = b.admit(now);
  if (!ticket) throw new Error('not admitted');
  b.onFailure(ticket, kind, now, after);
};

describe('breaker', () => {
  it('opens after five failures in a row and not after four', () => {
    const b = new Breaker();
    for (let i = 0; i < 4; i++) fail(b, i);
    expect(b.allow(4)).toBe(true);
    fail(b, 4);
    expect(b.allow(5)).toBe(false);
    expect(b.retryAfterMs(5)).toBe(4_999);
    expect(b.openedBy).toBe('transient');
  });
  it('opens when half of at least ten calls fail, though never five in a row', () => {
    const b = new Breaker();
    for (let i = 0; i < 9; i++) {
      if (i % 2 === 0) fail(b, i * 100);
      else b.onSuccess('call', i * 100);
    }
    expect(b.state(900)).toBe('closed');
    fail(b, 900);
    expect(b.state(901)).toBe('open');
  });
  it('forgets calls that are older than half a minute', () => {
    const b = new Breaker();
    for (let i = 0; i < 20; i++) {
      if (i % 2 === 0) fail(b, i * 10_000);
      else b.onSuccess('call', i * 10_000);
    }
    expect(b.state(200_000)).toBe('closed');
  });
  it.each([
    ['quota', 60_000],
    ['credential', 60_000],
    ['rate-limit', 1_000],
  ] as const)('one answer of %s opens it', (kind, ms) => {
    const b = new Breaker();
    fail(b, 0, kind);
    expect(b.retryAfterMs(0)).toBe(ms);
  });
  it('honours Retry-After, up to a quarter of an hour; spent quota is not shortened by it', () => {
    const told = (kind: Failure, after: number): number => {
      const b = new Breaker();
      fail(b, 0, kind, after);
      return b.retryAfterMs(0);
    };
    expect(told('rate-limit', 7_000)).toBe(7_000);
    expect(told('transient', 7_000)).toBe(7_000);
    expect(told('rate-limit', 1e9)).toBe(900_000);
    expect(told('quota', 1_000)).toBe(60_000);
  });
  it('lets one probe through; its success closes, its failure doubles the cool-down up to a cap', () => {
    const b = new Breaker();
    for (let i = 0; i < 5; i++) fail(b, 0);
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 7; i++) {
      waits.push(b.retryAfterMs(now));
      now += b.retryAfterMs(now);
      expect([b.admit(now), b.admit(now)]).toEqual(['probe', null]);
      b.onFailure('probe', 'transient', now);
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
    now += b.retryAfterMs(now);
    b.admit(now);
    b.onSuccess('probe', now);
    expect(b.state(now)).toBe('closed');
  });
  it('a probe whose caller went away makes room for another; so does one that nobody reported', () => {
    const b = new Breaker();
    fail(b, 0, 'rate-limit');
    expect(b.admit(1_000)).toBe('probe');
    b.onRelease('probe');
    expect(b.admit(1_001)).toBe('probe');
    expect(b.admit(2_000)).toBeNull();
    expect(b.admit(200_000)).toBe('probe');
  });
  it('late answers of calls from before the opening neither close it nor prolong it', () => {
    const b = new Breaker();
    fail(b, 0, 'rate-limit', 10_000);
    b.onSuccess('call', 1);
    b.onFailure('call', 'transient', 5_000);
    expect(b.retryAfterMs(5_000)).toBe(5_000);
    b.onFailure('call', 'quota', 6_000);
    expect(b.openedBy).toBe('quota');
  });

  const step = fc.record({
    wait: fc.integer({ min: 0, max: 20_000 }),
    end: fc.constantFrom('success', 'failure', 'release', 'leave' as const),
    kind: fc.constantFrom(...FAILURES),
    after: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
    late: fc.boolean(),
  });
  it('whatever happens: while it is open no call passes, and half-open one probe at a time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const b = new Breaker();
        const running: { ticket: 'call' | 'probe'; at: number }[] = [];
        let now = 0;
        for (const s of steps) {
          now += s.wait;
          const state = b.state(now);
          const allowed = b.allow(now);
          const ticket = b.admit(now);
          expect(ticket !== null).toBe(allowed);
          if (state === 'open') expect(ticket).toBeNull();
          if (state === 'closed') expect(ticket).toBe('call');
          if (state === 'half-open' && ticket) {
            expect(ticket).toBe('probe');
            expect(b.admit(now)).toBeNull();
          }
          if (ticket) running.push({ ticket, at: now });
          if (s.end === 'leave') continue;
          const over = s.late ? running.shift() : running.pop();
          if (!over) continue;
          if (s.end === 'success') b.onSuccess(over.ticket, now);
          else if (s.end === 'release') b.onRelease(over.ticket);
          else b.onFailure(over.ticket, s.kind, now, s.after);
          expect(b.retryAfterMs(now)).toBeLessThanOrEqual(900_000);
        }
        // it always comes back: after the longest cool-down and a lost probe there is a way in
        expect(b.allow(now + 900_000 + 120_000)).toBe(true);
      }),
    );
  });
});
