import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayOptions, startGateway } from '#gateway/main.js';
import type { Role } from '#core/identity/permissions.js';
import type { Route, RouteRevision } from '#core/routing/schema.js';
import { createKey } from '#store/identity.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { gateways, routes } from '#store/routing.js';
import { usageEvents } from '#store/usage.js';
import { SYSTEM } from '#store/routing.js';
import { testDatabase } from '../../support/servers.js';
import { pause } from './upstream.js';

export const TENANT = 'acme';
export const ctx = (tenant = TENANT) => ({ tenant, scope: '', actor: 'test', requestId: 'test' });
export const INTERNAL_KEY = 'internal-key-of-the-test';

/** A database with a tenant's records, and what a test does to them. */
export class Hub {
  readonly uri: string;
  readonly store: Store;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'gateway-test-'));
  readonly logged: string[] = [];

  private constructor(uri: string, store: Store) {
    this.uri = uri;
    this.store = store;
  }
  static async open(name: string): Promise<Hub> {
    const uri = testDatabase(name);
    await migrate(uri, { seed: false });
    return new Hub(uri, await openStore(uri));
  }
  options(o: Partial<GatewayOptions> = {}): GatewayOptions {
    return {
      host: '127.0.0.1',
      port: 0,
      mongodbUri: this.uri,
      internalKey: INTERNAL_KEY,
      keyringFile: join(this.dataDir, 'keyring'),
      dataDir: this.dataDir,
      allowedHosts: ['loopback'],
      redactThread: join(__dirname, '../../../dist/gateway/payload/redact-thread.js'),
      drainMs: 0,
      graceMs: 1_000,
      log: (level, message, fields) => void this.logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
      ...o,
    };
  }
  /** A gateway that is ready. */
  async gateway(o: Partial<GatewayOptions> = {}) {
    const gateway = await startGateway(this.options(o));
    const url = `http://127.0.0.1:${gateway.port}`;
    await until(async () => (await fetch(`${url}/readyz`)).ok);
    return { ...gateway, url };
  }
  async key(
    o: { tenant?: string; scope?: string; role?: Role; permissions?: string[]; expiresAt?: string } = {},
  ): Promise<{ key: string; id: string }> {
    const { key, view } = await createKey(this.store, ctx(o.tenant), { name: 'k', role: 'developer', scope: '', ...o });
    return { key, id: view.id };
  }
  async route(
    name: string,
    version: number,
    parts: RouteRevision[],
    o: Partial<Route> & { weights?: Route['weights'] } = {},
  ): Promise<Route> {
    const environment = o.environment ?? 'production';
    const route: Route = {
      tenant: TENANT,
      scope: `default/default/${environment}`,
      environment,
      name,
      version,
      weights: parts.map((p, i) => ({ digest: p.digest, weight: i === 0 ? 100 : 0 })),
      revisions: parts,
      publishedAt: new Date().toISOString(),
      ...o,
    };
    const { tenant, ...record } = route;
    await routes(this.store).putNewer(ctx(tenant), { ...record, id: `${environment}/${name}` }, 'version');
    return route;
  }
  events(filter: Record<string, unknown> = {}) {
    return usageEvents(this.store).acrossTenants('test', filter);
  }
  /** Waits until that many events are in MongoDB. */
  async eventCount(n: number): Promise<void> {
    await until(
      async () => (await this.events()).length >= n,
      15_000,
      async () => `${(await this.events()).length} of ${n} events`,
    );
  }
  async status(port: number) {
    return (await gateways(this.store).find(SYSTEM)).items.find((g) => g.id.startsWith(`gw-${port}@`));
  }
  async close(): Promise<void> {
    await this.store.db.dropDatabase();
    await this.store.close();
  }
}

export const revision = (digest: string, endpoints: string[], o: Partial<RouteRevision> = {}): RouteRevision => ({
  digest,
  number: 1,
  modelId: 'local/model',
  modelVersion: '1',
  provider: 'local',
  upstreamModel: `up-${digest}`,
  connection: null,
  endpoints,
  slots: null,
  parameters: {},
  ...o,
});

export async function until(
  holds: () => Promise<boolean> | boolean,
  withinMs = 10_000,
  why: () => Promise<string> = async () => '',
): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`did not come true within ${withinMs} ms: ${String(holds)} ${await why()}`);
    await pause(10);
  }
}
/** A call; `body` as text goes out byte for byte. */
export function call(
  url: string,
  key: string,
  body: unknown,
  o: { headers?: Record<string, string>; signal?: AbortSignal; path?: string } = {},
): Promise<Response> {
  return fetch(`${url}${o.path ?? '/v1/chat/completions'}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...o.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(o.signal ? { signal: o.signal } : {}),
  });
}
