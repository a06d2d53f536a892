import { assertWritable } from '../kit/walls.js';
import { audited } from '#store/audit.js';
import { deployments } from '#store/deployment.js';
import { gatewaySettings, type StoredSettings } from '#store/gateway-settings.js';
import { deploymentId } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

export function settingsRoutes(deps: ApiDeps): Handlers<'gatewaySettings.get' | 'gatewaySettings.put'> {
  const { store } = deps;
  const all = gatewaySettings(store);
  const viewOf = (s: StoredSettings | undefined) =>
    s
      ? {
          unpriced: s.unpriced,
          ...(s.flatNano === undefined ? {} : { flatNano: s.flatNano }),
          ...(s.payloadLog === undefined ? {} : { payloadLog: s.payloadLog }),
          updatedAt: s.updatedAt,
          updatedBy: s.updatedBy,
        }
      : { unpriced: 'allow' as const, updatedAt: null, updatedBy: null };
  return {
    'gatewaySettings.get': async ({ ctx, params }) => {
      const id = deploymentId(params.environment, params.name);
      await deployments(store).get(ctx, id);
      return viewOf(await all.find1(ctx, { id }));
    },
    'gatewaySettings.put': async ({ ctx, params, body }) => {
      const id = deploymentId(params.environment, params.name);
      return await audited(store, ctx, async () => {
        const { scope } = await deployments(store).get(ctx, id);
        assertWritable(ctx, scope, `The deployment ${id}`);
        const before = await all.find1(ctx, { id });
        const after = viewOf(
          await all.put(ctx, { ...body, ...params, id, scope, updatedAt: deps.now().toISOString(), updatedBy: ctx.actor }),
        );
        const change = { ...(before ? { before: viewOf(before) } : {}), after };
        return {
          result: after,
          mutation: { action: 'routing:write', target: `deployment:${id}`, ...change, note: 'gateway settings', scope },
        };
      });
    },
  };
}
