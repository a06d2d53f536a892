import type { registerModel, versionInput } from '#core/catalog/schema.js';
import { modelSlug } from '#core/catalog/slug.js';
import { newestActive } from '#core/catalog/versions.js';
import { HubError } from '#core/shared/problem.js';
import { type Ctx, PUBLIC_TENANT } from '#core/shared/scope.js';
import type { z } from 'zod';
import { audited } from '../audit.js';
import type { Store } from '../kit/connect.js';
import { modelVersions, offerings, type StoredOffering, versionId } from './collections.js';
import { getModel } from './find.js';

type Registration = z.output<typeof registerModel>;
type VersionInput = z.output<typeof versionInput>;

/** A model of the tenant's own with its first version. Throws `conflict` when the id is taken, also by the shared catalog. */
export function registerOwn(store: Store, ctx: Ctx, m: Registration, now: Date): Promise<void> {
  return audited(store, ctx, async () => {
    const { version, ...fields } = m;
    const known = await offerings(store).find1(ctx, { id: m.id });
    if (known) throw taken(m.id, known);
    const provider = m.id.slice(0, m.id.indexOf('/'));
    const sibling = await offerings(store).find1(ctx, { provider, tenant: PUBLIC_TENANT });
    await offerings(store).insert(ctx, {
      ...fields,
      provider,
      providerName: sibling?.providerName ?? provider,
      upstreamModel: m.id.slice(provider.length + 1),
      model: modelSlug(m.id),
      version: version.version,
      served: version.serving !== undefined,
      releasedOn: now.toISOString().slice(0, 10),
      owner: 'tenant',
    });
    await insertVersion(store, ctx, { ...fields, scope: ctx.scope }, version, now);
    return { result: undefined, mutation: { action: 'catalog:register', target: `model:${m.id}`, after: m } };
  });
}

const taken = (id: string, by: StoredOffering): HubError =>
  new HubError('conflict', `"${id}" exists already${by.owner === 'catalog' ? ' in the shared catalog' : ''}; choose another id.`, {
    errors: [{ path: 'id', message: 'is taken; choose another id' }],
  });

/** A further version of an own model. Throws `conflict` when there is one of that name: versions never change. */
export function addVersion(store: Store, ctx: Ctx, id: string, input: VersionInput, now: Date): Promise<void> {
  return audited(store, ctx, async () => {
    const model = await getOwn(store, ctx, id);
    await insertVersion(store, ctx, model, input, now);
    await refreshCurrent(store, ctx, model);
    return {
      result: undefined,
      mutation: { action: 'catalog:register', target: `model:${versionId(id, input.version)}`, after: input, scope: model.scope },
    };
  });
}

type OfModel = Pick<StoredOffering, 'id' | 'contextWindow' | 'maxTokens' | 'capabilities' | 'scope'>;
async function insertVersion(store: Store, ctx: Ctx, m: OfModel, v: VersionInput, now: Date): Promise<void> {
  const { contextWindow, maxTokens, capabilities, scope } = m;
  const fields = { modelId: m.id, createdAt: now.toISOString(), createdBy: ctx.actor, status: 'active' as const };
  await modelVersions(store).insert(ctx, {
    ...v,
    ...fields,
    contextWindow,
    maxTokens,
    capabilities,
    scope,
    id: versionId(m.id, v.version),
  });
}

/** Throws unless the model is the tenant's: the shared catalog belongs to nobody. */
export async function getOwn(store: Store, ctx: Ctx, id: string): Promise<StoredOffering> {
  const model = await getModel(store, ctx, id);
  if (model.owner === 'tenant') return model;
  throw new HubError(
    'conflict',
    `"${id}" belongs to the shared catalog, whose versions come from its provider; register a model of your own to version it.`,
    {
      errors: [{ path: 'id', message: 'is not a model of your own' }],
    },
  );
}

/** The offering shows its newest active version. */
export async function refreshCurrent(store: Store, ctx: Ctx, model: StoredOffering): Promise<void> {
  const { items } = await modelVersions(store).find(ctx, { modelId: model.id, tenant: model.tenant });
  const current = newestActive(items);
  if (current)
    mustChange(ctx, await offerings(store).update(ctx, model.id, { version: current.version, served: current.serving !== undefined }));
}

/** A record that can be read but not changed stands above the caller's scope. */
export function mustChange(ctx: Ctx, changed: boolean): void {
  if (!changed) throw new HubError('forbidden', `Your key is limited to ${ctx.scope}; this belongs to a wider scope.`);
}
