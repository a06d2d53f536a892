import { join } from 'node:path';
import { openKeyring } from '#adapters/keys/local.js';
import type { ConnectionView } from '#core/connection/schema.js';
import type { RouteRevision } from '#core/routing/schema.js';
import { connections, credentialPlace } from '#store/connection.js';
import { ctx, type Hub, revision, TENANT } from './hub.js';

/** A connection of the test's tenant, its credential sealed with the test's keyring. */
export async function connect(
  hub: Hub,
  o: { name: string; kind: ConnectionView['kind']; url: string; secret?: string; region?: string },
): Promise<void> {
  const at = new Date().toISOString();
  const sealed = openKeyring(join(hub.dataDir, 'keyring')).seal(o.secret ?? 'sk-test', credentialPlace(TENANT, o.name));
  const { name, kind, url, region } = o;
  await connections(hub.store).insert(ctx(), {
    ...{ id: name, name, kind, provider: kind, baseUrl: `${url}/v1`, createdAt: at, updatedAt: at, sealed },
    ...(region === undefined ? {} : { region }),
  });
}
/** A hosted revision behind that connection. */
export const hostedBy = (connection: string, o: Partial<RouteRevision> = {}): RouteRevision =>
  revision(`at-${connection}`, [], { connection, provider: connection, modelId: `${connection}/model`, ...o });
