import type { AdaptiveWeights } from './schema.js';

/** a candidate that always fails counts as one that needs this many tries */
const MOST_TRIES = 20;
/** below this share of what is left of a limit, a candidate is spared */
const SCARCE = 0.15;
const LEAST_HEADROOM = 0.01;
/** a free candidate counts as this share of the dearest, or nothing but its price would count */
const LEAST_COST = 1 / 50;

export interface Figures {
  /** for an answer of the expected length; null: nothing known */
  latencyMs: number | null;
  /** of this call, nano-dollars; null: unpriced */
  cost: number | null;
  /** share of failed calls, 0 … 1 */
  errors: number;
  /** what is left of limits and slots, 0 … 1 */
  headroom: number;
}

/** What stands in for an unknown figure; taken from the other candidates of the same choice. */
export interface StandIns {
  latencyMs: number;
  cost: number;
  dearest: number;
}

export function standIns(all: readonly Figures[]): StandIns {
  let fastest = Number.POSITIVE_INFINITY;
  let dearest = 0;
  for (const f of all) {
    if (f.latencyMs !== null && f.latencyMs < fastest) fastest = f.latencyMs;
    if (f.cost !== null && f.cost > dearest) dearest = f.cost;
  }
  // a newcomer is thought to be as fast as the fastest, so that it is tried; an unknown price is thought to be the dearest
  return { latencyMs: Number.isFinite(fastest) ? Math.max(fastest, 1) : 1, cost: dearest || 1, dearest };
}

const power = (base: number, exponent: number): number => (exponent === 1 ? base : exponent === 0 ? 1 : base ** exponent);

/**
 * latencyʷ × costʷ × (tries²)ʷ × scarcityʷ; lower is better. Unitless: only ratios mean something. `tries` is how many calls one
 * answer takes, 1 / (1 − errors); squared, for they take time and money. `scarcity` grows from 1 when a limit is nearly used up.
 */
export function score(f: Figures, w: AdaptiveWeights, s: StandIns): number {
  const cost = s.dearest === 0 ? 1 : Math.max(f.cost ?? s.cost, s.dearest * LEAST_COST);
  const tries = Math.min(MOST_TRIES, 1 / (1 - Math.min(f.errors, 0.999)));
  const scarcity = f.headroom >= SCARCE ? 1 : SCARCE / Math.max(f.headroom, LEAST_HEADROOM);
  return (
    power(Math.max(f.latencyMs ?? s.latencyMs, 1), w.latency) *
    power(cost, w.cost) *
    power(tries * tries, w.errors) *
    power(scarcity, w.headroom)
  );
}
