import type { Breaker } from './breaker.js';
import { errorRate, type Health, latencyMs } from './health.js';
import { type Facts, ineligible, type INELIGIBLE, type Needs, withoutDeclared } from './needs.js';
import type { AdaptiveWeights, Strategy } from './schema.js';
import { type Figures, score, standIns } from './score.js';
import { pickByWeight } from './weights.js';

export interface PlanCandidate {
  id: string;
  /** counts in the strategy `weighted` only, where 0 means never */
  weight: number;
  facts: Facts;
  /** nano-dollars of this call with `outputTokens` out; null: unpriced */
  cost: number | null;
  health: Health;
  breaker: Breaker;
  /** smallest share left of its rate limits and slots, 0 … 1; 1 when none is known */
  headroom: number;
}

export interface PlanRequest {
  strategy: Strategy;
  adaptive: AdaptiveWeights;
  candidates: readonly PlanCandidate[];
  /** tried in this order after all candidates */
  fallbacks: readonly PlanCandidate[];
  needs: Needs;
  /** what the answer will probably be long: `expectedOutput(needs, usualOutput(all health))`; prices and times are for this */
  outputTokens: number;
  /** 0 ≤ random() < 1; called up to twice per candidate */
  random: () => number;
  /** ms of the clock of `health` and `breaker` */
  now: number;
}

/** Why a candidate has its place; `reasonOf` (reason.ts) says it in words. */
export type ChoiceCode = 'only' | 'weight' | 'written-order' | 'fastest' | 'cheapest' | 'lower-of-two' | 'explored' | 'next' | 'fallback';
export interface Choice extends Figures {
  id: string;
  code: ChoiceCode;
  /** lower is better: the adaptive score, milliseconds or nano-dollars by strategy; null where nothing is compared */
  score: number | null;
  /** the other of the two that were compared */
  against: Choice | null;
  /** its breaker is half-open: the call will be its probe */
  probe: boolean;
}
export interface Excluded {
  id: string;
  code: (typeof INELIGIBLE)[number] | 'unhealthy' | 'no-weight';
  message: string;
}
export interface Plan {
  /** to be tried in this order; a `null` from `breaker.admit` passes on to the next */
  order: Choice[];
  excluded: Excluded[];
  /** when `order` is empty and time may help: ms until the first breaker lets a probe through */
  retryAfterMs: number | null;
}

/** answers and calls in flight up to which a candidate counts as new */
const NEW = 3;
/** without word for so long a figure may be out of date */
const STALE_MS = 10_000;
/** share of calls that looks at one stale candidate, times best score / its score: looking costs at most this share of the score */
const EXPLORED = 0.01;
/** How much likelier the better one is drawn: (best / score) to this power. 0 would be the plain power of two choices. */
const SHARPNESS = 16;

/** Who takes this call, in which order, and why. Pure: takes what is known, changes nothing. */
export function plan(r: PlanRequest): Plan {
  const excluded: Excluded[] = [];
  const wait = { ms: Number.POSITIVE_INFINITY };
  const candidates = eligible(r, r.candidates, excluded, wait);
  const fallbacks = eligible(r, r.fallbacks, excluded, wait);
  const order = ordered(r, candidates, excluded);
  for (const f of fallbacks) if (!order.some((c) => c.id === f.id)) order.push(choice(f, r, 'fallback'));
  return { order, excluded, retryAfterMs: order.length === 0 && Number.isFinite(wait.ms) ? wait.ms : null };
}

function eligible(r: PlanRequest, list: readonly PlanCandidate[], excluded: Excluded[], wait: { ms: number }): PlanCandidate[] {
  const able: PlanCandidate[] = [];
  for (const c of list) {
    const why = ineligible(r.needs, c.facts);
    if (why) excluded.push({ id: c.id, ...why });
    else if (c.breaker.allow(r.now)) able.push(c);
    else {
      const ms = c.breaker.retryAfterMs(r.now);
      wait.ms = Math.min(wait.ms, ms);
      excluded.push({
        id: c.id,
        code: 'unhealthy',
        message: `stopped after ${c.breaker.openedBy ?? 'failures'}; tried again in ${Math.ceil(ms / 1000)} s`,
      });
    }
  }
  const silent = r.needs.structuredOutput ? withoutDeclared(able) : [];
  if (silent.length === 0) return able;
  for (const c of silent) excluded.push({ id: c.id, code: 'structured-output', message: 'others declare structured output, it does not' });
  return able.filter((c) => !silent.includes(c));
}

const choice = (c: PlanCandidate, { now, outputTokens }: PlanRequest, code: ChoiceCode): Choice => ({
  id: c.id,
  code,
  score: null,
  against: null,
  probe: c.breaker.state(now) !== 'closed',
  latencyMs: latencyMs(c.health, outputTokens, now),
  cost: c.cost,
  errors: errorRate(c.health, now),
  headroom: c.headroom,
});

