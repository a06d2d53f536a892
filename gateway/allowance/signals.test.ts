import { describe, expect, it } from '@jest/globals';
import type { CallSubjects } from '#core/limit/claim.js';
import { type Limit, limitInput } from '#core/limit/schema.js';
import { Factors } from './factors.js';
import { Signals } from './signals.js';

const call: CallSubjects = {
  ...{ tenant: 'acme', environment: 'production', key: 'k', user: null, modelId: 'a/b', deployment: 'chat', connection: null },
};
const ok = { failed: false, nanoDollars: 5 };

describe('the last minute', () => {
  it('sums requests, failures and cost of each subject, and forgets them after a minute', () => {
    const s = new Signals();
    s.record(call, ok, 1_000);
    s.record(call, { failed: true, nanoDollars: null }, 30_000);
    s.record({ ...call, key: 'other' }, ok, 30_000);
    expect(s.read('acme', 'key', 'k', 31_000)).toEqual({ requests: 2, failures: 1, nanoDollars: 5 });
    expect(s.read('acme', 'deployment', 'production/chat', 31_000)).toEqual({ requests: 3, failures: 1, nanoDollars: 10 });
    expect(s.read('acme', 'key', 'k', 62_000)).toEqual({ requests: 1, failures: 1, nanoDollars: 0 });
    expect(s.read('acme', 'key', 'k', 95_000)).toBeNull();
    expect(s.read('other', 'key', 'k', 31_000)).toBeNull();
  });
  it('uses a place again for the next minute', () => {
    const s = new Signals();
    s.record(call, ok, 1_000);
    s.record(call, ok, 61_000);
    expect(s.read('acme', 'key', 'k', 62_000)?.requests).toBe(1);
  });
  it('keeps no more subjects than it may', () => {
    const s = new Signals(30);
    for (let i = 0; i < 1_000; i++) s.record({ ...call, user: `u${i}` }, ok, 1_000);
    expect(s.read('acme', 'user', 'u0', 1_000)).toBeNull();
    expect(s.read('acme', 'user', 'u999', 1_000)?.requests).toBe(1);
  });
});

describe('dynamic limits', () => {
  const limit = (basedOn: string, threshold: number): Limit => ({
    ...limitInput.parse({
      ...{ name: 'l', per: 'key', unit: 'requests', window: 'minute', amount: 10 },
      dynamic: [{ basedOn, threshold, factor: 0.5, relaxAfterSeconds: 60 }],
    }),
    ...{ createdAt: 'x', updatedAt: 'x', updatedBy: 'x' },
  });
  let now = 0;
  const run = (l: Limit, outcome: { failed: boolean; nanoDollars: number | null }, calls: number) => {
    now = 1_000;
    const signals = new Signals();
    const factors = new Factors(signals, () => now);
    const at = (ms: number) => {
      now = ms;
      return factors.of(l, 'k', call);
    };
    const before = at(1_000);
    for (let i = 0; i < calls; i++) signals.record(call, outcome, 1_000);
    return [before, at(2_000), at(100_000), at(159_999), at(160_001)];
  };
  const tightensAndRelaxes = [1, 0.5, 0.5, 0.5, 1];
  it('tighten by the deployment`s requests, its failures, or the subject`s cost, and relax after calm', () => {
    expect(run(limit('usage', 9), ok, 10)).toEqual(tightensAndRelaxes);
    expect(run(limit('performance', 0.5), { failed: true, nanoDollars: null }, 2)).toEqual(tightensAndRelaxes);
    expect(run(limit('cost', 40), ok, 10)).toEqual(tightensAndRelaxes);
  });
  it('stay as they are at the threshold', () => {
    expect(run(limit('usage', 10), ok, 10)).toEqual([1, 1, 1, 1, 1]);
    expect(run(limit('cost', 50), ok, 10)).toEqual([1, 1, 1, 1, 1]);
  });
});
