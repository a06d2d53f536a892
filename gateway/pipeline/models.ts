import type { Memory } from '../memory/memory.js';
import type { Caller } from './identify.js';
import { resolve, routesOf } from './resolve.js';
import { Refusal } from '../http/refusal.js';

/** What the caller can name as `model`, as OpenAI lists models: deployments, and aliases that a deployment serves. */
export function modelList(memory: Memory, caller: Caller): string {
  const deployments = routesOf(memory, caller).map(({ route, revisions, weights }) => ({
    id: route.name,
    object: 'model',
    created: Math.floor(Date.parse(route.publishedAt) / 1000),
    owned_by: revisions.get(weights[0]?.digest ?? '')?.provider ?? 'unknown',
  }));
  const aliases = [...memory.aliases()]
    .filter((a) => a.tenant === caller.tenant)
    .flatMap((a) => {
      const id = `${a.modelId}@${a.alias}`;
      const found = resolved(memory, caller, id);
      return found
        ? [{ id, object: 'model', created: Math.floor(Date.parse(found.live.route.publishedAt) / 1000), owned_by: found.revision.provider }]
        : [];
    });
  return JSON.stringify({ object: 'list', data: [...deployments, ...aliases].sort((a, b) => (a.id < b.id ? -1 : 1)) });
}

function resolved(memory: Memory, caller: Caller, id: string) {
  try {
    return resolve(memory, caller, id, undefined, 0);
  } catch (e) {
    if (e instanceof Refusal) return undefined; // nobody serves it in this environment
    throw e;
  }
}
