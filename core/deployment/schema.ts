import { z } from 'zod';
import { serving } from '#core/catalog/schema.js';
import { iso, name, offeringId } from '#core/shared/schema.js';
import { STEPS } from './steps.js';
import { DEPLOYMENT_PHASES, DEPLOYMENT_VERBS, type DeploymentVerb } from './verbs.js';

/** Kubernetes-style quantities: `500m` or `2` cores, `512Mi` or `4Gi` memory. */
const cpu = z.string().regex(/^(\d{1,4}|\d{1,7}m|\d{1,3}\.\d{1,3})$/, 'use cores like "2" or thousandths like "500m"');
const memory = z.string().regex(/^\d{1,7}(Mi|Gi)$/, 'use "512Mi" or "4Gi"');
export const MAX_REPLICAS = 100;

export const configuration = z
  .strictObject({
    replicas: z.number().int().min(1).max(MAX_REPLICAS),
    resources: z.strictObject({ cpu, memory }).default({ cpu: '1', memory: '1Gi' }),
    scaling: z
      .strictObject({
        minReplicas: z.number().int().min(1).max(MAX_REPLICAS),
        maxReplicas: z.number().int().min(1).max(MAX_REPLICAS),
        targetUtilization: z.number().min(1).max(100),
      })
      .optional(),
  })
  .superRefine((c, ctx) => {
    const issue = (path: string[], message: string): void => void ctx.addIssue({ code: 'custom', path, message });
    if (c.scaling) {
      if (c.scaling.minReplicas > c.scaling.maxReplicas) issue(['scaling', 'minReplicas'], 'must not exceed maxReplicas');
      else if (c.replicas < c.scaling.minReplicas || c.replicas > c.scaling.maxReplicas)
        issue(['replicas'], `must lie between minReplicas ${c.scaling.minReplicas} and maxReplicas ${c.scaling.maxReplicas}`);
    }
    const cores = c.resources.cpu.endsWith('m') ? Number(c.resources.cpu.slice(0, -1)) / 1000 : Number(c.resources.cpu);
    if (cores < 0.05 || cores > 512) issue(['resources', 'cpu'], 'must lie between 50m and 512 cores');
    const mib = Number(c.resources.memory.slice(0, -2)) * (c.resources.memory.endsWith('Gi') ? 1024 : 1);
    if (mib < 16 || mib > 4_194_304) issue(['resources', 'memory'], 'must lie between 16Mi and 4096Gi');
  });

export const target = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hosted'),
    /** name of the connection; found by the model's provider when there is just one */
    connection: name.optional(),
  }),
  z.strictObject({
    kind: z.literal('local'),
    /** argv with `{port}`; the version's own serving command when absent */
    command: serving.shape.command.optional(),
    healthPath: z.string().startsWith('/').max(200).optional(),
    startTimeoutSeconds: z.number().int().min(1).max(3600).optional(),
    env: serving.shape.env,
    upstreamModel: z.string().max(200).optional(),
  }),
]);

/** Request parameters that the gateway fills in when a caller leaves them out. */
export const parameters = z.record(
  z.string().regex(/^[a-z_]{1,40}$/),
  z.union([z.number(), z.string().max(400), z.boolean(), z.null(), z.array(z.string().max(400)).max(8)]),
);

/** The specification's `DeploymentRequest`, with a name, a target and parameters. */
export const deploymentRequest = z.strictObject({
  modelId: offeringId,
  /** a version, or `@alias`; the newest active version when absent */
  version: z.string().max(120).optional(),
  environment: name,
  configuration: configuration.default({ replicas: 1, resources: { cpu: '1', memory: '1Gi' } }),
  /** the endpoint's name, which callers use as `model`; derived from the model when absent */
  name: name.optional(),
  workspace: name.default('default'),
  project: name.default('default'),
  /** `local` when the version says how it is served, else `hosted` */
  target: target.optional(),
  parameters: parameters.default({}),
  rollout: z
    .strictObject({
      /** how long replicas of the replaced revision are kept warm for an instant rollback */
      keepPreviousSeconds: z.number().int().min(0).max(86_400).default(300),
      /** how long in-flight calls of a revision may take to finish before its replicas stop */
      drainTimeoutSeconds: z.number().int().min(0).max(3600).default(60),
    })
    .default({ keepPreviousSeconds: 300, drainTimeoutSeconds: 60 }),
  /** the token of the state that the caller saw; a stale one is refused with the current view */
  token: z.number().int().optional(),
});
export type DeploymentRequest = z.output<typeof deploymentRequest>;

