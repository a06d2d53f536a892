import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketOf, committed, emptyIn, fitsIn, type Lease, type LedgerState, leaseMs, type Spent, windowOf } from './window.js';

const minute = windowOf(60_000) as { ms: number; bucketMs: number };
const day = windowOf(86_400_000) as { ms: number; bucketMs: number };
const T = 1_790_000_000_000;
const lease = (id: number, amount: number, expiresAt: number): Lease => ({
  id: `l${id}`,
  gateway: 'g',
  seq: 1,
  used: 0,
  amount,
  expiresAt,
});

it('cuts a minute into 20 and a day into 48', () => {
  expect([minute, day, windowOf(null)]).toEqual([{ ms: 60_000, bucketMs: 3_000 }, { ms: 86_400_000, bucketMs: 1_800_000 }, null]);
  expect([leaseMs(minute), leaseMs(day), leaseMs(null)]).toEqual([60_000, 60_000, 10_000]);
});

/** What the ledger does, step by step, beside a list of every single use with its exact time. */
type Step =
  | { do: 'take'; amount: number; after: number }
  | { do: 'use'; which: number; after: number }
  | { do: 'return'; which: number; after: number }
  | { do: 'die'; which: number; after: number };
const after = fc.oneof(fc.nat(400), fc.nat(5_000), fc.nat(70_000));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('take' as const), amount: fc.integer({ min: 1, max: 6 }), after }),
    fc.record({ do: fc.constant('use' as const), which: fc.nat(), after }),
    fc.record({ do: fc.constant('use' as const), which: fc.nat(), after: fc.nat(20) }),
    fc.record({ do: fc.constant('return' as const), which: fc.nat(), after }),
    fc.record({ do: fc.constant('die' as const), which: fc.nat(), after: fc.nat(100) }),
  ),
  { maxLength: 120 },
);
function play(limit: number, window: { ms: number; bucketMs: number }, list: Step[], clockError: (now: number) => number): number[] {
  let now = T;
  let state: LedgerState = { at: T, spent: [], leases: [] };
  const log: number[] = [];
  const live = new Map<string, { left: number; used: number; until: number }>();
  let id = 0;
  for (const step of list) {
    now += step.after;
    const at = Math.max(state.at, clockError(now));
    if (step.do === 'take' && committed(state, window, at) + step.amount <= limit) {
      state = { ...state, at, leases: [...state.leases, lease(++id, step.amount, at + leaseMs(window))] };
      live.set(`l${id}`, { left: step.amount, used: 0, until: now + leaseMs(window) });
    }
    if (step.do === 'take' || live.size === 0) continue;
    const [name, mine] = [...live][step.which % live.size] as [string, { left: number; used: number; until: number }];
    if (step.do === 'use' && mine.left > 0 && now < mine.until) {
      mine.left--;
      mine.used++;
      log.push(now);
    }
    if (step.do === 'die') live.delete(name); // its lease stays in the ledger and expires
    if (step.do === 'return') {
      live.delete(name);
      const spent: Spent = { bucket: bucketOf(at, window), amount: mine.used };
      state = { at, spent: [...state.spent, spent], leases: state.leases.filter((l) => l.id !== name) };
    }
  }
  return log;
}
const mostInAnyWindow = (log: number[], ms: number): number =>
  log.reduce((most, end, i) => Math.max(most, i + 1 - log.findIndex((s) => s > end - ms)), 0);

describe('never more than the limit in any window', () => {
  it('whatever is leased, used, returned and lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom(minute, { ms: 7_001, bucketMs: 351 }), steps, (limit, window, list) => {
        expect(
          mostInAnyWindow(
            play(limit, window, list, (now) => now),
            window.ms,
          ),
        ).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 2_000 },
    );
  });
  it('also when the server`s clock jumps back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        steps,
        fc.integer({ min: T, max: T + 500_000 }),
        fc.nat(300_000),
        (limit, list, when, jump) => {
          const log = play(limit, minute, list, (now) => (now > when ? now - jump : now));
          expect(mostInAnyWindow(log, minute.ms)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

it('counts a use for its window and at most one bucket longer', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: T, max: T + 200_000 }), { maxLength: 40 }), fc.nat(300_000), (times, later) => {
      const state: LedgerState = { at: T, spent: times.map((t) => ({ bucket: bucketOf(t, minute), amount: 1 })), leases: [] };
      const now = T + later;
      const within = (ms: number) => times.filter((t) => t > now - ms).length;
      const counted = committed(state, minute, now);
      expect(counted).toBeGreaterThanOrEqual(within(minute.ms));
      expect(counted).toBeLessThanOrEqual(within(minute.ms + minute.bucketMs));
    }),
  );
});

it('says when an amount fits, and it does fit then and not before', () => {
  const one = fc.record({
    bucket: fc.integer({ min: bucketOf(T, minute) - 22, max: bucketOf(T, minute) }),
    amount: fc.integer({ min: 1, max: 5 }),
  });
  const open = fc.record({ amount: fc.integer({ min: 1, max: 5 }), left: fc.integer({ min: 1, max: 60_000 }) });
  fc.assert(
    fc.property(
      fc.array(one),
      fc.array(open, { maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 25 }),
      (spent, open, limit, amount) => {
        const state: LedgerState = { at: T, spent, leases: open.map((o, i) => lease(i, o.amount, T + o.left)) };
        for (const window of [minute, null]) {
          const wait = fitsIn(state, window, limit, amount);
          if (amount > limit) return expect(wait).toBeNull();
          expect(committed(state, window, T + (wait ?? 0)) + amount).toBeLessThanOrEqual(limit);
          if (wait) expect(committed(state, window, T + wait - 1) + amount).toBeGreaterThan(limit);
          expect(committed(state, window, T + emptyIn(state, window))).toBe(0);
        }
      },
    ),
  );
});

it('an expired slot lease is free, an expired lease of a count is spent for its window', () => {
  const state: LedgerState = { at: T, spent: [], leases: [lease(1, 5, T + 10_000)] };
  expect([committed(state, null, T + 9_999), committed(state, null, T + 10_000)]).toEqual([5, 0]);
  expect([committed(state, minute, T + 10_000), committed(state, minute, T + 69_999), committed(state, minute, T + 74_000)]).toEqual([
    5, 5, 0,
  ]);
});
