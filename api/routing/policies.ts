import { policyView, type PolicyView } from '#core/routing/contract.js';
import { assertWritable } from '../kit/walls.js';
import { audited } from '#store/audit.js';
import { deploymentId } from '#store/routing.js';
import { routingPolicies } from '#store/routing-policy.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';
import { assertPolicyStands } from './check.js';

type Ids = 'policies.list' | 'policies.get' | 'policies.put' | 'policies.delete';

export function policyRoutes(deps: ApiDeps): Handlers<Ids> {
  const { store } = deps;
  const all = routingPolicies(store);
  const viewOf = (stored: object): PolicyView => policyView.parse(stored);
  const mutation = (id: string, change: { before?: unknown; after?: unknown }, scope: string) => ({
    action: 'routing:write',
    target: `policy:${id}`,
    ...change,
    scope,
  });
  return {
    'policies.list': async ({ ctx, query }) => ({
      policies: (await all.find(ctx, query.environment ? { environment: query.environment } : {})).items.map(viewOf),
    }),
    'policies.get': async ({ ctx, params }) => viewOf(await all.get(ctx, deploymentId(params.environment, params.name))),
    'policies.put': async ({ ctx, params, body }) => {
      const input = { ...body, ...params };
      await assertPolicyStands(deps, ctx, input);
      const id = deploymentId(params.environment, params.name);
      return await audited(store, ctx, async () => {
        // seen from the whole organisation: a name that another scope has taken is not free
        const before = await all.find1({ ...ctx, scope: '' }, { id });
        if (before) assertWritable(ctx, before.scope, `The policy ${id}`);
        const at = deps.now().toISOString();
        const scope = before?.scope ?? ctx.scope;
        const after = viewOf(
          await all.put(ctx, { ...input, id, scope, createdAt: before?.createdAt ?? at, updatedAt: at, updatedBy: ctx.actor }),
        );
        return { result: after, mutation: mutation(id, { ...(before ? { before: viewOf(before) } : {}), after }, scope) };
      });
    },
    'policies.delete': async ({ ctx, params }) => {
      const id = deploymentId(params.environment, params.name);
      return await audited(store, ctx, async () => {
        const before = await all.get(ctx, id);
        assertWritable(ctx, before.scope, `The policy ${id}`);
        await all.remove(ctx, id);
        return { result: { ok: true as const }, mutation: mutation(id, { before: viewOf(before) }, before.scope) };
      });
    },
  };
}
