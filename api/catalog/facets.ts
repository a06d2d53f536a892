import { blendedPrice, type Entry } from '#core/catalog/entry.js';
import type { Counts } from '#core/catalog/filter.js';
import { type CatalogResponse, FACETS, type Facet } from '#core/catalog/schema.js';

type Filters = CatalogResponse['filters'];

/** Facet values with counts, most frequent first, and the ranges that the specification asks for. */
export function filtersOf(counts: Counts, matching: readonly Entry[], providerNames: ReadonlyMap<string, string>, nowMs: number): Filters {
  const sorted = (facet: Facet): [string, number][] => [...counts[facet]].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const facets = Object.fromEntries(FACETS.map((f) => [f, sorted(f).map(([value, count]) => ({ value, count }))])) as Filters['facets'];
  facets.provider = facets.provider.map((p) => ({ ...p, label: providerNames.get(p.value) ?? p.value }));
  let maxCost: number | null = null;
  for (const e of matching) {
    const cost = blendedPrice(e, nowMs);
    if (cost !== null && (maxCost === null || cost > maxCost)) maxCost = cost;
  }
  return {
    providers: facets.provider.map((p) => p.value),
    capabilities: facets.capability.map((c) => c.value),
    facets,
    // ratings and latencies are measured or absent, and nothing has been measured yet
    performance: { minRating: null, maxCost, maxLatency: null },
  };
}
