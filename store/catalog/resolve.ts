import { newestActive } from '#core/catalog/versions.js';
import { badField } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import type { Store } from '../kit/connect.js';
import { aliasId, modelAliases, modelVersions, type StoredOffering, type StoredVersion } from './collections.js';
import { findModel } from './find.js';

export interface WantedModel {
  modelId: string;
  /** a version, `@alias`, or the newest active one */
  version?: string | undefined;
  allowRestricted: boolean;
}
export interface ResolvedModel {
  offering: StoredOffering;
  version: StoredVersion;
}

/**
 * The model and version that may be deployed now. Throws with the field and what to do about it.
 */
export async function resolveModel(store: Store, ctx: Ctx, wanted: WantedModel): Promise<ResolvedModel> {
  const offering = await findModel(store, ctx, wanted.modelId);
  if (!offering)
    throw badField('modelId', `there is no model "${wanted.modelId}" that you can see; GET /api/v1/models/catalog?q=… finds its id`);
  if (offering.status === 'deprecated')
    throw badField('modelId', `"${wanted.modelId}" is deprecated; ${instead(offering.successor, 'another model')}`);
  if (offering.securityLevel === 'restricted' && !wanted.allowRestricted)
    throw badField(
      'modelId',
      `"${wanted.modelId}" is restricted in your organisation; ask for the permission catalog:govern, or for an administrator to deploy it`,
    );
  const { items } = await modelVersions(store).find(ctx, { modelId: offering.id, tenant: offering.tenant });
  const version = await pick(store, ctx, offering, items, wanted.version);
  if (version.status === 'deprecated')
    throw badField(
      'version',
      `version "${version.version}" of ${offering.id} is deprecated; ${instead(version.successor, 'another version')}`,
    );
  return { offering, version };
}

const instead = (successor: string | undefined, other: string): string => (successor ? `use its successor "${successor}"` : `use ${other}`);

async function pick(
  store: Store,
  ctx: Ctx,
  o: StoredOffering,
  versions: StoredVersion[],
  wanted: string | undefined,
): Promise<StoredVersion> {
  if (wanted === undefined) {
    const newest = newestActive(versions);
    if (!newest) throw badField('version', `${o.id} has no active version; add one, or name one`);
    return newest;
  }
  const name = wanted.startsWith('@') ? await versionOfAlias(store, ctx, o.id, wanted.slice(1)) : wanted;
  const found = versions.find((v) => v.version === name);
  if (found) return found;
  const elsewhere = await modelVersions(store).find1(ctx, { version: name });
  const known = versions.map((v) => v.version).join(', ');
  if (elsewhere) throw badField('version', `"${name}" is a version of ${elsewhere.modelId}, not of ${o.id}; use one of ${known}`);
  throw badField('version', `${o.id} has no version "${name}"; use one of ${known}`);
}

async function versionOfAlias(store: Store, ctx: Ctx, modelId: string, alias: string): Promise<string> {
  const found = await modelAliases(store).find1(ctx, { id: aliasId(modelId, alias) });
  if (!found) throw badField('version', `${modelId} has no alias "@${alias}"; PUT /api/v1/models/{id}/aliases/{alias} sets one`);
  return found.version;
}
