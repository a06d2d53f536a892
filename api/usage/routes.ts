import type { usageContracts } from '#core/metric/contract.js';
import { usageEvents } from '#store/usage.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

export function usageRoutes(deps: ApiDeps): Handlers<keyof typeof usageContracts> {
  return {
    'usage.list': async ({ ctx, query }) => {
      const filter = {
        ...(query.environment ? { environment: query.environment } : {}),
        ...(query.deployment ? { deployment: query.deployment } : {}),
        ...(query.status ? { status: { $in: query.status } } : {}),
      };
      const page = await usageEvents(deps.store).find(ctx, filter, { sort: ['at', -1], limit: query.limit, cursor: query.cursor });
      return { events: page.items, ...(page.next ? { next: page.next } : {}) };
    },
  };
}
