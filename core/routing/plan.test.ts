import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Breaker } from './breaker.js';
import { answered, failed, newHealth, started } from './health.js';
import type { Facts } from './needs.js';
import { plan, type PlanCandidate, type PlanRequest } from './plan.js';
import { reasonOf } from './reason.js';
import { luck, normal, simulate, type SimCall, type SimPolicy, type SimProvider } from './simulator.test-support.js';
import { STRATEGIES } from './schema.js';

const facts: Facts = {
  modalities: { input: ['text'], output: ['text'] },
  capabilities: ['tools'],
  contextWindow: 8000,
  maxTokens: 2000,
  securityLevel: null,
  region: null,
};
const NOW = 100_000;

/** `ms` for an answer of 200 tokens, last heard of a moment ago. */
function candidate(id: string, ms: number | null, cost: number | null, differs: Partial<PlanCandidate> = {}): PlanCandidate {
  const health = newHealth();
  for (let i = 0; ms !== null && i < 20; i++) {
    started(health, NOW - 1 - ms);
    answered(health, NOW - 1, NOW - 1 - ms, NOW - 1 - ms * 0.8, 200);
  }
  return { id, weight: 1, facts, cost, health, breaker: new Breaker(), headroom: 1, ...differs };
}
const broken = (): Breaker => {
  const b = new Breaker();
  b.onFailure('call', 'quota', NOW - 1_000);
  return b;
};
const request = (candidates: PlanCandidate[], differs: Partial<PlanRequest> = {}): PlanRequest => ({
  strategy: 'adaptive',
  adaptive: { latency: 1, cost: 1, errors: 1, headroom: 1 },
  candidates,
  fallbacks: [],
  needs: { input: ['text'], tools: false, structuredOutput: false, inputTokens: 1000, maxOutputTokens: null },
  outputTokens: 200,
  random: () => 0.5,
  now: NOW,
  ...differs,
});
const ids = (r: PlanRequest): string[] => plan(r).order.map((c) => c.id);

