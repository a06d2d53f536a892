import { Pool } from 'undici';
import type { Memory } from '../memory/memory.js';

const TIMEOUTS = {
  /** a large model may think for minutes before its first byte */
  headersTimeout: 600_000,
  bodyTimeout: 600_000,
  connect: { timeout: 5_000 },
};

/** One pool an upstream origin; pools of origins that no route or connection names any more are closed. */
export class Pools {
  private readonly pools = new Map<string, Pool>();

  constructor(memory: Memory) {
    memory.onChange((feed) => {
      if (feed === 'routes' || feed === 'connections') this.trim(memory);
    });
  }
  get(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, { connections: null, pipelining: 1, keepAliveTimeout: 4_000, ...TIMEOUTS });
      this.pools.set(origin, pool);
    }
    return pool;
  }
  async stop(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
    this.pools.clear();
  }
  private trim(memory: Memory): void {
    const used = new Set<string>();
    for (const r of memory.routes()) for (const revision of r.revisions.values()) for (const e of revision.endpoints) used.add(originOf(e));
    for (const c of memory.tables.connections.values()) used.add(originOf(c.baseUrl));
    for (const [origin, pool] of this.pools)
      if (!used.has(origin)) {
        this.pools.delete(origin);
        void pool.close(); // waits for calls in flight
      }
  }
}

/** '' for what is not a URL: it is used by nobody. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');
