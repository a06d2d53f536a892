import type { Route } from '#core/routing/schema.js';
import type { DeploymentView, Revision } from './schema.js';
import type { DeploymentIdentity, PendingAudit } from './state.js';

export interface RevisionTask extends DeploymentIdentity {
  revision: Revision;
  /** grows with each rollout: a target ignores orders that are older than its last one */
  fence: number;
}

/**
 * What the `deployment` workflow may do to the world. Every call may happen more than once; each is idempotent by its
 * arguments. A refusal for good is an ApplicationFailure with one of the types in `FAILURES`.
 */
export interface DeploymentActivities {
  /** The view of an earlier run with the same name, so that numbers and history go on. */
  loadView(id: DeploymentIdentity): Promise<DeploymentView | null>;
  /** Writes the read copy unless a newer one is there, with the audit entries, in one transaction. */
  saveView(input: { id: DeploymentIdentity; view: DeploymentView; audits: PendingAudit[] }): Promise<void>;
  /** Publishes unless a newer route is there, and waits until every live gateway obeys it (or `ackTimeoutMs` has passed). */
  publishRoute(input: { route: Route; ackTimeoutMs: number }): Promise<{ acknowledged: number; live: number }>;
  /** Model still offered, connection there, credential accepted by the provider. */
  validateRevision(task: RevisionTask): Promise<{ detail: string }>;
  /** Replicas up and healthy; returns their addresses. */
  provisionRevision(task: RevisionTask): Promise<{ endpoints: string[]; detail: string }>;
  /** Hosted: one live call through the gateway, pinned to the revision. Local: every replica answers its health path. */
  warmRevision(task: RevisionTask): Promise<{ detail: string }>;
  /** Waits until calls in flight have ended (or the revision's drain timeout has passed), then stops its replicas. */
  drainRevision(task: RevisionTask & { routeVersion: number }): Promise<{ detail: string }>;
}

/** ApplicationFailure type of an expected refusal: not retried, shown to the user. `details[0]` may carry `{ logTail }`. */
export const STEP_REFUSED = 'Hub.StepRefused';