function ordered(r: PlanRequest, candidates: PlanCandidate[], excluded: Excluded[]): Choice[] {
  switch (r.strategy) {
    case 'weighted':
      return byWeight(r, candidates, excluded);
    case 'priority':
      return candidates.map((c) => choice(c, r, candidates.length === 1 ? 'only' : 'written-order'));
    case 'lowest-cost':
      return scored(r, candidates, 'cheapest', (c) => c.cost ?? Number.POSITIVE_INFINITY).map(({ own }) => own);
    case 'least-latency':
      return fastestFirst(r, candidates);
    case 'adaptive':
      return adaptively(r, candidates);
  }
}

function byWeight(r: PlanRequest, candidates: PlanCandidate[], excluded: Excluded[]): Choice[] {
  const left = candidates.filter((c) => c.weight > 0);
  for (const c of candidates) if (c.weight <= 0) excluded.push({ id: c.id, code: 'no-weight', message: 'its weight is 0' });
  const code = left.length === 1 ? 'only' : 'weight';
  const order: Choice[] = [];
  for (let c = pickByWeight(left, r.random()); c; c = pickByWeight(left, r.random())) {
    order.push(choice(c, r, order.length === 0 ? code : 'next'));
    left.splice(left.indexOf(c), 1);
    if (left.length === 0) break;
  }
  return order;
}

interface Scored {
  of: PlanCandidate;
  own: Choice;
  score: number;
}

/** Lowest first; equals in the order in which they are written. */
function scored(r: PlanRequest, candidates: PlanCandidate[], code: ChoiceCode, by: (own: Choice, c: PlanCandidate) => number): Scored[] {
  const list = candidates.map((of) => {
    const own = choice(of, r, 'next');
    const value = by(own, of);
    own.score = Number.isFinite(value) ? value : null;
    return { of, own, score: value };
  });
  list.sort((a, b) => (a.score === b.score ? 0 : a.score - b.score));
  const [first] = list;
  if (first) first.own.code = list.length === 1 ? 'only' : code;
  return list;
}

/** So many calls go to a newcomer without knowing it; any more wait for what those show. */
const isNew = (h: Health): boolean => h.answers < NEW;
const isCrowdedNewcomer = (h: Health): boolean => isNew(h) && h.answers + h.inflight >= NEW;

function fastestFirst(r: PlanRequest, candidates: PlanCandidate[]): Choice[] {
  const list = scored(r, candidates, 'fastest', (own, c) => (isCrowdedNewcomer(c.health) ? Number.MAX_SAFE_INTEGER : (own.latencyMs ?? 1)));
  const best = list[0];
  if (!best) return [];
  const looked = toExplore(r, list);
  if (looked) return withFirst(list, looked, 'explored', null);
  return list.map(({ own }) => own);
}

/**
 * Power of two choices (Mitzenmacher 2001) with sharpened draws: two are drawn, the better ones likelier, and the lower score
 * takes the call. Near equals share the traffic, so that many gateways do not all run to the same one; those who are clearly
 * worse are left alone but for the look at stale ones.
 */
function adaptively(r: PlanRequest, candidates: PlanCandidate[]): Choice[] {
  const list = scored(r, candidates, 'lower-of-two', () => 0);
  const known = standIns(list.map(({ own }) => own));
  for (const s of list) {
    s.score = score(s.own, r.adaptive, known) * (isCrowdedNewcomer(s.of.health) && s.own.latencyMs === null ? 10 : 1);
    s.own.score = s.score;
    s.own.code = 'next';
  }
  list.sort((a, b) => a.score - b.score);
  const best = list[0];
  if (!best) return [];
  if (list.length === 1) return withFirst(list, best, 'only', null);
  const looked = toExplore(r, list);
  if (looked) return withFirst(list, looked, 'explored', best);
  const one = draw(list, null, best.score, r.random());
  const two = draw(list, one, best.score, r.random());
  const [winner, loser] = one.score <= two.score ? [one, two] : [two, one];
  return withFirst(list, winner, 'lower-of-two', loser);
}

function draw(list: readonly Scored[], but: Scored | null, best: number, point: number): Scored {
  let total = 0;
  for (const s of list) if (s !== but) total += (best / s.score) ** SHARPNESS;
  let rest = point * total;
  let last: Scored | undefined;
  for (const s of list) {
    if (s === but) continue;
    last = s;
    rest -= (best / s.score) ** SHARPNESS;
    if (rest < 0) return s;
  }
  return last ?? (list[0] as Scored);
}

/** Seldom, one that is not the best and of which nothing was heard for a while. */
function toExplore(r: PlanRequest, list: readonly Scored[]): Scored | null {
  let point = r.random();
  const best = list[0]?.score ?? 0;
  for (const s of list.slice(1)) {
    const { seenAt, inflight } = s.of.health;
    if (inflight > 0 || (seenAt !== null && r.now - seenAt < STALE_MS)) continue;
    point -= EXPLORED * (best / s.score);
    if (point < 0) return s;
  }
  return null;
}

function withFirst(list: readonly Scored[], first: Scored, code: ChoiceCode, against: Scored | null): Choice[] {
  for (const s of list) s.own.code = 'next';
  first.own.code = code;
  first.own.against = against?.own ?? null;
  return [first.own, ...list.filter((s) => s !== first).map(({ own }) => own)];
}
