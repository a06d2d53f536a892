/**
 * A deterministic world of providers around the real rules (plan, health, breaker, retry, headroom), for the unit test and for
 * bench/routing.ts. The rules see only what a gateway sees: answers, their times, headers, and the price book.
 */
import { Breaker, type Ticket } from './breaker.js';
import { classify, type Failure } from './failure.js';
import { headroomNow, type LimitSeen } from './headroom.js';
import { abandoned, answered, failed, type Health, newHealth, started, usualOutput } from './health.js';
import { expectedOutput, type Facts } from './needs.js';
import { plan, type PlanCandidate } from './plan.js';
import { waitBeforeNext } from './retry.js';
import type { AdaptiveWeights, RetryRules, Strategy } from './schema.js';

export interface SimProvider {
  id: string;
  /** ms to the first token, ms per token out, and per token in */
  startMs: number;
  perTokenMs: number;
  perInputMs: number;
  /** nano-dollars per token */
  priceIn: number;
  priceOut: number;
  errorRate: number;
  /** calls in flight at which latency has doubled */
  capacity: number;
  /** requests a minute; null: no limit */
  limit: number | null;
}
export interface SimCall {
  /** ms since the start */
  at: number;
  inputTokens: number;
  outputTokens: number;
}
/** What differs at a time from the provider's own figures. */
export type Regime = (provider: SimProvider, at: number) => SimProvider;
export interface SimPolicy {
  name: string;
  strategy: Strategy | 'round-robin';
  /** indices of providers, in the order of a `priority` */
  order: readonly number[];
  weights?: readonly number[];
  adaptive?: AdaptiveWeights;
}
export interface SimResult {
  calls: number;
  answered: number;
  /** of the answered, ms from arrival to the whole answer, retries and waits included */
  latencies: Float64Array;
  /** nano-dollars of all answers */
  cost: number;
  latencySum: number;
  /** sums of the natural logarithms of ms and nano-dollars of the answered, for geometric means */
  logLatencySum: number;
  logCostSum: number;
  /** answers by provider */
  share: number[];
}

/** mulberry32 over a hash: one number for one (seed, a, b, c), so that every policy meets the same luck. */
export function luck(seed: number, a: number, b = 0, c = 0): number {
  let t = (seed ^ Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35)) + 0x6d2b79f5;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  t = Math.imul(t ^ (t >>> 16), 0x45d9f3b);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
/** Box–Muller */
export const normal = (u: number, v: number): number => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);

const RETRY: RetryRules = { maxAttempts: 3, baseMs: 100, maxMs: 2_000 };
const EVEN: AdaptiveWeights = { latency: 1, cost: 1, errors: 1, headroom: 1 };
const TEXT = ['text'];
const DEADLINE_MS = 60_000;
/** scatter of a provider's own speed from call to call: sigma of its logarithm */
const SCATTER = 0.25;
/** of failures: this share hangs until the attempt's own timeout instead of answering 500 */
const HANGING = 0.2;
const HANG_MS = 10_000;
const KNOWS_NOTHING: Facts = {
  modalities: { input: [], output: [] },
  capabilities: [],
  contextWindow: 0,
  maxTokens: 0,
  securityLevel: null,
  region: null,
};

interface Live {
  of: SimProvider;
  index: number;
  inflight: number;
  bucket: number;
  bucketAt: number;
  seen: LimitSeen | null;
  health: Health;
  breaker: Breaker;
  /** what plan() sees of it; price and headroom are set for each call */
  candidate: { -readonly [K in keyof PlanCandidate]: PlanCandidate[K] };
}
interface Running {
  call: SimCall;
  index: number;
  tries: number;
  queue: Live[];
}

export function simulate(
  providers: readonly SimProvider[],
  calls: readonly SimCall[],
  policy: SimPolicy,
  regime: Regime,
  seed: number,
): SimResult {
  return new Simulation(providers, calls, policy, regime, seed).run();
}

