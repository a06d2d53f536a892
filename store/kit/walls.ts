import { ancestors, type Ctx, PUBLIC_TENANT } from '#core/shared/scope.js';

type Filter = Record<string, unknown>;

/** Readers see their scope, what lies below and what stands above it; writers only their scope and below. */
export function walls(ctx: Ctx, write: boolean, shared: boolean): Filter {
  if (!ctx.tenant || typeof ctx.tenant !== 'string') throw new Error('a store call without a tenant');
  const tenant = shared && !write ? { $in: [ctx.tenant, PUBLIC_TENANT] } : ctx.tenant;
  if (ctx.scope === '') return { tenant };
  const below = { scope: { $gte: `${ctx.scope}/`, $lt: `${ctx.scope}0` } }; // '0' follows '/'
  const at = write ? [ctx.scope] : ancestors(ctx.scope);
  return { tenant, $or: [{ scope: { $in: at } }, below] };
}

/** `id` in a filter is the id within the tenant. */
export function named(ctx: Ctx, filter: Filter, shared: boolean): Filter {
  const { id, ...rest } = plain(filter);
  if (id === undefined) return rest;
  if (typeof id !== 'string') throw new Error('a record id is a string');
  return { ...rest, _id: { $in: [`${ctx.tenant}/${id}`, ...(shared ? [`${PUBLIC_TENANT}/${id}`] : [])] } };
}

/** An undefined filter value would reach the server as null and match records without the field: refuse it. */
export function plain(filter: Filter): Filter {
  for (const [k, v] of Object.entries(filter)) if (v === undefined) throw new Error(`undefined value for ${k} in a store call`);
  return filter;
}
