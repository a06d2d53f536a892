import { contains } from '#core/shared/scope.js';
import type { RouteRevision } from '#core/routing/schema.js';
import { pickByWeight } from '#core/routing/weights.js';
import { badRequest, Refusal } from '../http/refusal.js';
import type { Memory } from '../memory/memory.js';
import type { KnownPolicy, LiveRoute } from '../memory/state.js';
import type { Caller } from './identify.js';

export interface Resolved {
  live: LiveRoute;
  revision: RouteRevision;
}

/** Deployment and revision for a name, seen from where the caller stands. Throws a `Refusal`. */
export function resolve(memory: Memory, caller: Caller, model: string, pin: string | undefined, random: number): Resolved {
  const named = visible(memory, caller, model);
  const target = named ? { live: named, weights: named.weights } : byAlias(memory, caller, model);
  if (pin !== undefined) return pinned(caller, model, target?.live, pin);
  const picked = target && pickByWeight(target.weights, random);
  const revision = picked && target.live.revisions.get(picked.digest);
  if (!revision) throw notLive(caller, model);
  return { live: target.live, revision };
}

/** The policy of that name, seen from where the caller stands. */
export function policyOf(memory: Memory, caller: Caller, name: string): KnownPolicy | undefined {
  const policy = memory.policy(caller.tenant, caller.environment, name);
  return policy && contains(caller.scope, policy.scope) ? policy : undefined;
}
export const visiblePolicies = (memory: Memory, caller: Caller): KnownPolicy[] =>
  [...memory.policies()].filter(
    (p) => p.tenant === caller.tenant && p.environment === caller.environment && contains(caller.scope, p.scope),
  );

/** The same words whether it does not exist, is not live, or belongs to somebody else. */
export const notLive = (caller: Caller, model: string): Refusal =>
  new Refusal(
    404,
    'invalid_request_error',
    'model_not_found',
    `No model named "${model.slice(0, 200)}" is live in the environment "${caller.environment.slice(0, 100)}".`,
    { param: 'model' },
  );

export function visible(memory: Memory, caller: Caller, name: string): LiveRoute | undefined {
  const live = memory.route(caller.tenant, caller.environment, name);
  return live && contains(caller.scope, live.route.scope) ? live : undefined;
}

function pinned(caller: Caller, model: string, live: LiveRoute | undefined, pin: string): Resolved {
  if (!caller.mayPin)
    throw new Refusal(403, 'permission_error', 'pin_not_permitted', 'Naming a revision needs the permission deployment:deploy.');
  if (!live) throw notLive(caller, model);
  const revision = live.revisions.get(pin);
  if (!revision) throw badRequest('unknown_revision', `"${model}" has no revision ${pin.slice(0, 80)} that can be called.`);
  return { live, revision };
}

/** `<model id>@<alias>`: the deployment that serves the version which the alias names; of several, the first by name. */
function byAlias(memory: Memory, caller: Caller, model: string): { live: LiveRoute; weights: LiveRoute['weights'] } | undefined {
  const at = model.lastIndexOf('@');
  if (at <= 0) return undefined;
  const modelId = model.slice(0, at);
  const alias = memory.alias(caller.tenant, modelId, model.slice(at + 1));
  if (!alias) return undefined;
  let best: { live: LiveRoute; weights: LiveRoute['weights'] } | undefined;
  for (const live of routesOf(memory, caller)) {
    const weights = live.weights.filter(({ digest }) => {
      const r = live.revisions.get(digest);
      return r?.modelId === modelId && r.modelVersion === alias.version;
    });
    if (weights.length > 0 && (!best || live.route.name < best.live.route.name)) best = { live, weights };
  }
  return best;
}

/** Live deployments that the caller can see in its environment. */
export function routesOf(memory: Memory, caller: Caller): LiveRoute[] {
  return [...memory.routes()].filter(
    ({ route, weights }) =>
      weights.length > 0 &&
      route.tenant === caller.tenant &&
      route.environment === caller.environment &&
      contains(caller.scope, route.scope),
  );
}
