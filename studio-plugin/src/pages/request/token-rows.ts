import type { PriceBookEntry } from '#core/catalog/schema.js';
import { compilePrices, costAt, type Rates, ratesFor } from '#core/cost/price.js';
import type { UsageEvent } from '#core/metric/schema.js';
import { NO_TOKENS, TOKEN_CLASSES, type TokenClass } from '#core/metric/tokens.js';

export interface TokenRow {
  tokenClass: TokenClass;
  tokens: number | null;
  /** nano-dollars per million tokens, and for these tokens; null when there is no price or it is not known here */
  price: number | null;
  cost: number | null;
}

/** The rates that this call was priced at, as far as the price book still has them. */
export function ratesOf(e: UsageEvent, book: readonly PriceBookEntry[] | undefined): Rates | null {
  if (book === undefined || e.priceVersion === null) return null;
  const price = compilePrices(book).at(Date.parse(e.at));
  return price !== null && price.version === e.priceVersion ? ratesFor(e, price) : null;
}

/** Each class that the call used, and input and output even when nobody said; by the rules that priced the call. */
export function tokenRows(e: UsageEvent, rates: Rates | null): TokenRow[] {
  return TOKEN_CLASSES.flatMap((c, i) => {
    const tokens = e[c];
    if ((tokens ?? 0) === 0 && c !== 'inputTokens' && c !== 'outputTokens') return [];
    const whole = rates?.whole[i] ?? -1;
    const price = whole < 0 ? null : whole * 1_000_000 + (rates?.millionths[i] ?? 0);
    const cost = rates === null || tokens === null ? null : costAt({ ...NO_TOKENS, [c]: tokens }, rates);
    return [{ tokenClass: c, tokens, price, cost }];
  });
}
