import { z } from 'zod';
import { iso, name } from '#core/shared/schema.js';

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

/** How a policy orders its candidates. `priority` is the order in which they are written. */
export const STRATEGIES = ['weighted', 'priority', 'least-latency', 'lowest-cost', 'adaptive'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What each part counts in an adaptive choice: exponents of latency, cost, error and missing headroom; 0 leaves it out. */
export const adaptiveWeights = z.strictObject({
  latency: z.number().min(0).max(5).default(1),
  cost: z.number().min(0).max(5).default(1),
  errors: z.number().min(0).max(5).default(1),
  headroom: z.number().min(0).max(5).default(1),
});
export type AdaptiveWeights = z.output<typeof adaptiveWeights>;

/** Tries of one call. A wait between two is drawn from 0 … min(maxMs, baseMs × 2ⁿ); `Retry-After` is honoured. */
export const retryRules = z.strictObject({
  maxAttempts: z.number().int().min(1).max(6).default(3),
  baseMs: z.number().int().min(0).max(10_000).default(100),
  maxMs: z.number().int().min(0).max(60_000).default(2_000),
});
export type RetryRules = z.output<typeof retryRules>;

const deploymentName = name;
/**
 * A name that callers use as `model` and that stands for several deployments of one environment. A policy with the name of
 * a deployment stands in front of it. Its candidates are deployments, never policies.
 */
export const routingPolicyInput = z.strictObject({
  name,
  environment: name,
  description: z.string().max(2000).default(''),
  strategy: z.enum(STRATEGIES).default('weighted'),
  candidates: z
    .array(z.strictObject({ deployment: deploymentName, weight: z.number().min(0).max(1000).default(1) }))
    .min(1)
    .max(20),
  /** tried in this order when no candidate could answer */
  fallbacks: z.array(deploymentName).max(10).default([]),
  /** the first whose condition holds narrows the candidates to `use`; see docs/guides/routing.md for the language */
  rules: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(120),
        when: z.string().min(1).max(1000),
        use: z.array(deploymentName).min(1).max(20),
        strategy: z.enum(STRATEGIES).optional(),
      }),
    )
    .max(50)
    .default([]),
  adaptive: adaptiveWeights.default({ latency: 1, cost: 1, errors: 1, headroom: 1 }),
  /** only connections in one of these regions, only models at one of these security levels; absent: any */
  regions: z.array(z.string().min(1).max(60)).min(1).max(20).optional(),
  securityLevels: z
    .array(z.enum(['public', 'internal', 'restricted']))
    .min(1)
    .optional(),
  retry: retryRules.default({ maxAttempts: 3, baseMs: 100, maxMs: 2_000 }),
  /** the whole call may take this long, ms; the caller may ask for less by `x-modelhub-timeout-ms` */
  timeoutMs: z.number().int().min(100).max(3_600_000).optional(),
  /** no first byte after this long, ms: the next candidate is tried too, and the first to answer wins */
  hedgeAfterMs: z.number().int().min(10).max(600_000).optional(),
});
export type RoutingPolicyInput = z.output<typeof routingPolicyInput>;
export const routingPolicy = routingPolicyInput.extend({ createdAt: iso, updatedAt: iso, updatedBy: z.string() });
export type RoutingPolicy = z.output<typeof routingPolicy>;

/** Redacted requests and answers of a deployment, kept apart from its usage events; see docs/guides/payload-log.md. */
export const payloadLog = z.strictObject({
  enabled: z.boolean(),
  retentionHours: z.number().int().min(1).max(720),
  /** of the redacted request, and of the redacted answer */
  maxBytes: z.number().int().min(1).max(262_144).default(32_768),
});
export type PayloadLogSettings = z.output<typeof payloadLog>;

/** What the gateway does with the calls of one deployment beside routing them. */
export const gatewaySettings = z.strictObject({
  /** a model without a known price: let calls pass with cost null, refuse them, or count a flat nano-dollar sum a call */
  unpriced: z.enum(['allow', 'block', 'flat']).default('allow'),
  flatNano: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  /** absent: off */
  payloadLog: payloadLog.optional(),
});
export type GatewaySettings = z.output<typeof gatewaySettings>;
