import type { Operation } from '#adapters/providers/provider.js';
import { type CompiledPrices, compilePrices, costOf, type PriceInForce } from '#core/cost/price.js';
import { NO_TOKENS } from '#core/metric/tokens.js';
import type { Deps } from './deps.js';
import type { Target } from './targets.js';

/** What a call is charged by; `free` is what costs nothing by its nature (counting tokens). */
export type CallPrice = { kind: 'priced'; price: PriceInForce } | { kind: 'flat'; nano: number } | { kind: 'unpriced' } | { kind: 'free' };
const UNPRICED: CallPrice = { kind: 'unpriced' };
const FREE: CallPrice = { kind: 'free' };
const compiled = new WeakMap<object, CompiledPrices>();

/** The price in force now. A model without one costs the flat sum that its deployment names, else nobody knows what. */
export function priceOf(deps: Pick<Deps, 'memory'>, { live, revision }: Target, operation: Operation, now: number): CallPrice {
  if (operation === 'countTokens') return FREE;
  const { tenant, environment, name } = live.route;
  const price = inForce(deps, tenant, revision.modelId, now);
  if (price) return { kind: 'priced', price };
  const settings = deps.memory.settings(tenant, environment, name);
  return settings?.unpriced === 'flat' && settings.flatNano !== undefined ? { kind: 'flat', nano: settings.flatNano } : UNPRICED;
}

/** Nano-dollars of a call with so many tokens, for comparing candidates; null when unpriced. */
export function expectedCost(
  deps: Pick<Deps, 'memory'>,
  { live, revision }: Target,
  tokens: { input: number; output: number },
  now: number,
): number | null {
  const price = inForce(deps, live.route.tenant, revision.modelId, now);
  return costOf({ ...NO_TOKENS, inputTokens: tokens.input, outputTokens: tokens.output }, price);
}

function inForce(deps: Pick<Deps, 'memory'>, tenant: string, modelId: string, now: number): PriceInForce | null {
  const book = deps.memory.offering(tenant, modelId)?.priceBook;
  if (!book || book.length === 0) return null;
  let prices = compiled.get(book);
  if (!prices) compiled.set(book, (prices = compilePrices(book)));
  return prices.at(now);
}
