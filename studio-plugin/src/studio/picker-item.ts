import type { CatalogModel } from '#core/catalog/schema.js';
import type { Recent } from './recents.js';

/** A row of the picker; a recent one has no model until the catalog is asked. */
export interface PickerItem {
  id: string;
  name: string;
  providerName: string;
  model?: CatalogModel;
}
export interface PickerGroup {
  value: string;
  items: PickerItem[];
}

/** Recents first while nothing is typed, then by provider in the order of the answer. No row stands twice. */
export function groupsOf(models: readonly CatalogModel[], recents: readonly Recent[]): PickerGroup[] {
  const byId = new Map(models.map((m) => [m.id, m]));
  const first = recents.map((r) => {
    const model = byId.get(r.id);
    return { ...r, ...(model ? { model } : {}) };
  });
  const taken = new Set(recents.map((r) => r.id));
  const groups = new Map<string, PickerItem[]>();
  for (const model of models) {
    if (taken.has(model.id)) continue;
    const list = groups.get(model.providerName) ?? [];
    list.push({ id: model.id, name: model.name, providerName: model.providerName, model });
    groups.set(model.providerName, list);
  }
  return [...(first.length > 0 ? [{ value: 'Recent', items: first }] : []), ...[...groups].map(([value, items]) => ({ value, items }))];
}
