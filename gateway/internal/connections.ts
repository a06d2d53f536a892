import { checkConnection } from '#adapters/providers/registry.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckQuestion, ConnectionCheck, ConnectionHealth } from '#core/connection/schema.js';
import { errorRate, latencyMs } from '#core/routing/health.js';
import { TYPICAL_OUTPUT_TOKENS } from '#core/routing/needs.js';
import { Refusal } from '../http/refusal.js';
import type { Deps } from '../pipeline/deps.js';

/** Asks the provider now whether address and credential work, from where calls are made. Throws a `Refusal`. */
export async function checkOne(deps: Deps, { tenant, name, updatedAt }: CheckQuestion): Promise<ConnectionCheck> {
  const connection = await newer(deps, tenant, name, updatedAt);
  if (!connection)
    throw new Refusal(404, 'invalid_request_error', 'no_connection', `This gateway knows no connection "${name.slice(0, 120)}".`);
  const began = performance.now();
  const r = await checkConnection(
    connection,
    deps.credentials.of(connection),
    deps.pools.get(new URL(connection.baseUrl).origin, 'connection'),
  );
  const ms = Math.round(performance.now() - began);
  return r.ok ? { ok: true, ...(r.models ? { models: r.models } : {}), ms } : { ok: false, message: r.message, ms };
}

/** The connection as the asker knows it: the memory is a moment behind who has just saved it. */
async function newer(deps: Deps, tenant: string, name: string, updatedAt: string) {
  for (let left = 40; ; left--) {
    const connection = deps.memory.connection(tenant, name);
    if ((connection && connection.updatedAt >= updatedAt) || left === 0) return connection;
    await sleep(50);
  }
}

/** What this gateway has seen of each model behind the tenant's connections since it started. */
export function connectionHealth(deps: Deps, { tenant }: { tenant: string }, now: number): { health: ConnectionHealth[] } {
  const health: ConnectionHealth[] = [];
  for (const { name, health: h, breaker } of deps.health.all()) {
    const [, connection, modelId] = /^[^/]+\/([^#]*)#(.*)$/.exec(name) ?? [];
    if (!name.startsWith(`${tenant}/`) || connection === undefined || modelId === undefined) continue;
    if (!deps.memory.connection(tenant, connection)) continue; // a replica, or a connection that is gone
    const waitMs = breaker.retryAfterMs(now);
    health.push({
      ...{ connection, modelId, breaker: breaker.state(now), reason: breaker.openedBy },
      openUntil: waitMs > 0 ? new Date(now + waitMs).toISOString() : null,
      latencyMs: latencyMs(h, TYPICAL_OUTPUT_TOKENS, now),
      errorRate: h.seenAt === null ? null : errorRate(h, now),
      n: h.answers,
    });
  }
  return { health };
}
