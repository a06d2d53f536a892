import { blendedPrice, type Entry } from './entry.js';
import type { CatalogQuery } from './schema.js';

/** Place of an offering in an order: values to compare one after the other; the id decides at the end. */
export type Place = readonly (string | number | null)[];
export interface Order {
  /** names the order, so that a cursor of another one is told */
  name: string;
  place(e: Entry): Place;
  compare(a: Place, b: Place): number;
}

const DEFAULT_DIRECTION = { relevance: 'desc', name: 'asc', newest: 'desc', price: 'asc', context: 'desc' } as const;

/** The order that a query asks for. Without words nothing is more relevant, so the newest come first. */
export function orderOf(q: CatalogQuery, rankOf: ((id: string) => number) | undefined, nowMs: number): Order {
  const wanted = q.sort ?? (rankOf ? 'relevance' : 'newest');
  const sort = wanted === 'relevance' && !rankOf ? 'newest' : wanted;
  const order = q.order ?? DEFAULT_DIRECTION[sort];
  const sign = order === 'asc' ? 1 : -1;
  const keys = (e: Entry): (string | number | null)[] => {
    if (sort === 'relevance') return [rankOf?.(e.id) ?? 0, e.releasedOn];
    if (sort === 'name') return [e.sortName];
    if (sort === 'newest') return [e.releasedOn];
    return [sort === 'price' ? blendedPrice(e, nowMs) : e.record.contextWindow];
  };
  return {
    name: `${sort}:${order}`,
    place: (e) => [...keys(e), e.id],
    compare(a, b) {
      const last = Math.max(a.length, b.length) - 1;
      for (let i = 0; i < last; i++) {
        const c = compareValues(a[i] ?? null, b[i] ?? null, sign);
        if (c !== 0) return c;
      }
      return compareValues(a[last] ?? null, b[last] ?? null, 1);
    },
  };
}

/** What has no value comes last in both directions. */
function compareValues(a: string | number | null, b: string | number | null, sign: 1 | -1): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}
