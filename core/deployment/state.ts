import type { Route, RouteRevision } from '#core/routing/schema.js';
import { legalVerbs } from '#core/shared/verb.js';
import type { DeploymentView, Revision, Rollout } from './schema.js';
import type { StepName } from './steps.js';
import { DEPLOYMENT_VERBS, type DeploymentPhase, type DeploymentVerb } from './verbs.js';

export interface DeploymentIdentity {
  tenant: string;
  scope: string;
  environment: string;
  name: string;
}

/** What the audit trail has still to be told; written in the transaction of the next `saveView`. */
export interface PendingAudit {
  id: string;
  actor: string;
  verb: DeploymentVerb;
  requestId: string;
  before?: number;
  after: number;
  note?: string;
}

/** All that a deployment workflow knows; carried over continue-as-new. Plain JSON. */
export interface DeploymentState extends DeploymentIdentity {
  token: number;
  phase: DeploymentPhase;
  phaseSince: string;
  createdAt: string;
  revisions: Revision[];
  stable?: string;
  candidate?: string;
  rollout?: Rollout;
  history: Rollout[];
  nextNumber: number;
  nextRollout: number;
  /** version of the route that was published last, and its content, so that a difference is seen */
  routeVersion: number;
  published?: string;
  /** digests whose replicas must stop although no rollout says so: failed or aborted candidates */
  discard: string[];
  audits: PendingAudit[];
}

export const MAX_REVISIONS = 25;
export const MAX_HISTORY = 20;

/** A deployment before its first revision. `since` is the view of an earlier run with the same name: numbers go on from there. */
export function newState(id: DeploymentIdentity, now: string, since?: DeploymentView): DeploymentState {
  return {
    ...id,
    token: since?.token ?? 0,
    phase: since?.phase ?? 'retired',
    phaseSince: now,
    createdAt: now,
    revisions: since?.revisions ?? [],
    history: since?.history ?? [],
    nextNumber: Math.max(0, ...(since?.revisions ?? []).map((r) => r.number)) + 1,
    nextRollout: Math.max(0, since?.rollout?.id ?? 0, ...(since?.history ?? []).map((r) => r.id)) + 1,
    routeVersion: since?.routeVersion ?? 0,
    discard: [],
    audits: [],
  };
}

/** What decides who serves; a view has it too. */
export interface Traffic {
  phase: DeploymentPhase;
  stable?: string | undefined;
  rollout?: Rollout | undefined;
  history: Rollout[];
  revisions: Revision[];
}

export const revisionOf = (s: Pick<Traffic, 'revisions'>, digest: string | undefined): Revision | undefined =>
  s.revisions.find((r) => r.digest === digest);

/** Replicas are up, or need not be: the revision can take traffic at once. */
export const isServable = (r: Revision): boolean => r.spec.target.kind === 'hosted' || r.endpoints.length > 0;

/** The step that runs or waits to run. */
export const currentStep = (r: Rollout): StepName | undefined => r.steps.find((x) => x.state === 'running' || x.state === 'waiting')?.name;
export const stepDone = (r: Rollout, name: StepName): boolean => r.steps.find((x) => x.name === name)?.state === 'done';
export const stepStarted = (r: Rollout, name: StepName): boolean =>
  ['running', 'done'].includes(r.steps.find((x) => x.name === name)?.state ?? 'waiting');

/** The revision that traffic must go to, as the state stands. */
export function serving(s: Traffic): string | undefined {
  if (s.phase === 'retiring' || s.phase === 'retired') return undefined;
  const r = s.rollout;
  return r?.outcome === 'running' && stepStarted(r, 'shift') ? r.to : s.stable;
}

/** Where a rollback without a target goes: to the stable revision during a rollout, else to the last good one before it. */
export function previousRevision(s: Traffic): Revision | undefined {
  if (s.rollout?.outcome === 'running') return revisionOf(s, s.stable);
  const now = serving(s);
  const order = [...s.history].sort((a, b) => b.id - a.id);
  // the revision that the last successful rollout replaced, then anything that once was stable
  const candidates = [s.stable, ...order.filter((r) => r.outcome === 'succeeded').flatMap((r) => [r.from, r.to])];
  const digest = candidates.find((d) => d !== undefined && d !== now && revisionOf(s, d) !== undefined);
  return revisionOf(s, digest);
}

/** The route is a pure function of the state; whenever it differs from what is published, it is published. */
export function routeOf(s: DeploymentState): Omit<Route, 'version' | 'publishedAt'> {
  const to = serving(s);
  const gone = s.phase === 'retiring' || s.phase === 'retired';
  const exposed = gone ? [] : s.revisions.filter((r) => r.digest === to || isExposed(s, r));
  return {
    tenant: s.tenant,
    scope: s.scope,
    environment: s.environment,
    name: s.name,
    weights: to === undefined ? [] : [{ digest: to, weight: 100 }],
    revisions: exposed.map(routeRevision),
  };
}
/** Reachable by a pin or an override. The provider keeps earlier hosted revisions up, so break-glass can always reach them. */
function isExposed(s: DeploymentState, r: Revision): boolean {
  if (!isServable(r) || r.state === 'failed') return false;
  if (r.state === 'candidate') return isProvisioned(s, r);
  return r.spec.target.kind === 'hosted' || r.state === 'stable' || r.state === 'standby';
}
/** A rollback to a revision that is up has no such step. */
const isProvisioned = (s: DeploymentState, r: Revision): boolean =>
  s.rollout?.to === r.digest && (stepDone(s.rollout, 'provision') || !s.rollout.steps.some((x) => x.name === 'provision'));

function routeRevision(r: Revision): RouteRevision {
  const { spec } = r;
  return {
    digest: r.digest,
    number: r.number,
    modelId: spec.modelId,
    modelVersion: spec.modelVersion,
    provider: spec.modelId.split('/')[0] ?? '',
    upstreamModel: spec.upstreamModel,
    connection: spec.target.kind === 'hosted' ? spec.target.connection : null,
    endpoints: r.endpoints,
    slots: spec.target.kind === 'hosted' ? spec.replicas * SLOTS_PER_HOSTED_REPLICA : null,
    parameters: spec.parameters,
  };
}
/** Replicas of a hosted revision are concurrency slots: this many calls at the same time each. */
export const SLOTS_PER_HOSTED_REPLICA = 32;

/** Verbs that are legal now: the phase says most, the state the rest. */
export function legalNow(s: DeploymentState): DeploymentVerb[] {
  return legalVerbs(DEPLOYMENT_VERBS, s.phase).filter((verb) => {
    if (verb === 'rollback') return previousRevision(s) !== undefined;
    if (verb === 'retry') return s.rollout?.outcome === 'failed';
    return true;
  });
}

export function toView(s: DeploymentState, workflowId: string, runId?: string): DeploymentView {
  return {
    environment: s.environment,
    name: s.name,
    scope: s.scope,
    token: s.token,
    phase: s.phase,
    phaseSince: s.phaseSince,
    createdAt: s.createdAt,
    ...(s.stable ? { stable: s.stable } : {}),
    ...(s.candidate ? { candidate: s.candidate } : {}),
    revisions: s.revisions,
    ...(s.rollout ? { rollout: s.rollout } : {}),
    history: s.history,
    routeVersion: s.routeVersion,
    legal: legalNow(s),
    workflowId,
    ...(runId ? { runId } : {}),
  };
}
