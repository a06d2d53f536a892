import { joinUrl, type Operation } from '#adapters/providers/provider.js';
import { providerOf } from '#adapters/providers/registry.js';
import { Refusal } from '../http/refusal.js';
import { errorText } from '../log.js';
import type { Inflight } from '../memory/inflight.js';
import type { Deps } from './deps.js';
import type { Resolved } from './resolve.js';

/** One address that can take the call. */
export interface Candidate {
  origin: string;
  path: string;
  headers: Record<string, string>;
}
let turn = 0;

/** Addresses in the order to try them. Throws a `Refusal` when a hosted revision cannot be reached for want of its connection. */
export function candidatesFor(deps: Deps, { live, revision }: Resolved, operation: Operation): Candidate[] {
  if (revision.connection === null) {
    const { paths } = providerOf('local');
    return leastBusy(revision.endpoints, deps.inflight, turn++).map((endpoint) => candidate(endpoint, paths[operation] ?? '', {}));
  }
  const connection = deps.memory.connection(live.route.tenant, revision.connection);
  if (!connection)
    throw new Refusal(
      503,
      'server_error',
      'no_connection',
      `The connection "${revision.connection}" of this deployment does not exist any more.`,
    );
  const provider = providerOf(connection.kind);
  try {
    const credential = deps.credentials.of(connection);
    return [candidate(connection.baseUrl, provider.paths[operation] ?? '', provider.headers(credential))];
  } catch (e) {
    deps.log('error', 'a credential cannot be opened', { tenant: connection.tenant, connection: connection.name, reason: errorText(e) });
    throw new Refusal(
      503,
      'server_error',
      'credential_unreadable',
      `The credential of the connection "${connection.name}" cannot be opened on this gateway.`,
    );
  }
}

/** Fewest calls in flight first; equals take turns. */
export function leastBusy(endpoints: readonly string[], inflight: Pick<Inflight, 'count'>, turnNumber: number): string[] {
  const n = endpoints.length;
  return endpoints
    .map((endpoint, i) => ({ endpoint, busy: inflight.count(new URL(endpoint).origin), order: (i + n - (turnNumber % n)) % n }))
    .sort((a, b) => a.busy - b.busy || a.order - b.order)
    .map((e) => e.endpoint);
}

function candidate(baseUrl: string, path: string, headers: Record<string, string>): Candidate {
  const url = new URL(joinUrl(baseUrl, path));
  return { origin: url.origin, path: url.pathname + url.search, headers };
}
