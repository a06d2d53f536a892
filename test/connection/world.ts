import { createServer } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyring } from '#adapters/keys/local.js';
import { buildApp } from '#api/app.js';
import { AddressGuard } from '#adapters/providers/address-guard.js';
import { CatalogIndex } from '#api/catalog/index.js';
import { DeploymentWorkflows } from '#api/deployment/workflows.js';
import type { ApiDeps } from '#api/deps.js';
import { LiveHub } from '#api/live/hub.js';
import { GatewayClient } from '#api/gateway/client.js';
import type { Role } from '#core/identity/permissions.js';
import { createKey, ensureTenant } from '#store/identity.js';
import { openStore } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  text: string;
}

export const INTERNAL_KEY = 'key-between-the-parts';

/** The API on a real MongoDB, without Temporal and gateway: what catalog and connections need. */
export async function startApiOnly(name: string, o: { gatewayUrl?: string } = {}) {
  const uri = testDatabase(name);
  await migrate(uri, { seed: false });
  const store = await openStore(uri);
  const catalog = new CatalogIndex(store);
  const live = new LiveHub(store, () => catalog.refresh());
  const logged: string[] = [];
  const deps: ApiDeps = {
    store,
    catalog,
    keyring: openKeyring(join(mkdtempSync(join(tmpdir(), 'keys-')), 'keyring.json')),
    workflows: new DeploymentWorkflows({ address: '127.0.0.1:9', namespace: 'none' }),
    gateway: new GatewayClient({ url: o.gatewayUrl ?? 'http://127.0.0.1:9', internalKey: INTERNAL_KEY }),
    guard: new AddressGuard([]),
    now: () => new Date(),
    links: { gateway: 'http://127.0.0.1:9', namespace: 'none' },
  };
  const server = createServer(buildApp(deps, live, (line) => void logged.push(JSON.stringify(line))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const key = async (tenant: string, role: Role, scope = ''): Promise<string> => {
    const ctx = { tenant, scope: '', actor: 'test', requestId: 'test' };
    await ensureTenant(store, ctx, tenant);
    return (await createKey(store, ctx, { name: role, role, scope })).key;
  };
  const call = async (as: string, method: string, path: string, body?: unknown): Promise<Answer> => {
    const res = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, body: JSON.parse(text) as Answer['body'], text };
  };
  return {
    store,
    deps,
    logged,
    key,
    call,
    async stop() {
      server.closeAllConnections();
      await new Promise((r) => server.close(r));
      await live.close();
      await deps.workflows.close();
      await store.close();
    },
  };
}
export type ApiOnly = Awaited<ReturnType<typeof startApiOnly>>;
