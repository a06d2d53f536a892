import type { usageContracts } from '#core/metric/contract.js';
import { usageEvents } from '#store/usage.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

/** filters that name one value */
const EXACT = ['id', 'environment', 'deployment', 'policy', 'modelId', 'provider', 'key', 'user', 'workflow'] as const;

export function usageRoutes(deps: ApiDeps): Handlers<keyof typeof usageContracts> {
  const events = usageEvents(deps.store);
  return {
    'usage.list': async ({ ctx, query }) => {
      const { status, from, to, limit, cursor } = query;
      // stored times are UTC, so that their order is that of their text
      const at = { ...(from ? { $gte: utc(from) } : {}), ...(to ? { $lt: utc(to) } : {}) };
      const filter = {
        ...Object.fromEntries(EXACT.flatMap((f) => (query[f] === undefined ? [] : [[f, query[f]]]))),
        ...(status ? { status: { $in: status } } : {}),
        ...(from || to ? { at } : {}),
      };
      const page = await events.find(ctx, filter, { sort: ['at', -1], limit, cursor });
      return { events: page.items, ...(page.next ? { next: page.next } : {}) };
    },
    'usage.get': ({ ctx, params }) => events.get(ctx, params.id),
  };
}

const utc = (time: string): string => new Date(time).toISOString();