class Simulation {
  private readonly live: Live[];
  private readonly events = new Events();
  private readonly result: SimResult;
  private readonly calls: readonly SimCall[];
  private readonly policy: SimPolicy;
  private readonly regime: Regime;
  private readonly seed: number;
  private readonly own: Live[];
  private readonly health: Health[];
  private readonly candidates: PlanCandidate[];
  private readonly random = (): number => luck(this.seed, this.draws++, 77);
  private draws = 0;
  private turn = 0;
  constructor(providers: readonly SimProvider[], calls: readonly SimCall[], policy: SimPolicy, regime: Regime, seed: number) {
    this.calls = calls;
    this.policy = policy;
    this.regime = regime;
    this.seed = seed;
    this.live = providers.map((of, index) => {
      const health = newHealth();
      const breaker = new Breaker();
      const candidate = {
        id: String(index),
        weight: policy.weights?.[index] ?? 1,
        facts: KNOWS_NOTHING,
        cost: 0,
        health,
        breaker,
        headroom: 1,
      };
      return { of, index, inflight: 0, bucket: of.limit ?? 0, bucketAt: 0, seen: null, health, breaker, candidate };
    });
    this.own = policy.order.map((i) => this.live[i] as Live);
    this.health = this.own.map((l) => l.health);
    this.candidates = this.own.map((l) => l.candidate);
    this.result = {
      calls: calls.length,
      answered: 0,
      latencies: new Float64Array(calls.length),
      cost: 0,
      latencySum: 0,
      logLatencySum: 0,
      logCostSum: 0,
      share: providers.map(() => 0),
    };
  }