describe('order of candidates', () => {
  const slowCheap = candidate('slow', 4000, 1_000_000);
  const fastDear = candidate('fast', 1000, 2_000_000);
  const unpriced = candidate('unpriced', 2000, null);

  it('priority: as written; lowest cost: the unpriced last, for unknown is not free; least latency: fastest first', () => {
    expect(ids(request([slowCheap, fastDear], { strategy: 'priority' }))).toEqual(['slow', 'fast']);
    expect(ids(request([unpriced, fastDear, slowCheap], { strategy: 'lowest-cost' }))).toEqual(['slow', 'fast', 'unpriced']);
    expect(ids(request([slowCheap, unpriced, fastDear], { strategy: 'least-latency' }))).toEqual(['fast', 'unpriced', 'slow']);
  });
  it('adaptive: the product decides, and the weights of the policy change it', () => {
    expect(ids(request([slowCheap, fastDear]))[0]).toBe('fast');
    expect(ids(request([slowCheap, fastDear], { adaptive: { latency: 0.2, cost: 1, errors: 1, headroom: 1 } }))[0]).toBe('slow');
  });
  it('adaptive: a nearly used-up limit sends calls elsewhere before a 429 does', () => {
    expect(ids(request([candidate('used', 1000, 1000, { headroom: 0.02 }), candidate('free', 2000, 1000)]))[0]).toBe('free');
  });
  it('adaptive: one that fails half of its calls is not first', () => {
    const bad = candidate('bad', 1000, 1000);
    for (let i = 0; i < 60; i++) {
      started(bad.health, NOW - 6000 + i * 100);
      failed(bad.health, NOW - 6000 + i * 100, NOW - 6000 + i * 100);
    }
    expect(ids(request([bad, candidate('good', 1100, 1100)]))[0]).toBe('good');
  });
  it('a free model does not win by its price alone', () => {
    expect(ids(request([candidate('free', 600_000, 0), candidate('paid', 1000, 1000)]))[0]).toBe('paid');
  });
  it('a newcomer is tried, but not by a flood of calls at once', () => {
    const known = candidate('known', 1000, 1000);
    const newcomer = candidate('new', null, 900);
    const first = (inflight: number): string => {
      newcomer.health.inflight = inflight;
      return ids(request([known, newcomer]))[0] ?? '';
    };
    expect([0, 1, 2, 3, 50].map(first)).toEqual(['new', 'new', 'new', 'known', 'known']);
  });
  it('one that was bad long ago is looked at seldom: at most one call in a hundred', () => {
    const stale = candidate('stale', 5000, 1000);
    stale.health.seenAt = NOW - 60_000;
    let draws = 0;
    const firsts = Array.from(
      { length: 20_000 },
      () => plan(request([candidate('good', 1000, 1000), stale], { random: () => luck(1, draws++) })).order[0],
    );
    const looks = firsts.filter((c) => c?.id === 'stale');
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThan(200);
    expect(looks.every((c) => c?.code === 'explored')).toBe(true);
  });
  it('weighted: by weight; no weight, no call', () => {
    let draws = 0;
    const r = request(
      [
        candidate('a', null, null, { weight: 90 }),
        candidate('b', null, null, { weight: 10 }),
        candidate('none', null, null, { weight: 0 }),
      ],
      {
        strategy: 'weighted',
        random: () => luck(2, draws++),
      },
    );
    const plans = Array.from({ length: 2000 }, () => plan(r));
    const share = plans.filter((p) => p.order[0]?.id === 'a').length / 2000;
    expect(Math.abs(share - 0.9)).toBeLessThan(0.03);
    expect(plans[0]?.order).toHaveLength(2);
    expect(plans[0]?.excluded).toEqual([{ id: 'none', code: 'no-weight', message: 'its weight is 0' }]);
  });
});

describe('who is left out, and what is said', () => {
  it('fallbacks come after all candidates, filtered as they are, and nobody twice', () => {
    const [a, b] = [candidate('a', 1000, 1000), candidate('b', 1000, 1000)];
    const small = candidate('small', 1000, 1000, { facts: { ...facts, contextWindow: 500 } });
    const p = plan(request([a], { fallbacks: [small, b, a] }));
    expect(p.order.map((c) => [c.id, c.code])).toEqual([
      ['a', 'only'],
      ['b', 'fallback'],
    ]);
    expect(p.excluded).toEqual([
      { id: 'small', code: 'context-length', message: '1000 tokens in and 1 out are more than its context of 500' },
    ]);
  });
  it('all stopped: no order, and when to come back', () => {
    const p = plan(
      request([candidate('a', 1000, 1000, { breaker: broken() })], { fallbacks: [candidate('b', 1000, 1000, { breaker: broken() })] }),
    );
    expect(p).toMatchObject({ order: [], retryAfterMs: 59_000 });
    expect(p.excluded.map((e) => [e.code, e.message])).toEqual([
      ['unhealthy', 'stopped after quota; tried again in 59 s'],
      ['unhealthy', 'stopped after quota; tried again in 59 s'],
    ]);
  });
  it('nobody can: waiting does not help, and nothing says it would', () => {
    expect(
      plan(
        request([candidate('a', 1, 1)], {
          needs: { input: ['audio'], tools: false, structuredOutput: false, inputTokens: 1, maxOutputTokens: null },
        }),
      ).retryAfterMs,
    ).toBeNull();
  });
  it('a half-open breaker makes the call its probe, and the reason says so', () => {
    const breaker = broken();
    const p = plan(request([candidate('a', 1000, 2_100_000, { breaker })], { now: NOW + 60_000 }));
    expect(p.order[0]?.probe && reasonOf(p.order[0])).toBe(
      'the only one that can take this call; it was stopped, and this call is its probe',
    );
  });
  it('says in words why', () => {
    const p = plan(request([candidate('a', 812, 2_100_000), candidate('b', 4000, 3_000_000, { headroom: 0.5 })]));
    expect(p.order.map(reasonOf)).toEqual([
      'lowest of two: 812 ms × $0.0021 against b with 4000 ms × $0.003 × 50 % headroom',
      'if those before it fail: 4000 ms × $0.003 × 50 % headroom',
    ]);
  });
});

