import { z } from 'zod';
import { replica } from '#core/deployment/schema.js';

/** Between the runner, which owns local replicas, and those who order them: JSON over HTTP on a unix socket. */
export const order = z.strictObject({
  /** grows with each rollout; an order below the last one that the runner saw for this set is ignored */
  fence: z.number().int(),
  replicas: z.number().int().min(1).max(100),
  /** argv; every `{port}` is replaced */
  command: z.array(z.string()).min(1),
  healthPath: z.string(),
  startTimeoutSeconds: z.number().positive(),
  env: z.record(z.string(), z.string()).optional(),
});
export type Order = z.output<typeof order>;
export const replicaSet = z.object({ set: z.string(), fence: z.number(), stopped: z.boolean(), replicas: z.array(replica) });
export type ReplicaSet = z.output<typeof replicaSet>;

/** What the runner remembers over its own death. */
export const savedSet = z.object({
  set: z.string(),
  fence: z.number(),
  order: order.optional(),
  replicas: z.array(z.object({ name: z.string(), port: z.number().int() })),
});
export const savedSets = z.array(savedSet);

/** Replicas are named by tenant, environment, deployment and revision digest, so that whoever restarts finds them again. */
export const setName = (d: { tenant: string; environment: string; name: string }, digest: string): string =>
  `${d.tenant}.${d.environment}.${d.name}.${digest}`;
