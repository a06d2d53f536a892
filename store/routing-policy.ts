import { z } from 'zod';
import { routingPolicy } from '#core/routing/schema.js';
import { collection, type Stored } from './kit/collection.js';

const fields = z.object(routingPolicy.shape);
/** Names that stand for several deployments; id `<environment>/<name>`, scope of the key that made it. */
export const routingPolicies = collection({
  name: 'routingPolicies',
  writer: 'api',
  schema: fields,
  indexes: [{ key: { tenant: 1, environment: 1 } }],
});
export type StoredPolicy = Stored<typeof fields>;
