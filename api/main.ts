import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AddressGuard } from '#adapters/providers/address-guard.js';
import { openKeyring } from '#adapters/keys/local.js';
import { RunnerClient } from '#adapters/targets/local/client.js';
import { openStore } from '#store/kit/connect.js';
import { buildApp } from './app.js';
import { CatalogIndex } from './catalog/index.js';
import { adoptOverrides } from './deployment/break-glass.js';
import { DeploymentWorkflows } from './deployment/workflows.js';
import { GatewayClient } from './gateway/client.js';
import { LiveHub } from './live/hub.js';
import type { ApiDeps } from './deps.js';

export interface ApiOptions {
  host: string;
  port: number;
  mongodbUri: string;
  temporal: {
    address: string;
    namespace: string;
    tls?: boolean | object | undefined;
    apiKey?: string | undefined;
    uiUrl?: string | undefined;
  };
  gatewayUrl: string;
  /** the key of the parts, for questions to the gateway */
  internalKey: string;
  keyringFile: string;
  /** what connections may reach that is not public (`AddressGuard`); nothing unless told */
  allowedHosts?: readonly string[];
  runnerSocket?: string | undefined;
  pagesDir?: string | undefined;
  /** address at which people reach the pages */
  publicUrl?: string | undefined;
  /** tests shorten waits of new workflows and name their own task queue */
  workflows?: ConstructorParameters<typeof DeploymentWorkflows>[0] extends infer O ? Partial<O> : never;
  log?: (line: object) => void;
}
const ADOPT_MS = 2_000;

/** Serves the API and the pages; resolves when listening. */
export async function startApi(o: ApiOptions): Promise<{ port: number; stop(): Promise<void> }> {
  const log = o.log ?? ((line: object) => void process.stderr.write(`${JSON.stringify(line)}\n`));
  const store = await openStore(o.mongodbUri, { awaitFirst: false });
  const { uiUrl, ...temporal } = o.temporal;
  const catalog = new CatalogIndex(store);
  const live = new LiveHub(store, () => catalog.refresh());
  const deps: ApiDeps = {
    store,
    catalog,
    keyring: openKeyring(o.keyringFile),
    guard: new AddressGuard(o.allowedHosts ?? []),
    workflows: new DeploymentWorkflows({ ...temporal, hubUrl: o.publicUrl, ...o.workflows }),
    gateway: new GatewayClient({ url: o.gatewayUrl, internalKey: o.internalKey }),
    runner: o.runnerSocket ? new RunnerClient(o.runnerSocket) : undefined,
    now: () => new Date(),
    links: { gateway: o.gatewayUrl, temporalUi: uiUrl, namespace: temporal.namespace },
    pagesDir: o.pagesDir,
  };
  const server = createServer(buildApp(deps, live, log));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, o.host, resolve);
  });
  let adopting: Promise<void> = Promise.resolve();
  const adopt = setInterval(() => {
    adopting = adopting
      .then(() => adoptOverrides(deps))
      .catch((e: unknown) => log({ level: 'warn', message: 'overrides were not adopted', error: String(e) }));
  }, ADOPT_MS);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      clearInterval(adopt);
      const closed = new Promise((r) => server.close(r));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 3_000).unref();
      await live.close();
      await adopting;
      await closed;
      await deps.workflows.close();
      await deps.runner?.close();
      await store.close();
    },
  };
}
