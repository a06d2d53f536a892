import type { Entry } from '#core/catalog/entry.js';
import { filterAndCount, wantedOf, withinLimits } from '#core/catalog/filter.js';
import { orderOf } from '#core/catalog/order.js';
import { pageOf } from '#core/catalog/page.js';
import type { CatalogQuery, CatalogResponse } from '#core/catalog/schema.js';
import { tokenize } from '#core/catalog/tokens.js';
import { modelView } from '#core/catalog/view.js';
import { type Ctx, contains } from '#core/shared/scope.js';
import type { Store } from '#store/kit/connect.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { filtersOf } from './facets.js';
import { loadSnapshot, type Snapshot, type TenantView } from './snapshot.js';

/**
 * Search over the catalog in memory. A query sees every change that was told before it, its own writer's too: what changes
 * is read again by the next query (a few milliseconds; the seeded part only when another seed is in force). Without a
 * database a query fails as `unavailable` until the catalog has been read once, and then goes on with what it knows.
 */
export class CatalogIndex {
  private readonly store: Store;
  private current: Snapshot | undefined;
  private loading: Promise<Snapshot> | undefined;
  /** changes told so far, and how many of them `current` has seen */
  private told = 0;
  private seen = 0;
  constructor(store: Store) {
    this.store = store;
  }

  /** Something has changed. Costs nothing, so that many changes may come at once; the first one also warms the index up. */
  refresh(): void {
    this.told++;
    // a failure is the next query's to report
    if (!this.current && !this.loading) this.load().catch(() => undefined);
  }

  async query(ctx: Ctx, q: CatalogQuery, now: Date): Promise<CatalogResponse> {
    const snapshot = await this.snapshot();
    return answer(snapshot.of(ctx.tenant), ctx, q, now.getTime());
  }

  private async snapshot(): Promise<Snapshot> {
    const wanted = this.told;
    try {
      // a load that began before the last change may have missed it
      while (!this.current || this.seen < wanted) await this.load();
    } catch (e) {
      if (!this.current) throw e;
    }
    return this.current;
  }

  private load(): Promise<Snapshot> {
    this.loading ??= (async () => {
      const told = this.told;
      try {
        this.current = await loadSnapshot(this.store, this.current);
        this.seen = told;
        return this.current;
      } finally {
        this.loading = undefined;
      }
    })();
    return this.loading;
  }
}

function answer(view: TenantView, ctx: Ctx, q: CatalogQuery, nowMs: number): CatalogResponse {
  const words = tokenize(q.q ?? '');
  const ranks = words.length > 0 ? view.find(words) : undefined;
  const candidates: Entry[] = [];
  const consider = (e: Entry | undefined): void => {
    if (e && visible(ctx, e) && withinLimits(e, q, nowMs)) candidates.push(e);
  };
  if (ranks) for (const id of ranks.keys()) consider(view.entries.get(id));
  else for (const e of view.entries.values()) consider(e);

  const { matching, counts } = filterAndCount(candidates, wantedOf(q));
  const order = orderOf(q, ranks && ((id) => ranks.get(id) ?? 0), nowMs);
  const after = q.cursor === undefined ? undefined : decodeCursor(q.cursor);
  const { items, next } = pageOf(matching, order, { page: q.page, limit: q.limit, after });
  return {
    models: items.map((e) => modelView(e.id, e.record, nowMs)),
    pagination: {
      ...(q.cursor === undefined ? { page: q.page ?? 1 } : {}),
      limit: q.limit,
      total: matching.length,
      ...(next ? { next: encodeCursor(next) } : {}),
    },
    filters: filtersOf(counts, matching, view.providerNames, nowMs),
  };
}

/** The store's rule for readers: what stands at, above or below the caller's scope. */
const visible = (ctx: Ctx, e: Entry): boolean => contains(ctx.scope, e.scope) || contains(e.scope, ctx.scope);
