import type { z } from 'zod';
import {
  type explainInput,
  explanation,
  type Explanation,
  type ExplainQuestion,
  type ModelSelection,
} from '#core/routing/explain/schema.js';
import { HubError } from '#core/shared/problem.js';
import { contains, type Ctx } from '#core/shared/scope.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

type Ids = 'routing.explain' | 'routing.select' | 'routing.fallback' | 'routing.balance';
type Asked = z.output<typeof explainInput>;

/** The gateway's own decision, asked for: this API knows no rules of its own. */
export function explainRoutes(deps: ApiDeps): Handlers<Ids> {
  const ask = (ctx: Ctx, key: string, { environment, headers, scope, request }: Asked, more: Partial<ExplainQuestion> = {}) => {
    if (scope !== undefined && !contains(ctx.scope, scope))
      throw new HubError('forbidden', `Your key is limited to ${ctx.scope}; it cannot ask for ${scope || 'the whole organisation'}.`);
    const { operation, ...body } = request;
    const question: ExplainQuestion = { environment, operation, request: body, headers, key, ...more };
    return deps.gateway.ask(ctx, 'explain', question, explanation, { scope });
  };
  return {
    'routing.explain': ({ ctx, keyId, body }) => ask(ctx, keyId, body),
    'routing.select': async ({ ctx, keyId, body }) => selectionOf(await ask(ctx, keyId, body)),
    'routing.fallback': async ({ ctx, keyId, body: { failedModel, ...asked } }) =>
      selectionOf(await ask(ctx, keyId, asked, { exclude: [failedModel] })),
    'routing.balance': async ({ ctx, keyId, body: { models, ...walls } }) => {
      const request = { model: models[0] ?? '', operation: 'chat' as const };
      return selectionOf(await ask(ctx, keyId, { ...walls, request }, { among: models }));
    },
  };
}

/** Throws `unprocessable` with who was excluded and why, when nobody can take the call. */
function selectionOf({ order, policy, strategy, rule, excluded }: Explanation): ModelSelection {
  const [first, ...alternatives] = order;
  if (first) return { ...first, policy, strategy, rule, alternatives };
  const why = excluded.map((e) => `${e.deployment}: ${e.message}`).join('; ');
  throw new HubError('unprocessable', `Nothing can take this call now${why ? `: ${why}` : ''}.`, { members: { excluded } });
}
