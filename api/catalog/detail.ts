import type { ModelDetail } from '#core/catalog/schema.js';
import { priceInForce } from '#core/catalog/price.js';
import { newestFirst } from '#core/catalog/versions.js';
import { modelView } from '#core/catalog/view.js';
import type { Ctx } from '#core/shared/scope.js';
import { modelAliases, modelVersions, offerings, type StoredOffering } from '#store/catalog/collections.js';
import { getModel } from '#store/catalog/find.js';
import { connections, reaches } from '#store/connection.js';
import { deployments } from '#store/deployment.js';
import type { Store } from '#store/kit/connect.js';

/** One model with everything that its page shows. */
export async function modelDetail(store: Store, ctx: Ctx, id: string, now: Date): Promise<ModelDetail> {
  const o = await getModel(store, ctx, id);
  const nowMs = now.getTime();
  const [versions, aliases, others, reachable, deployed] = await Promise.all([
    modelVersions(store).find(ctx, { modelId: id, tenant: o.tenant }),
    modelAliases(store).find(ctx, { modelId: id }),
    offerings(store).find(ctx, { model: o.model }),
    connections(store).find(ctx),
    deployments(store).find(ctx, { 'revisions.spec.modelId': id }),
  ]);
  return {
    ...modelView(id, o, nowMs),
    ...optional(o),
    priceBook: o.priceBook,
    versions: newestFirst(versions.items),
    aliases: aliases.items,
    offerings: others.items
      .filter((other) => other.id !== id)
      .map((other) => ({
        id: other.id,
        provider: other.provider,
        providerName: other.providerName,
        prices: priceInForce(other.priceBook, nowMs)?.prices ?? null,
      }))
      .sort((a, b) => (a.providerName < b.providerName ? -1 : 1)),
    // those made for the provider first: the first one is what a form offers
    connections: reachable.items
      .filter((c) => reaches(c, o.provider))
      .sort((a, b) => Number(b.provider === o.provider) - Number(a.provider === o.provider))
      .map((c) => ({ id: c.id, name: c.name, kind: c.kind })),
    deployments: deployed.items
      .filter((d) => d.revisions.some((r) => (r.state === 'stable' || r.state === 'candidate') && r.spec.modelId === id))
      .map((d) => ({ environment: d.environment, name: d.name, phase: d.phase })),
  };
}

function optional(o: StoredOffering): Partial<ModelDetail> {
  return {
    ...(o.description === undefined ? {} : { description: o.description }),
    ...(o.knowledgeCutoff === undefined ? {} : { knowledgeCutoff: o.knowledgeCutoff }),
    ...(o.docUrl === undefined ? {} : { docUrl: o.docUrl }),
    ...(o.attribution === undefined ? {} : { attribution: o.attribution }),
  };
}
