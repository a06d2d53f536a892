import { costPer1kTokens } from './price.js';
import type { Ranked } from './rank.js';
import type { Facet, OfferingRecord } from './schema.js';
import { tokenize } from './tokens.js';

/** An offering made ready for search, filters and facets: what a query would compute again and again is computed once. */
export interface Entry extends Ranked {
  id: string;
  scope: string;
  record: OfferingRecord;
  facets: Record<Facet, readonly string[]>;
  /** prices by the time from which they are in force, oldest first; null where unpriced */
  book: readonly { fromMs: number; input: number | null; blended: number | null }[];
  /** lower-case name, for sorting */
  sortName: string;
  releasedOn: string;
}

/** @param served how many offerings there are of its model */
export function entryOf(id: string, scope: string, record: OfferingRecord, served = 1): Entry {
  const nameWords = tokenize(`${record.name} ${record.upstreamModel}`);
  return {
    id,
    scope,
    record,
    nameWords,
    modelWords: tokenize(record.model),
    idWords: tokenize(record.upstreamModel),
    providerWords: tokenize(`${record.provider} ${record.providerName}`),
    words: new Set([...nameWords, ...tokenize(`${record.provider} ${record.providerName} ${record.family ?? ''} ${record.maker ?? ''}`)]),
    firstParty: record.owner === 'tenant' || record.provider === record.maker,
    active: record.status === 'active',
    served,
    facets: {
      provider: [record.provider],
      modelType: [record.modelType],
      capability: record.capabilities,
      task: record.supportedTasks,
      status: [record.status],
      securityLevel: [record.securityLevel],
      compliance: record.compliance,
      modality: [...new Set([...record.modalities.input, ...record.modalities.output])],
      owner: [record.owner],
    },
    book: record.priceBook
      .map(({ effectiveFrom, prices }) => ({
        fromMs: Date.parse(effectiveFrom),
        input: prices.input === undefined ? null : prices.input / 1e9,
        blended: costPer1kTokens(prices),
      }))
      .sort((a, b) => a.fromMs - b.fromMs),
    sortName: record.name.toLowerCase(),
    releasedOn: record.releasedOn ?? '',
  };
}

const inForce = (e: Entry, nowMs: number): Entry['book'][number] | undefined => e.book.findLast((b) => b.fromMs <= nowMs);

/** Dollars per million input tokens in force; null when unpriced. */
export const inputPrice = (e: Entry, nowMs: number): number | null => inForce(e, nowMs)?.input ?? null;

/** What `sort=price` goes by. */
export const blendedPrice = (e: Entry, nowMs: number): number | null => inForce(e, nowMs)?.blended ?? null;
