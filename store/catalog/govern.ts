import type { Governance } from '#core/catalog/schema.js';
import { badField, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { audited } from '../audit.js';
import type { Store } from '../kit/connect.js';
import { governance, modelVersions, offerings, type StoredOffering, versionId } from './collections.js';
import { findModel, getModel } from './find.js';
import { getOwn, mustChange, refreshCurrent } from './own.js';

type Decided = 'securityLevel' | 'compliance' | 'status' | 'successor';
type Decision = { [K in Decided]?: NonNullable<Governance[K]> };

/** Sets what the organisation decides about a model: on the record of an own one, beside the record of a seeded one. */
export function govern(store: Store, ctx: Ctx, id: string, decision: Decision, now: Date): Promise<void> {
  return audited(store, ctx, async () => {
    const model = await getModel(store, ctx, id);
    await decide(store, ctx, model, decision, now);
    const { securityLevel, compliance } = model;
    return {
      result: undefined,
      mutation: { action: 'catalog:govern', target: `model:${id}`, before: { securityLevel, compliance }, after: decision },
    };
  });
}

/** Deprecates a model for the organisation, or one version of an own model. The successor must exist. */
export function deprecate(
  store: Store,
  ctx: Ctx,
  id: string,
  o: { version?: string | undefined; successor?: string | undefined },
  now: Date,
): Promise<void> {
  return audited(store, ctx, async () => {
    const { version, successor } = o;
    const model = version === undefined ? await getModel(store, ctx, id) : await getOwn(store, ctx, id);
    await mustFollow(store, ctx, model, version, successor);
    const decision = { status: 'deprecated' as const, ...(successor === undefined ? {} : { successor }) };
    if (version === undefined) await decide(store, ctx, model, decision, now);
    else {
      mustChange(ctx, await modelVersions(store).update(ctx, versionId(id, version), decision));
      await refreshCurrent(store, ctx, model);
    }
    return {
      result: undefined,
      mutation: {
        action: 'catalog:deprecate',
        target: `model:${version === undefined ? id : versionId(id, version)}`,
        before: { status: model.status },
        after: decision,
      },
    };
  });
}

async function mustFollow(
  store: Store,
  ctx: Ctx,
  model: StoredOffering,
  version: string | undefined,
  successor: string | undefined,
): Promise<void> {
  const known = async (v: string): Promise<boolean> =>
    (await modelVersions(store).find1(ctx, { modelId: model.id, version: v, tenant: model.tenant })) !== undefined;
  if (version !== undefined && !(await known(version))) throw badField('version', `${model.id} has no version "${version}"`);
  if (successor === undefined) return;
  if (successor === (version ?? model.id)) throw badField('successor', 'must be another one');
  if (version !== undefined && (await known(successor))) return;
  if (!(await findModel(store, ctx, successor)))
    throw badField(
      'successor',
      version === undefined
        ? `there is no model "${successor}" that you can see`
        : `"${successor}" is neither a version of ${model.id} nor a model that you can see`,
    );
}

async function decide(store: Store, ctx: Ctx, model: StoredOffering, decision: Decision, now: Date): Promise<void> {
  if (model.owner === 'tenant') return mustChange(ctx, await offerings(store).update(ctx, model.id, decision));
  const fields = { ...decision, changedAt: now.toISOString(), changedBy: ctx.actor };
  if (await governance(store).find1(ctx, { id: model.id })) return mustChange(ctx, await governance(store).update(ctx, model.id, fields));
  if (ctx.scope !== '')
    throw new HubError(
      'forbidden',
      `Your key is limited to ${ctx.scope}; decisions about a model of the shared catalog hold for the whole organisation.`,
    );
  await governance(store).insert(ctx, { ...fields, id: model.id, modelId: model.id });
}
