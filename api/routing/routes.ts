import type { routingContracts } from '#core/routing/contract.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';
import { explainRoutes } from './explain.js';
import { policyRoutes } from './policies.js';
import { settingsRoutes } from './settings.js';

export const routingRoutes = (deps: ApiDeps): Handlers<keyof typeof routingContracts> => ({
  ...policyRoutes(deps),
  ...settingsRoutes(deps),
  ...explainRoutes(deps),
});