export const revisionSpec = z.object({
  modelId: z.string(),
  modelVersion: z.string(),
  modelType: z.string(),
  /** model name as the upstream knows it */
  upstreamModel: z.string(),
  replicas: z.number().int(),
  resources: z.object({ cpu: z.string(), memory: z.string() }),
  scaling: z.object({ minReplicas: z.number(), maxReplicas: z.number(), targetUtilization: z.number() }).optional(),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('hosted'), connection: z.string() }),
    z.object({
      kind: z.literal('local'),
      command: z.array(z.string()),
      healthPath: z.string(),
      startTimeoutSeconds: z.number(),
      env: z.record(z.string(), z.string()).optional(),
    }),
  ]),
  parameters: z.record(z.string(), z.unknown()),
  keepPreviousSeconds: z.number(),
  drainTimeoutSeconds: z.number(),
});
/** Immutable; named by the digest of its canonical JSON. */
export type RevisionSpec = z.output<typeof revisionSpec>;

export const REVISION_STATES = ['candidate', 'stable', 'standby', 'draining', 'drained', 'failed'] as const;
export const REPLICA_STATES = ['starting', 'ready', 'restarting', 'failed', 'stopping'] as const;
export const replica = z.object({
  name: z.string(),
  state: z.enum(REPLICA_STATES),
  endpoint: z.string().optional(),
  pid: z.number().int().optional(),
  restarts: z.number().int(),
  since: iso,
  detail: z.string().optional(),
});
export type Replica = z.output<typeof replica>;

export const revision = z.object({
  digest: z.string(),
  /** r1, r2, … within the deployment */
  number: z.number().int(),
  spec: revisionSpec,
  state: z.enum(REVISION_STATES),
  createdAt: iso,
  createdBy: z.string(),
  /** base URLs of its replicas; empty for hosted ones */
  endpoints: z.array(z.string()),
  /** a standby revision's replicas stop at this time */
  drainAt: iso.optional(),
});
export type Revision = z.output<typeof revision>;

export const stepView = z.object({
  name: z.enum(STEPS),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  startedAt: iso.optional(),
  endedAt: iso.optional(),
  detail: z.string().optional(),
});
export const rolloutError = z.object({ step: z.enum(STEPS), code: z.string(), message: z.string(), logTail: z.string().optional() });

export const rollout = z.object({
  id: z.number().int(),
  kind: z.enum(['deploy', 'rollback']),
  to: z.string(),
  from: z.string().optional(),
  by: z.string(),
  startedAt: iso,
  endedAt: iso.optional(),
  outcome: z.enum(['running', 'succeeded', 'failed', 'aborted', 'replaced']),
  steps: z.array(stepView),
  error: rolloutError.optional(),
});
export type Rollout = z.output<typeof rollout>;

const verbName = z.enum(Object.keys(DEPLOYMENT_VERBS) as [DeploymentVerb, ...DeploymentVerb[]]);

export const deploymentView = z.object({
  environment: z.string(),
  name: z.string(),
  scope: z.string(),
  /** the state token: grows with every change; send it with a verb to be refused when someone was faster */
  token: z.number().int(),
  phase: z.enum(DEPLOYMENT_PHASES),
  phaseSince: iso,
  createdAt: iso,
  stable: z.string().optional(),
  candidate: z.string().optional(),
  revisions: z.array(revision),
  /** the running or the last rollout */
  rollout: rollout.optional(),
  /** newest first, at most 20 */
  history: z.array(rollout),
  routeVersion: z.number().int(),
  /** verbs that are legal now */
  legal: z.array(verbName),
  workflowId: z.string(),
  runId: z.string().optional(),
});
export type DeploymentView = z.output<typeof deploymentView>;

export const links = z.object({ status: z.string(), events: z.string(), temporal: z.string().optional() });
/** the view with its links, and the replicas as observed at the target now */
export const deploymentAnswer = deploymentView.extend({
  links,
  /** set while a break-glass override is in force */
  override: z.object({ revision: z.string(), by: z.string(), at: iso, reason: z.string() }).optional(),
});
export type DeploymentAnswer = z.output<typeof deploymentAnswer>;

export const verbBody = z.strictObject({
  token: z.number().int().optional(),
  /** rollback: digest or number of the revision to go back to; the last good one when absent */
  to: z.union([z.string().max(64), z.number().int()]).optional(),
  reason: z.string().max(400).optional(),
});
export const breakGlassBody = z.strictObject({
  to: z.union([z.string().max(64), z.number().int()]).optional(),
  reason: z.string().min(3).max(400),
});
