import { gatewayStatus, route, routeOverride } from '#core/routing/schema.js';
import { collection } from './kit/collection.js';

/** Written by a deployment's workflow only; a gateway applies a document only when its version is higher. */
export const routes = collection({
  name: 'routes',
  writer: 'workflow',
  schema: route.omit({ tenant: true, scope: true }),
  indexes: [{ key: { tenant: 1, environment: 1, name: 1 } }],
});
/** Break-glass rollbacks in force; id `<environment>/<name>`. */
export const routeOverrides = collection({
  name: 'routeOverrides',
  writer: 'api',
  schema: routeOverride.omit({ tenant: true, scope: true, id: true }).extend({ overrideId: routeOverride.shape.id }),
});
/** One record a gateway, under the tenant `system`: gateways serve all tenants. */
export const gateways = collection({ name: 'gateways', writer: 'gateway', schema: gatewayStatus.omit({ id: true }) });
export const SYSTEM = { tenant: 'system', scope: '', actor: 'system', requestId: '' };
export const deploymentId = (environment: string, name: string): string => `${environment}/${name}`;