  run(): SimResult {
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i] as SimCall;
      this.events.runUntil(call.at);
      this.next({ call, index: i, tries: 0, queue: this.choose(call, call.at) }, call.at, undefined);
    }
    this.events.runUntil(Number.POSITIVE_INFINITY);
    this.result.latencies = this.result.latencies.subarray(0, this.result.answered).sort();
    return this.result;
  }

  private choose(call: SimCall, now: number): Live[] {
    const { policy } = this;
    // a gateway knows the input and not the length of the answer
    const needs = { input: TEXT, tools: false, structuredOutput: false, inputTokens: call.inputTokens, maxOutputTokens: null };
    const outputTokens = expectedOutput(needs, usualOutput(this.health));
    for (const l of this.own) {
      const { priceIn, priceOut } = this.regime(l.of, now);
      l.candidate.cost = call.inputTokens * priceIn + outputTokens * priceOut;
      l.candidate.headroom = headroomNow(l.seen, now);
    }
    let candidates = this.candidates;
    if (policy.strategy === 'round-robin') {
      const first = this.turn++ % candidates.length;
      candidates = [...candidates.slice(first), ...candidates.slice(0, first)];
    }
    const strategy = policy.strategy === 'round-robin' ? 'priority' : policy.strategy;
    const adaptive = policy.adaptive ?? EVEN;
    const planned = plan({ strategy, adaptive, candidates, fallbacks: [], needs, outputTokens, random: this.random, now });
    return planned.order.map((c) => this.live[Number(c.id)] as Live);
  }

  private next(r: Running, now: number, retryAfterMs: number | undefined): void {
    for (let to = r.queue.shift(); to; to = r.queue.shift()) {
      const ticket = to.breaker.admit(now);
      if (ticket) return this.send(r, to, ticket, now);
    }
    const wait = waitBeforeNext({
      ...{ rules: RETRY, tries: Math.max(1, r.tries), untried: false, random: luck(this.seed, r.index, 5, r.tries) },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      remainingMs: r.call.at + DEADLINE_MS - now,
    });
    if (wait === null) return;
    r.tries = Math.max(1, r.tries);
    this.events.add(now + wait, (at) => {
      r.queue = this.choose(r.call, at);
      // nobody is open for calls: as the gateway, give up instead of asking again and again
      if (r.queue.length > 0) this.next(r, at, undefined);
    });
  }

  private send(r: Running, to: Live, ticket: Ticket, now: number): void {
    r.tries++;
    to.inflight++;
    started(to.health, now);
    const p = this.regime(to.of, now);
    if (p.limit !== null && !this.take(to, p.limit, now)) {
      const after = Math.ceil(((1 - to.bucket) / p.limit) * 60) * 1000;
      this.events.add(now + 40, (at) => this.fail(r, to, ticket, now, at, 429, after));
      return;
    }
    const u = luck(this.seed, r.index, to.index * 8 + 1, r.tries);
    const v = luck(this.seed, r.index, to.index * 8 + 2, r.tries);
    const w = luck(this.seed, r.index, to.index * 8 + 3, r.tries);
    if (w < p.errorRate) {
      const hangs = w < p.errorRate * HANGING;
      this.events.add(now + (hangs ? HANG_MS : p.startMs), (at) => this.fail(r, to, ticket, now, at, hangs ? null : 500, undefined));
      return;
    }
    const load = 1 + (to.inflight / p.capacity) ** 2;
    const speed = Math.exp(SCATTER * normal(u, v)) * load;
    const firstMs = (p.startMs + r.call.inputTokens * p.perInputMs) * speed;
    this.events.add(now + firstMs, (at) => to.breaker.onSuccess(ticket, at));
    this.events.add(now + firstMs + r.call.outputTokens * p.perTokenMs * speed, (at) => {
      to.inflight--;
      answered(to.health, at, now, now + firstMs, r.call.outputTokens);
      if (p.limit !== null) this.headers(to, p.limit, at);
      const { result } = this;
      result.latencies[result.answered++] = at - r.call.at;
      result.latencySum += at - r.call.at;
      const cost = r.call.inputTokens * p.priceIn + r.call.outputTokens * p.priceOut;
      result.cost += cost;
      result.logLatencySum += Math.log(at - r.call.at);
      result.logCostSum += Math.log(cost);
      result.share[to.index] = (result.share[to.index] ?? 0) + 1;
    });
  }

  private fail(r: Running, to: Live, ticket: Ticket, sentAt: number, at: number, status: number | null, after: number | undefined): void {
    to.inflight--;
    const kind = classify(status) as Failure;
    if (kind === 'rate-limit') abandoned(to.health, sentAt);
    else failed(to.health, at, sentAt);
    to.breaker.onFailure(ticket, kind, at, after);
    if (to.of.limit !== null || kind === 'rate-limit') this.headers(to, this.regime(to.of, at).limit ?? 0, at);
    if (r.tries < RETRY.maxAttempts && at < r.call.at + DEADLINE_MS) this.next(r, at, after);
  }

  /** A token bucket that holds a minute's worth. */
  private take(to: Live, limit: number, now: number): boolean {
    to.bucket = Math.min(limit, to.bucket + ((now - to.bucketAt) / 60_000) * limit);
    to.bucketAt = now;
    if (to.bucket < 1) return false;
    to.bucket--;
    return true;
  }

  private headers(to: Live, limit: number, at: number): void {
    const remaining = Math.min(limit, to.bucket + ((at - to.bucketAt) / 60_000) * limit);
    to.seen = { limit, remaining: Math.floor(remaining), resetMs: ((limit - remaining) / limit) * 60_000, at };
  }
}

/** Binary heap by time. */
class Events {
  private readonly heap: { at: number; run: (at: number) => void }[] = [];

  add(at: number, run: (at: number) => void): void {
    const { heap } = this;
    let i = heap.push({ at, run }) - 1;
    for (let up = (i - 1) >> 1; i > 0 && this.at(up) > this.at(i); i = up, up = (i - 1) >> 1) this.swap(i, up);
  }

  runUntil(time: number): void {
    while (this.heap.length > 0 && this.at(0) <= time) {
      this.swap(0, this.heap.length - 1);
      const event = this.heap.pop();
      this.sink();
      event?.run(event.at);
    }
  }

  private sink(): void {
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.heap.length && this.at(child) < this.at(least)) least = child;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private at(i: number): number {
    return this.heap[i]?.at ?? Number.POSITIVE_INFINITY;
  }

  private swap(i: number, j: number): void {
    const { heap } = this;
    const [a, b] = [heap[i], heap[j]];
    if (!a || !b) return;
    heap[i] = b;
    heap[j] = a;
  }
}
