import { type CallSubjects, subjectOf } from '#core/limit/claim.js';
import { type DynamicState, factorOf, nextState } from '#core/limit/dynamic.js';
import type { DynamicRule, Limit } from '#core/limit/schema.js';
import type { Signals } from './signals.js';

/**
 * The dynamic rules at work: how much of each limit applies now, by what this gateway has seen in the last minute. States are
 * kept of tightened limits only; beyond `most` of them the first one is forgotten, which relaxes it until the next call.
 */
export class Factors {
  private readonly signals: Signals;
  private readonly clock: () => number;
  private readonly most: number;
  private readonly tightened = new Map<string, (DynamicState | undefined)[]>();
  /** @param clock monotonic ms, that of `Signals.record` */
  constructor(signals: Signals, clock: () => number, most = 10_000) {
    this.signals = signals;
    this.clock = clock;
    this.most = most;
  }
  /** For `claimsOf`. */
  of = (limit: Limit, subject: string, call: CallSubjects): number => {
    const now = this.clock();
    const key = `${call.tenant}|${limit.name}|${subject}`;
    const before = this.tightened.get(key);
    const states = limit.dynamic.map((rule, i) => nextState(rule, before?.[i], this.value(rule, limit, subject, call, now), now));
    if (states.some((s) => s.tight)) {
      const first = !before && this.tightened.size >= this.most ? this.tightened.keys().next().value : undefined;
      if (first !== undefined) this.tightened.delete(first);
      this.tightened.set(key, states);
    } else if (before) this.tightened.delete(key);
    return factorOf(limit.dynamic, states);
  };
  private value(rule: DynamicRule, limit: Limit, subject: string, call: CallSubjects, now: number): number | null {
    if (rule.basedOn === 'cost') return this.signals.read(call.tenant, limit.per, subject, now)?.nanoDollars ?? null;
    const deployment = this.signals.read(call.tenant, 'deployment', subjectOf('deployment', call) ?? '', now);
    if (!deployment) return null;
    return rule.basedOn === 'usage' ? deployment.requests : deployment.failures / deployment.requests;
  }
}
