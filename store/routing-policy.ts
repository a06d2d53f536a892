import { routingPolicy } from '#core/routing/schema.js';
import { collection } from './kit/collection.js';

/** Names that stand for several deployments; id `<environment>/<name>`. The gateways read them. */
export const routingPolicies = collection({
  name: 'routingPolicies',
  writer: 'api',
  schema: routingPolicy,
  indexes: [{ key: { tenant: 1, environment: 1, name: 1 } }],
});
