import type { AddressGuard } from '#adapters/providers/address-guard.js';
import type { Keyring } from '#adapters/keys/keyring.js';
import type { RunnerClient } from '#adapters/targets/local/client.js';
import type { Store } from '#store/kit/connect.js';
import type { CatalogIndex } from './catalog/index.js';
import type { GatewayClient } from './gateway/client.js';
import type { DeploymentWorkflows } from './deployment/workflows.js';

/** What handlers work with; `buildApp(deps)` serves the same app in production and in tests. */
export interface ApiDeps {
  store: Store;
  keyring: Keyring;
  /** whom a connection may name */
  guard: AddressGuard;
  catalog: CatalogIndex;
  workflows: DeploymentWorkflows;
  /** for what only the gateway knows: its decisions and what it has seen */
  gateway: GatewayClient;
  /** absent where no local models run */
  runner?: RunnerClient | undefined;
  now: () => Date;
  links: { gateway: string; temporalUi?: string | undefined; namespace: string };
  /** built pages; absent in tests without a browser */
  pagesDir?: string | undefined;
}
