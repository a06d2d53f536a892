import { HubError } from '#core/shared/problem.js';
import { audited } from '#store/audit.js';
import { payloads } from '#store/payload.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

export function payloadRoutes({ store, now }: ApiDeps): Handlers<'usage.payload'> {
  const all = payloads(store);
  return {
    'usage.payload': ({ ctx, params: { id } }) =>
      audited(store, ctx, async () => {
        const found = await all.find1(ctx, { id });
        // the server takes up to a minute to remove what has expired
        if (!found || found.removeAt <= now())
          throw new HubError('not-found', `There is no payload of "${id}" that you can see: none was kept, or its time is over.`);
        const { scope, removeAt, ...rest } = found;
        return {
          result: { ...rest, removeAt: removeAt.toISOString() },
          mutation: { action: 'payload:read', target: `payload:${id}`, scope },
        };
      }),
  };
}
