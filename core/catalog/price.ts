import type { PriceBookEntry, Prices } from './schema.js';

/** The entry with the latest effective date that has come; undefined means unpriced. */
export function priceInForce(book: readonly PriceBookEntry[], nowMs: number): PriceBookEntry | undefined {
  let best: PriceBookEntry | undefined;
  let bestFrom = Number.NEGATIVE_INFINITY;
  for (const entry of book) {
    const from = Date.parse(entry.effectiveFrom);
    // of two entries with one date the later in the book corrects the earlier
    if (from <= nowMs && from >= bestFrom) {
      best = entry;
      bestFrom = from;
    }
  }
  return best && Object.keys(best.prices).length > 0 ? best : undefined;
}

/** Dollars per thousand tokens, 3 parts input and 1 part output; a model without output prices has only input. */
export function costPer1kTokens(p: Prices | null | undefined): number | null {
  if (p?.input === undefined) return null;
  const nanoPerMillion = p.output === undefined ? p.input : (3 * p.input + p.output) / 4;
  return nanoPerMillion / 1e12;
}