describe('any plan', () => {
  const any = fc.record({
    ms: fc.option(fc.integer({ min: 0, max: 1e6 })),
    cost: fc.option(fc.nat(1e12)),
    weight: fc.nat(10),
    headroom: fc.double({ min: 0, max: 1, noNaN: true }),
    context: fc.constantFrom(0, 10, 100_000),
    stopped: fc.boolean(),
  });
  it('names every candidate once, in the order or among the excluded; never one whose breaker is open', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), fc.constantFrom(...STRATEGIES), fc.nat(), (list, strategy, seed) => {
        const candidates = list.map((c, i) =>
          candidate(`c${i}`, c.ms, c.cost, {
            weight: c.weight,
            headroom: c.headroom,
            facts: { ...facts, contextWindow: c.context },
            ...(c.stopped ? { breaker: broken() } : {}),
          }),
        );
        let draws = 0;
        const p = plan(request(candidates, { strategy, random: () => luck(seed, draws++) }));
        expect([...p.order, ...p.excluded].map((c) => c.id).sort()).toEqual(candidates.map((c) => c.id).sort());
        for (const c of p.order) {
          expect(candidates.find((x) => x.id === c.id)?.breaker.state(NOW)).toBe('closed');
          expect(reasonOf(c)).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
    );
  });
});

describe('adaptive routing in a small world (its large twin: bench/routing.ts)', () => {
  const provider = (id: string, perTokenMs: number, price: number): SimProvider => ({
    id,
    startMs: 400,
    perTokenMs,
    perInputMs: 0.05,
    priceIn: price,
    priceOut: price * 4,
    errorRate: 0.005,
    capacity: 200,
    limit: null,
  });
  const providers = [provider('good', 8, 100), provider('dear', 7, 300), provider('slow', 25, 90)];
  const calls: SimCall[] = [];
  for (let i = 0, at = 0; i < 4000; i++) {
    at += -Math.log(1 - luck(5, i)) * 250;
    const length = normal(luck(6, i), luck(7, i));
    calls.push({
      at,
      inputTokens: Math.round(1000 * Math.exp(0.6 * length)),
      outputTokens: Math.max(1, Math.round(130 * Math.exp(0.9 * length))),
    });
  }
  const end = calls.at(-1)?.at ?? 0;
  const failing = (p: SimProvider, at: number): SimProvider =>
    p.id === 'good' && at > end / 3 && at < (2 * end) / 3 ? { ...p, errorRate: 0.6 } : p;
  const run = (strategy: SimPolicy['strategy']) => simulate(providers, calls, { name: strategy, strategy, order: [0, 1, 2] }, failing, 9);
  const objective = (r: ReturnType<typeof run>): number => (r.latencySum * r.cost) / r.answered ** 2;

  it('goes round a failing provider and comes back to it, at nobody’s cost', () => {
    const [adaptive, robin] = [run('adaptive'), run('round-robin')];
    expect(adaptive.answered).toBeGreaterThan(0.995 * calls.length);
    expect(objective(adaptive)).toBeLessThan(0.75 * objective(robin));
    // two thirds of the time it is the best by far
    expect(adaptive.share[0]).toBeGreaterThan(0.5 * calls.length);
    expect(adaptive.share[0]).toBeLessThan(0.8 * calls.length);
  });
  it('gives the same result for the same seed', () => expect(objective(run('adaptive'))).toBe(objective(run('adaptive'))));
});
