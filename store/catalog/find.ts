import { applyGovernance } from '#core/catalog/view.js';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import type { Store } from '../kit/connect.js';
import { governance, offerings, type StoredOffering } from './collections.js';

/** The model as this tenant has it: its own, or the seeded one under its governance; undefined when it sees neither. */
export async function findModel(store: Store, ctx: Ctx, id: string): Promise<StoredOffering | undefined> {
  const { items } = await offerings(store).find(ctx, { id }, { limit: 2 });
  const own = items.find((o) => o.owner === 'tenant');
  const found = own ?? items[0];
  if (!found || own) return found;
  return applyGovernance(found, await governance(store).find1(ctx, { id }));
}

/** Throws `not-found` when the tenant cannot see it. */
export async function getModel(store: Store, ctx: Ctx, id: string): Promise<StoredOffering> {
  const found = await findModel(store, ctx, id);
  if (!found) throw new HubError('not-found', `There is no model "${id}" that you can see; search the catalog for its id.`);
  return found;
}
