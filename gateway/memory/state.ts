import type { GatewaySettings, Route, RouteOverride, RouteRevision, RoutingPolicy } from '#core/routing/schema.js';
import { routeKey } from '#core/routing/schema.js';
import type { Role } from '#core/identity/permissions.js';
import type { Sealed } from '#core/connection/schema.js';
import type { Limit } from '#core/limit/schema.js';
import type { OfferingFacts } from '#store/catalog/facts.js';

/** What the gateway keeps of a key: its hash, never the key. */
export interface KnownKey {
  id: string;
  tenant: string;
  scope: string;
  hash: string;
  role: Role;
  permissions?: string[] | undefined;
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
}
export interface KnownConnection {
  tenant: string;
  name: string;
  kind: string;
  baseUrl: string;
  region?: string | undefined;
  updatedAt: string;
  sealed?: Sealed | undefined;
}
export interface KnownAlias {
  tenant: string;
  modelId: string;
  alias: string;
  version: string;
}
/** What a record of a tenant stands behind. */
interface Walls {
  tenant: string;
  scope: string;
}
export type KnownPolicy = RoutingPolicy & Walls;
export type KnownLimit = Limit & Walls;
export type KnownSettings = GatewaySettings;
/** What a model can do, who may use it and what it costs; equal lists are one and the same list. */
export type KnownOffering = OfferingFacts;
export type KnownGovernance = Partial<Pick<OfferingFacts, 'securityLevel' | 'status'>>;

/** A route made ready for calls: overrides applied, revisions by digest. */
export interface LiveRoute {
  key: string;
  route: Route;
  override: RouteOverride | undefined;
  revisions: ReadonlyMap<string, RouteRevision>;
  weights: readonly { digest: string; weight: number }[];
}
/** Everything that can be listed, watched and kept on disk. `docs` go by the stored `_id`. */
export interface Records {
  routes: Route;
  routeOverrides: RouteOverride;
  apiKeys: KnownKey;
  connections: KnownConnection;
  modelAliases: KnownAlias;
  routingPolicies: KnownPolicy;
  limits: KnownLimit;
  gatewaySettings: KnownSettings;
  offerings: KnownOffering;
  governance: KnownGovernance;
}
export type Feed = keyof Records;
export const FEEDS: readonly Feed[] = [
  ...(['routes', 'routeOverrides', 'apiKeys', 'connections', 'modelAliases'] as const),
  ...(['routingPolicies', 'limits', 'gatewaySettings', 'offerings', 'governance'] as const),
];
export type Tables = { [F in Feed]: Map<string, Records[F]> };

/** The override stands above the weights, if the route still carries its revision. */
export function liveRoute(route: Route, override: RouteOverride | undefined): LiveRoute {
  const revisions = new Map(route.revisions.map((r) => [r.digest, r]));
  const inForce = override && revisions.has(override.digest) ? override : undefined;
  const weights = inForce
    ? [{ digest: inForce.digest, weight: 100 }]
    : route.weights.filter((w) => w.weight > 0 && revisions.has(w.digest));
  return { key: routeKey(route), route, override: inForce, revisions, weights };
}
export const aliasKey = (tenant: string, modelId: string, alias: string): string => `${tenant}/${modelId}@${alias}`;
