import type { OfferingRecord, PriceBookEntry } from '#core/catalog/schema.js';
import type { Limit } from '#core/limit/schema.js';
import type { GatewaySettings, Route, RouteOverride, RouteRevision, RoutingPolicy } from '#core/routing/schema.js';
import { routeKey } from '#core/routing/schema.js';
import type { Role } from '#core/identity/permissions.js';
import type { Sealed } from '#core/connection/schema.js';

type SecurityLevel = OfferingRecord['securityLevel'];

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
  sealed?: Sealed | undefined;
}
/** What the gateway needs of an offering: what it can, and what it costs. */
export interface KnownOffering {
  tenant: string;
  id: string;
  modalities: { input: readonly string[]; output: readonly string[] };
  capabilities: readonly string[];
  contextWindow: number;
  maxTokens: number;
  securityLevel: SecurityLevel;
  priceBook: readonly PriceBookEntry[];
}
/** What a tenant has decided about a model of the shared catalog. */
export interface KnownGovernance {
  tenant: string;
  modelId: string;
  securityLevel?: SecurityLevel | undefined;
}
export type KnownPolicy = RoutingPolicy & { tenant: string; scope: string };
export type KnownLimit = Limit & { tenant: string };
export type KnownSettings = GatewaySettings & { tenant: string; environment: string; name: string };
export interface KnownAlias {
  tenant: string;
  modelId: string;
  alias: string;
  version: string;
}
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
  'routes',
  'routeOverrides',
  'apiKeys',
  'connections',
  'modelAliases',
  'routingPolicies',
  'limits',
  'gatewaySettings',
  'offerings',
  'governance',
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
export const inEnvironment = (tenant: string, environment: string, name: string): string => routeKey({ tenant, environment, name });
