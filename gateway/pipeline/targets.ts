import { joinUrl, type Operation, type Provider } from '#adapters/providers/provider.js';
import { providerOf } from '#adapters/providers/registry.js';
import type { Translator } from '#adapters/providers/translator.js';
import type { RouteRevision } from '#core/routing/schema.js';
import { servedBy, translatorFor } from '../dialects/translate.js';
import { badRequest, Refusal } from '../http/refusal.js';
import { errorText } from '../log.js';
import type { Inflight } from '../memory/inflight.js';
import type { LiveRoute } from '../memory/state.js';
import type { Deps } from './deps.js';

/** One revision of one deployment that may take the call. */
export interface Target {
  live: LiveRoute;
  revision: RouteRevision;
}
/** One address of a target, ready to be called. */
export interface Address {
  target: Target;
  provider: Provider;
  connection: string | null;
  place: Place;
  headers: Record<string, string>;
  /** in the headers; an upstream that repeats it in its error must not hand it to the caller */
  secret: string | null;
  translator: Translator | 'native';
  /** breaker and latency are kept under this name */
  health: string;
}
/** Where it is: `https://api.example.com` and `/v1/chat/completions`. */
export interface Place {
  origin: string;
  path: string;
}
let turn = 0;

/** Breaker and latency of a hosted model belong to its connection, those of a replica to its address. */
export const healthName = (tenant: string, revision: RouteRevision, endpoint?: string): string =>
  `${tenant}/${revision.connection ?? endpoint ?? 'local'}#${revision.modelId}`;

/** The provider behind a target; undefined when its connection is gone. */
export function providerOfTarget(deps: Pick<Deps, 'memory'>, { live, revision }: Target): Provider | undefined {
  if (revision.connection === null) return providerOf('local');
  const connection = deps.memory.connection(live.route.tenant, revision.connection);
  return connection && providerOf(connection.kind);
}

/** Addresses in the order to try them. Throws a `Refusal` when the target cannot be called at all. */
export function addressesOf(deps: Deps, target: Target, operation: Operation): Address[] {
  const { live, revision } = target;
  const { tenant } = live.route;
  if (revision.connection === null) {
    const local = providerOf('local');
    const translator = translation(local, operation, revision);
    const called = translator === 'native' ? operation : upstreamOperation(local);
    return leastBusy(revision.endpoints, deps.inflight, turn++).map((endpoint) => ({
      target,
      provider: local,
      connection: null,
      place: place(endpoint, local.paths[called] ?? ''),
      headers: {},
      secret: null,
      translator,
      health: healthName(tenant, revision, endpoint),
    }));
  }
  const connection = deps.memory.connection(tenant, revision.connection);
  if (!connection)
    throw new Refusal(
      503,
      'server_error',
      'no_connection',
      `The connection "${revision.connection}" of this deployment does not exist any more.`,
    );
  const provider = providerOf(connection.kind);
  const translator = translation(provider, operation, revision);
  const called = translator === 'native' ? operation : upstreamOperation(provider);
  try {
    const secret = deps.credentials.of(connection);
    const headers = provider.headers(secret);
    return [
      {
        target,
        provider,
        connection: connection.name,
        place: place(connection.baseUrl, provider.paths[called] ?? ''),
        headers,
        secret,
        translator,
        health: healthName(tenant, revision),
      },
    ];
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

/** What a translated call becomes: messages where the provider has them, else chat (its own form goes under that name). */
const upstreamOperation = (p: Provider): Operation => (p.paths.chat === undefined ? 'message' : 'chat');

function translation(provider: Provider, operation: Operation, revision: RouteRevision): Translator | 'native' {
  const found = translatorFor(provider, operation);
  if (found !== undefined) return found;
  throw badRequest(
    'operation_not_served',
    `"${revision.modelId}" is served by ${provider.kind}, which has no ${operation}; it serves ${servedBy(provider).join(', ')}.`,
    'model',
  );
}

/** Fewest calls in flight first; equals take turns. */
export function leastBusy(endpoints: readonly string[], inflight: Pick<Inflight, 'count'>, turnNumber: number): string[] {
  const n = endpoints.length;
  return endpoints
    .map((endpoint, i) => ({ endpoint, busy: inflight.count(new URL(endpoint).origin), order: (i + n - (turnNumber % n)) % n }))
    .sort((a, b) => a.busy - b.busy || a.order - b.order)
    .map((e) => e.endpoint);
}

const places = new Map<string, Place>();
/** Parsed once an address: a URL parse a call is a tenth of what the hub may cost. */
function place(baseUrl: string, path: string): Place {
  const text = joinUrl(baseUrl, path);
  let known = places.get(text);
  if (!known) {
    const url = new URL(text);
    known = { origin: url.origin, path: url.pathname + url.search };
    if (places.size > 10_000) places.clear();
    places.set(text, known);
  }
  return known;
}
