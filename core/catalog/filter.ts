import { type Entry, inputPrice } from './entry.js';
import { type CatalogQuery, FACETS, type Facet } from './schema.js';

export type Wanted = { facet: Facet; values: ReadonlySet<string> }[];
export type Counts = Record<Facet, Map<string, number>>;

/** The facets that a query narrows; of several values of one facet any will do. */
export function wantedOf(q: CatalogQuery): Wanted {
  return FACETS.flatMap((facet) => (q[facet]?.length ? [{ facet, values: new Set(q[facet]) }] : []));
}

/** Limits that are no facets: unpriced offerings have no price below any limit. */
export function withinLimits(e: Entry, q: CatalogQuery, nowMs: number): boolean {
  if (q.minContext !== undefined && e.record.contextWindow < q.minContext) return false;
  if (q.maxPrice === undefined) return true;
  const price = inputPrice(e, nowMs);
  return price !== null && price <= q.maxPrice;
}

/**
 * Filters and counts in one pass. Each facet is counted under all filters but its own: an offering that fails no filter
 * counts everywhere, one that fails exactly one counts in that facet only, for there it is what another choice would find.
 */
export function filterAndCount<E extends Entry>(entries: Iterable<E>, wanted: Wanted): { matching: E[]; counts: Counts } {
  // cells that are found once and then counted up: half the look-ups of a map of numbers
  const cells = Object.fromEntries(FACETS.map((f) => [f, new Map<string, { n: number }>()])) as Record<Facet, Map<string, { n: number }>>;
  const count = (facet: Facet, e: Entry): void => {
    const of = cells[facet];
    for (const value of e.facets[facet]) {
      const cell = of.get(value);
      if (cell) cell.n++;
      else of.set(value, { n: 1 });
    }
  };
  const matching: E[] = [];
  for (const e of entries) {
    let failed: Facet | undefined;
    let failures = 0;
    for (const { facet, values } of wanted) {
      if (e.facets[facet].some((v) => values.has(v))) continue;
      failed = facet;
      if (++failures > 1) break;
    }
    if (failures > 1) continue;
    if (failed !== undefined) {
      count(failed, e);
      continue;
    }
    matching.push(e);
    for (const facet of FACETS) count(facet, e);
  }
  const counts = Object.fromEntries(FACETS.map((f) => [f, new Map([...cells[f]].map(([value, { n }]) => [value, n]))])) as Counts;
  return { matching, counts };
}
