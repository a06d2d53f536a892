import { type limitContracts, limitView, type LimitView } from '#core/limit/contract.js';
import { badField } from '#core/shared/problem.js';
import { audited } from '#store/audit.js';
import { getTenant } from '#store/identity.js';
import { limits } from '#store/limit.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';
import { assertWritable } from '../kit/walls.js';

/** `/api/v1/limits/effective` is a question of its own: a limit of that name could never be read. */
const RESERVED = 'effective';

export function limitRoutes(deps: ApiDeps): Handlers<keyof typeof limitContracts> {
  const { store } = deps;
  const all = limits(store);
  const viewOf = (stored: object): LimitView => limitView.parse(stored);
  return {
    'limits.list': async ({ ctx }) => ({ limits: (await all.find(ctx)).items.map(viewOf) }),
    'limits.effective': async ({ ctx, query: { per, id, environment, basedOn } }) => {
      const { items } = await all.find(ctx, {
        per,
        match: { $in: [id, '*'] },
        ...(environment === undefined ? {} : { environment: { $in: [environment, null] } }),
        ...(basedOn === undefined ? {} : { 'dynamic.basedOn': basedOn }),
      });
      return { limits: items.map(viewOf) };
    },
    'limits.get': async ({ ctx, params }) => viewOf(await all.get(ctx, params.name)),
    'limits.put': async ({ ctx, params, body }) => {
      const { name } = params;
      if (name === RESERVED) throw badField('name', `"${RESERVED}" is a path of its own; choose another name`);
      const { environments } = await getTenant(store, ctx);
      if (body.environment !== undefined && !environments.includes(body.environment))
        throw badField('environment', `"${body.environment}" is not an environment here; use one of ${environments.join(', ')}, or none`);
      return await audited(store, ctx, async () => {
        // seen from the whole organisation: a name that another scope has taken is not free
        const before = await all.find1({ ...ctx, scope: '' }, { id: name });
        if (before) assertWritable(ctx, before.scope, `The limit ${name}`);
        const at = deps.now().toISOString();
        const scope = before?.scope ?? ctx.scope;
        const after = viewOf(
          await all.put(ctx, { ...body, name, id: name, scope, createdAt: before?.createdAt ?? at, updatedAt: at, updatedBy: ctx.actor }),
        );
        const change = { ...(before ? { before: viewOf(before) } : {}), after };
        return { result: after, mutation: { action: 'limit:write', target: `limit:${name}`, ...change, scope } };
      });
    },
    'limits.delete': async ({ ctx, params }) => {
      return await audited(store, ctx, async () => {
        const before = await all.get(ctx, params.name);
        assertWritable(ctx, before.scope, `The limit ${params.name}`);
        await all.remove(ctx, params.name);
        const mutation = { action: 'limit:write', target: `limit:${params.name}`, before: viewOf(before), scope: before.scope };
        return { result: { ok: true as const }, mutation };
      });
    },
  };
}
