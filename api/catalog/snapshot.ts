import { type Entry, entryOf } from '#core/catalog/entry.js';
import type { Governance } from '#core/catalog/schema.js';
import { applyGovernance } from '#core/catalog/view.js';
import { PUBLIC_TENANT } from '#core/shared/scope.js';
import { governance, offerings, type StoredOffering } from '#store/catalog/collections.js';
import { seedInForce } from '#store/catalog/seed.js';
import type { Store } from '#store/kit/connect.js';
import { TextSearch } from './search.js';

type Entries = ReadonlyMap<string, Entry>;
/** What one tenant sees: all entries by id, and text search over them. */
export interface TenantView {
  entries: Entries;
  providerNames: ReadonlyMap<string, string>;
  find(words: readonly string[]): Map<string, number>;
}
/** The seeded part: the same for everybody until another seed is loaded. */
interface Shared {
  seed: string | undefined;
  entries: Entries;
  text: TextSearch;
}
/** The whole catalog at one time, split by tenant. */
export interface Snapshot {
  shared: Shared;
  of(tenant: string): TenantView;
}

const WHY = 'the search index serves all tenants and keeps them apart itself';

/** Reads what may have changed since `before`. A tenant's view is made when it first asks. */
export async function loadSnapshot(store: Store, before: Snapshot | undefined): Promise<Snapshot> {
  // read before the records: while a seed is being loaded there is none, and nothing is taken for final
  const seed = await seedInForce(store);
  const shared = before && seed !== undefined && before.shared.seed === seed ? before.shared : await loadShared(store, seed);
  const [records, overlays] = await Promise.all([
    offerings(store).acrossTenants(WHY, { tenant: { $ne: PUBLIC_TENANT } }),
    governance(store).acrossTenants(WHY),
  ]);
  const own = byTenant(records);
  const decided = byTenant(overlays);
  const views = new Map<string, TenantView>();
  return {
    shared,
    of(tenant) {
      const known = views.get(tenant) ?? viewOf(shared, own.get(tenant) ?? [], decided.get(tenant) ?? []);
      views.set(tenant, known);
      return known;
    },
  };
}

async function loadShared(store: Store, seed: string | undefined): Promise<Shared> {
  const entries = entriesOf(await offerings(store).acrossTenants(WHY, { tenant: PUBLIC_TENANT }));
  return { seed, entries, text: new TextSearch(entries) };
}

function viewOf(shared: Shared, own: StoredOffering[], decided: (Governance & { id: string })[]): TenantView {
  const entries = new Map(shared.entries);
  for (const g of decided) {
    const e = shared.entries.get(g.id);
    if (e) entries.set(g.id, entryOf(e.id, e.scope, applyGovernance(e.record, g), e.served));
  }
  const mine = entriesOf(own);
  for (const e of mine.values()) entries.set(e.id, e);
  const providerNames = new Map([...entries.values()].map((e) => [e.record.provider, e.record.providerName]));
  if (mine.size === 0) return { entries, providerNames, find: (words) => shared.text.find(words) };
  const text = new TextSearch(mine);
  return { entries, providerNames, find: (words) => new Map([...shared.text.find(words), ...text.find(words)]) };
}

function entriesOf(list: StoredOffering[]): Map<string, Entry> {
  const served = new Map<string, number>();
  for (const o of list) served.set(o.model, (served.get(o.model) ?? 0) + 1);
  return new Map(list.map((o) => [o.id, entryOf(o.id, o.scope, o, served.get(o.model))]));
}

function byTenant<T extends { tenant: string }>(records: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const r of records) groups.set(r.tenant, [...(groups.get(r.tenant) ?? []), r]);
  return groups;
}
