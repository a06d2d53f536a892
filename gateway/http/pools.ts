import { Pool } from 'undici';
import type { AddressGuard } from '#adapters/providers/address-guard.js';
import type { Memory } from '../memory/memory.js';

const TIMEOUTS = {
  /** a large model may think for minutes before its first byte */
  headersTimeout: 600_000,
  bodyTimeout: 600_000,
};
const CONNECT_MS = 5_000;

/** Who named an origin: a target of the operator (its replicas), or a tenant's connection, which the address guard watches. */
export type NamedBy = 'target' | 'connection';

/**
 * One pool an upstream origin and who named it: a connection to the address of a replica must not find a socket that no guard
 * has seen. Pools of origins that no route or connection names any more are closed.
 */
export class Pools {
  private readonly pools: Readonly<Record<NamedBy, Map<string, Pool>>> = { target: new Map(), connection: new Map() };
  private readonly guard: AddressGuard;

  constructor(memory: Memory, guard: AddressGuard) {
    this.guard = guard;
    memory.onChange((feed) => {
      if (feed === 'routes' || feed === 'connections') this.trim(memory);
    });
  }
  get(origin: string, by: NamedBy): Pool {
    let pool = this.pools[by].get(origin);
    if (!pool) {
      const connect = by === 'connection' ? this.guard.connector(CONNECT_MS) : { timeout: CONNECT_MS };
      pool = new Pool(origin, { connections: null, pipelining: 1, keepAliveTimeout: 4_000, ...TIMEOUTS, connect });
      this.pools[by].set(origin, pool);
    }
    return pool;
  }
  async stop(): Promise<void> {
    for (const pools of Object.values(this.pools)) {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    }
  }
  private trim(memory: Memory): void {
    const used = { target: new Set<string>(), connection: new Set<string>() };
    for (const r of memory.routes())
      for (const revision of r.revisions.values()) for (const e of revision.endpoints) used.target.add(originOf(e));
    for (const c of memory.tables.connections.values()) used.connection.add(originOf(c.baseUrl));
    for (const by of ['target', 'connection'] as const)
      for (const [origin, pool] of this.pools[by])
        if (!used[by].has(origin)) {
          this.pools[by].delete(origin);
          void pool.close(); // waits for calls in flight
        }
  }
}

/** '' for what is not a URL: it is used by nobody. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');
