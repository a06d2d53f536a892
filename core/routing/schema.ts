import { z } from 'zod';
import { iso } from '#core/shared/schema.js';

/** What the gateway needs to call one revision. */
export const routeRevision = z.object({
  digest: z.string(),
  number: z.number().int(),
  modelId: z.string(),
  modelVersion: z.string(),
  provider: z.string(),
  upstreamModel: z.string(),
  /** name of the connection for hosted revisions */
  connection: z.string().nullable(),
  /** base URLs of local replicas (`http://127.0.0.1:4567`, the gateway adds /v1/…) */
  endpoints: z.array(z.string()),
  /** calls at the same time, at most; the replicas of a hosted revision */
  slots: z.number().int().nullable(),
  parameters: z.record(z.string(), z.unknown()),
});
export type RouteRevision = z.output<typeof routeRevision>;

/**
 * What the gateway obeys for one deployment. Revisions without weight are on standby: reachable only by a pinned call
 * (`x-modelhub-revision`) or by a route override.
 */
export const route = z.object({
  tenant: z.string(),
  scope: z.string(),
  environment: z.string(),
  name: z.string(),
  version: z.number().int(),
  /** digest and weight; weights add up to 100 unless the route is retired and empty */
  weights: z.array(z.object({ digest: z.string(), weight: z.number().min(0).max(100) })),
  revisions: z.array(routeRevision),
  publishedAt: iso,
});
export type Route = z.output<typeof route>;

/** Break-glass: stands above the route until the workflow has adopted it. */
export const routeOverride = z.object({
  tenant: z.string(),
  scope: z.string(),
  environment: z.string(),
  name: z.string(),
  id: z.string(),
  digest: z.string(),
  reason: z.string(),
  by: z.string(),
  at: iso,
});
export type RouteOverride = z.output<typeof routeOverride>;

/** Written by each gateway about itself: liveness, acknowledged routes, calls still running on revisions without weight. */
export const gatewayStatus = z.object({
  id: z.string(),
  at: iso,
  startedAt: iso,
  /** route key `tenant/environment/name` → version in force */
  routes: z.record(z.string(), z.number().int()),
  /** digest → calls in flight, for revisions that no weight points to */
  draining: z.record(z.string(), z.number().int()),
});
export type GatewayStatus = z.output<typeof gatewayStatus>;
export const routeKey = (r: { tenant: string; environment: string; name: string }): string => `${r.tenant}/${r.environment}/${r.name}`;
