import { costBound, type Demand, tokenBound } from '#core/cost/bound.js';
import type { UsageEvent } from '#core/metric/schema.js';
import type { Operation } from '#adapters/providers/provider.js';
import { topLevelMembers } from '../json/scan.js';
import { upstreamBody } from '../json/splice.js';
import { demandOf } from '../usage/demand.js';
import type { Deps } from './deps.js';
import type { ParsedCall } from './parse.js';
import { priceOf } from './pricing.js';
import type { Target } from './targets.js';

/** What an event says of the cost of a call whose end nobody saw. */
export type LostBound = Pick<UsageEvent, 'cost' | 'priceVersion' | 'usageSource'>;
const UNKNOWN: LostBound = { cost: null, priceVersion: null, usageSource: null };

/**
 * The most that a call costs at the dearest of the targets that it may come to, in nano-dollars at the prices of `now`: stands in
 * the start line, and in the event when the gateway dies before the end. `cost` is null when one of the targets has no price, or
 * the call no bound there. Of a hedged call it bounds the answer that the caller would have had, not the one that came too late.
 * @param targets that may be tried, first one first; one at least
 */
export function lostBound(
  deps: Pick<Deps, 'memory'>,
  operation: Operation,
  parsed: ParsedCall,
  targets: readonly Target[],
  now: number,
): LostBound {
  let asked: Demand | undefined;
  let most: LostBound | undefined;
  for (const target of targets) {
    const { modelId, parameters, upstreamModel } = target.revision;
    const price = priceOf(deps, target, operation, now);
    let bound: LostBound;
    if (price.kind === 'unpriced') return UNKNOWN;
    if (price.kind === 'free') bound = { cost: 0, priceVersion: null, usageSource: 'bound' };
    else if (price.kind === 'flat') bound = { cost: price.nano, priceVersion: 'flat', usageSource: 'bound' };
    else {
      const demand = hasOwnMembers(parameters)
        ? ofBody(operation, upstreamBody(parsed.body, parsed.members, upstreamModel, parameters))
        : (asked ??= demandOf(operation, parsed.body, parsed.members));
      const offering = deps.memory.offering(target.live.route.tenant, modelId);
      const limits = { contextWindow: offering?.contextWindow ?? null, outputLimit: offering?.maxTokens ?? null, upstreamModel };
      const cost = costBound(demand, tokenBound(demand, limits), price.price);
      if (cost === null) return UNKNOWN;
      bound = { cost, priceVersion: price.price.version, usageSource: 'bound' };
    }
    if (!most || (bound.cost ?? 0) > (most.cost ?? 0)) most = bound;
  }
  return most ?? UNKNOWN;
}

const ofBody = (operation: Operation, body: Buffer): Demand => demandOf(operation, body, topLevelMembers(body));
function hasOwnMembers(o: object): boolean {
  for (const _ in o) return true;
  return false;
}
