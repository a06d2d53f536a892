import type { DynamicRule } from './schema.js';

/** Whether a rule is in force, and since when its signal has been calm (ms, the caller's clock; null: it is not). */
export interface DynamicState {
  tight: boolean;
  calmSince: number | null;
}
const RELAXED: DynamicState = { tight: false, calmSince: null };
const CALM_SHARE = 0.8;

/**
 * One step of a rule: above `threshold` it tightens at once; it relaxes when the signal has been at or below 80 % of the
 * threshold for `relaxAfterSeconds` without a break. Between the two nothing changes, so that a signal at the threshold does
 * not make the limit flap.
 * @param value of the signal; null: there was nothing to measure, which is calm
 * @param now ms; a clock that goes back only makes a tight rule relax later
 */
export function nextState(rule: DynamicRule, state: DynamicState = RELAXED, value: number | null, now: number): DynamicState {
  if (value !== null && value > rule.threshold) return state.tight && state.calmSince === null ? state : { tight: true, calmSince: null };
  if (!state.tight) return state;
  if (value !== null && value > rule.threshold * CALM_SHARE) return state.calmSince === null ? state : { tight: true, calmSince: null };
  const since = state.calmSince === null ? now : Math.min(state.calmSince, now);
  if (now - since >= rule.relaxAfterSeconds * 1000) return RELAXED;
  return since === state.calmSince ? state : { tight: true, calmSince: since };
}

/** The smallest factor of the rules in force: rules do not multiply. 1 when none is. */
export function factorOf(rules: readonly DynamicRule[], states: readonly (DynamicState | undefined)[]): number {
  return rules.reduce((factor, rule, i) => (states[i]?.tight ? Math.min(factor, rule.factor) : factor), 1);
}
