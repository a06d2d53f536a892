import type { z } from 'zod';
import type { alias as aliasSchema } from '#core/catalog/schema.js';
import { badField, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { audited } from '../audit.js';
import type { Store } from '../kit/connect.js';
import { aliasId, modelAliases, modelVersions } from './collections.js';
import { getModel } from './find.js';
import { mustChange } from './own.js';

type AliasView = z.output<typeof aliasSchema>;
const viewOf = ({ alias, version, movedAt, movedBy }: AliasView): AliasView => ({ alias, version, movedAt, movedBy });

/** `expected` is the version that the caller believes it names; `''` when it believes there is no such alias yet. */
export interface AliasMove {
  modelId: string;
  alias: string;
  version: string;
  expected?: string | undefined;
}

/** Points an alias at a version, at once for everybody. Throws `stale-state` with the current alias when it is not `expected`. */
export function moveAlias(store: Store, ctx: Ctx, move: AliasMove, now: Date): Promise<AliasView> {
  return audited(store, ctx, async () => {
    const { modelId, alias, version, expected } = move;
    const model = await getModel(store, ctx, modelId);
    const known = await modelVersions(store).find1(ctx, { modelId, version, tenant: model.tenant });
    if (!known) throw badField('version', `${modelId} has no version "${version}"; GET /api/v1/models/{id} lists its versions`);
    const all = modelAliases(store);
    const id = aliasId(modelId, alias);
    const current = await all.find1(ctx, { id });
    if (expected !== undefined && expected !== (current?.version ?? '')) throw moved(alias, current);
    const next = { alias, version, movedAt: now.toISOString(), movedBy: ctx.actor };
    // the alias of an own model stands where the model stands, that of a seeded one is the whole organisation's
    if (!current) await all.insert(ctx, { ...next, modelId, id, scope: model.owner === 'tenant' ? model.scope : '' });
    else if (!(await all.update(ctx, id, next, { version: current.version }))) mustChange(ctx, false);
    return {
      result: next,
      mutation: { action: 'catalog:alias', target: `alias:${id}`, ...(current ? { before: viewOf(current) } : {}), after: next },
    };
  });
}

const moved = (alias: string, current: AliasView | undefined): HubError =>
  new HubError(
    'stale-state',
    current ? `"${alias}" now names version ${current.version}; look again before you move it.` : `There is no alias "${alias}" any more.`,
    {
      members: { current: current ? viewOf(current) : null },
    },
  );

/** Removes an alias; throws `not-found` when there is none. */
export function dropAlias(store: Store, ctx: Ctx, modelId: string, alias: string): Promise<void> {
  return audited(store, ctx, async () => {
    await getModel(store, ctx, modelId);
    const current = await modelAliases(store).get(ctx, aliasId(modelId, alias));
    mustChange(ctx, await modelAliases(store).remove(ctx, current.id));
    return { result: undefined, mutation: { action: 'catalog:alias', target: `alias:${current.id}`, before: viewOf(current) } };
  });
}
