import type { catalogContracts } from '#core/catalog/contract.js';
import { differences } from '#core/catalog/diff.js';
import type { ModelDetail } from '#core/catalog/schema.js';
import { badField } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { dropAlias, moveAlias } from '#store/catalog/aliases.js';
import { modelVersions, type StoredVersion } from '#store/catalog/collections.js';
import { getModel } from '#store/catalog/find.js';
import { deprecate, govern } from '#store/catalog/govern.js';
import { addVersion, registerOwn } from '#store/catalog/own.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';
import { modelDetail } from './detail.js';

export function catalogRoutes(deps: ApiDeps): Handlers<keyof typeof catalogContracts> {
  const { store, catalog } = deps;
  const detail = (ctx: Ctx, id: string): Promise<ModelDetail> => modelDetail(store, ctx, id, deps.now());
  /** The answer after a change; the next search sees it too. */
  const changed = (ctx: Ctx, id: string): Promise<ModelDetail> => {
    catalog.refresh();
    return detail(ctx, id);
  };
  return {
    'models.catalog': ({ ctx, query }) => catalog.query(ctx, query, deps.now()),
    'models.get': ({ ctx, params }) => detail(ctx, params.id),
    'models.register': async ({ ctx, body }) => {
      await registerOwn(store, ctx, body, deps.now());
      return await changed(ctx, body.id);
    },
    'models.addVersion': async ({ ctx, params, body }) => {
      await addVersion(store, ctx, params.id, body, deps.now());
      return await changed(ctx, params.id);
    },
    'models.deprecate': async ({ ctx, params, body }) => {
      await deprecate(store, ctx, params.id, body, deps.now());
      return await changed(ctx, params.id);
    },
    'models.govern': async ({ ctx, params, body }) => {
      const decision = {
        ...(body.securityLevel === undefined ? {} : { securityLevel: body.securityLevel }),
        ...(body.compliance === undefined ? {} : { compliance: body.compliance }),
      };
      await govern(store, ctx, params.id, decision, deps.now());
      return await changed(ctx, params.id);
    },
    'models.moveAlias': ({ ctx, params, body }) => moveAlias(store, ctx, { modelId: params.id, alias: params.alias, ...body }, deps.now()),
    'models.dropAlias': async ({ ctx, params }) => {
      await dropAlias(store, ctx, params.id, params.alias);
      return { ok: true as const };
    },
    'models.diff': async ({ ctx, params, query }) => {
      const { tenant } = await getModel(store, ctx, params.id);
      const { items } = await modelVersions(store).find(ctx, { modelId: params.id, tenant });
      const content = (field: 'from' | 'to'): object => contentOf(items, field, query[field]);
      return { id: params.id, from: query.from, to: query.to, changes: differences(content('from'), content('to')) };
    },
  };
}

/** What a version is, without its name and where it comes from: those always differ. */
function contentOf(versions: StoredVersion[], field: string, name: string): object {
  const found = versions.find((v) => v.version === name);
  if (!found) throw badField(field, `there is no version "${name}"; use one of ${versions.map((v) => v.version).join(', ')}`);
  const { notes, status, successor, serving, contextWindow, maxTokens, capabilities } = found;
  return { notes, status, successor, serving, contextWindow, maxTokens, capabilities };
}
