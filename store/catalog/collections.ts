import { z } from 'zod';
import { alias, governance as governanceFields, modelVersion, offeringRecord } from '#core/catalog/schema.js';
import { collection, type Stored } from '../kit/collection.js';

/** Who offers which model: the seeded ones of the public tenant, and each tenant's own. */
export const offerings = collection({
  name: 'offerings',
  writer: 'api',
  schema: offeringRecord,
  shared: true,
  indexes: [{ key: { tenant: 1, model: 1 } }],
});
export type StoredOffering = Stored<typeof offeringRecord>;

const versionFields = modelVersion.extend({ modelId: z.string() });
/** Immutable versions; id `<model>@<version>`. Only `status` and `successor` ever change. */
export const modelVersions = collection({
  name: 'modelVersions',
  writer: 'api',
  schema: versionFields,
  shared: true,
  indexes: [{ key: { tenant: 1, modelId: 1 } }],
});
export type StoredVersion = Stored<typeof versionFields>;
export const versionId = (modelId: string, version: string): string => `${modelId}@${version}`;

/** Movable names of versions; id `<model>@<alias>`. Always a tenant's own, also on seeded models. The gateway reads them. */
export const modelAliases = collection({
  name: 'modelAliases',
  writer: 'api',
  schema: alias.extend({ modelId: z.string() }),
  indexes: [{ key: { tenant: 1, modelId: 1 } }],
});
export const aliasId = (modelId: string, alias: string): string => `${modelId}@${alias}`;

/** What a tenant has decided about a seeded model; id is the model's. */
export const governance = collection({ name: 'governance', writer: 'api', schema: governanceFields });
