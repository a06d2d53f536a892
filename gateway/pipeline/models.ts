import type { Dialect } from '../dialects/errors.js';
import { type ListedModel, modelListFor } from '../dialects/model-list.js';
import type { Memory } from '../memory/memory.js';
import type { Caller } from './identify.js';
import { resolve, routesOf, visiblePolicies } from './resolve.js';
import { Refusal } from '../http/refusal.js';

/** What the caller can name as `model`, in its dialect: deployments, routing policies, and aliases that a deployment serves. */
export function modelList(memory: Memory, caller: Caller, dialect: Dialect): string {
  const entries = new Map<string, ListedModel>();
  const add = (id: string, at: string, ownedBy: string) => entries.set(id, { id, created: Math.floor(Date.parse(at) / 1000), ownedBy });
  for (const { route, revisions, weights } of routesOf(memory, caller))
    add(route.name, route.publishedAt, revisions.get(weights[0]?.digest ?? '')?.provider ?? 'unknown');
  for (const policy of visiblePolicies(memory, caller)) add(policy.name, policy.updatedAt, 'routing-policy');
  for (const a of memory.aliases()) {
    if (a.tenant !== caller.tenant) continue;
    const id = `${a.modelId}@${a.alias}`;
    const found = resolved(memory, caller, id);
    if (found) add(id, found.live.route.publishedAt, found.revision.provider);
  }
  return modelListFor(
    dialect,
    [...entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

function resolved(memory: Memory, caller: Caller, id: string) {
  try {
    return resolve(memory, caller, id, undefined, 0);
  } catch (e) {
    if (e instanceof Refusal) return undefined; // nobody serves it in this environment
    throw e;
  }
}
