import { limitRecord } from '#core/limit/schema.js';
import { collection, type Stored } from './kit/collection.js';

/** Limits of calls; id = name, scope of the key that made it. */
export const limits = collection({
  name: 'limits',
  writer: 'api',
  schema: limitRecord,
  indexes: [{ key: { tenant: 1, per: 1, match: 1 } }],
});
export type StoredLimit = Stored<typeof limitRecord>;
