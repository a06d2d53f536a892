import type { ProblemCode } from '#core/shared/problem.js';
import type { RevisionSpec, Revision, Rollout } from './schema.js';
import { STEPS, type StepName } from './steps.js';
import { dropCandidate, endRollout, iso, setPhase } from './rollout.js';
import { type DeploymentState, isServable, legalNow, MAX_REVISIONS, previousRevision, revisionOf, serving } from './state.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from './verbs.js';

/** What a verb carries. `actor` and `requestId` are for the audit trail. */
export interface VerbArgs {
  actor: string;
  requestId: string;
  /** state token that the caller saw */
  token?: number;
  /** deploy only */
  deploy?: { digest: string; spec: RevisionSpec };
  /** rollback only: digest or revision number */
  to?: string | number;
  reason?: string;
}

export interface Refusal {
  code: ProblemCode;
  message: string;
  path?: string;
}

/** Why the verb cannot be carried out now, or undefined. Synchronous and read-only: it is the validator of the Update. */
export function refusal(s: DeploymentState, verb: DeploymentVerb, args: VerbArgs): Refusal | undefined {
  if (args.token !== undefined && args.token !== s.token)
    return { code: 'stale-state', message: `The state is at token ${s.token}; you saw ${args.token}. Read it again and decide.` };
  const legal = legalNow(s);
  if (!legal.includes(verb)) {
    const none = verb === 'rollback' && DEPLOYMENT_VERBS.rollback.from.some((p) => p === s.phase);
    const why = none ? 'there is no earlier revision to go back to' : `it is ${s.phase}`;
    return { code: 'illegal-verb', message: `${s.name} cannot ${verb} now: ${why}. Legal now: ${legal.join(', ') || 'nothing'}.` };
  }
  if (verb === 'deploy' && args.deploy?.digest === s.stable && s.stable !== undefined)
    return { code: 'conflict', message: `Exactly this revision (r${revisionOf(s, s.stable)?.number}) is serving already.` };
  if (verb === 'rollback' && args.to !== undefined) {
    const to = target(s, args.to);
    if (!to) return { code: 'invalid-request', path: 'to', message: `There is no revision ${args.to} of ${s.name}.` };
    if (to.digest === serving(s) && s.rollout?.outcome !== 'running')
      return { code: 'conflict', message: `r${to.number} is serving already.` };
  }
  return undefined;
}

/** Carries the verb out; call it only after `refusal` said nothing. True when a running step must be cancelled. */
export function applyVerb(s: DeploymentState, verb: DeploymentVerb, args: VerbArgs, now: number): boolean {
  const before = s.token;
  const cancels = act(s, verb, args, now);
  s.token++;
  s.audits.push({
    id: `${verb}-${args.requestId}`,
    actor: args.actor,
    verb,
    requestId: args.requestId,
    before,
    after: s.token,
    ...(args.reason ? { note: args.reason } : {}),
  });
  return cancels;
}

function act(s: DeploymentState, verb: DeploymentVerb, args: VerbArgs, now: number): boolean {
  const r = s.rollout;
  switch (verb) {
    case 'deploy':
      if (args.deploy) startDeploy(s, args.deploy, args.actor, now);
      return false;
    case 'rollback':
      return startRollback(s, args, now);
    case 'pause':
      setPhase(s, 'paused', now);
      return false;
    case 'resume':
      setPhase(s, 'rolling-out', now);
      return false;
    case 'abort':
      if (r) {
        dropCandidate(s, r);
        endRollout(s, r, 'aborted', now);
      }
      return true;
    case 'retry':
      if (r) retry(s, r, now);
      return false;
    case 'retire':
      if (r?.outcome === 'running') endRollout(s, r, 'aborted', now);
      delete s.stable;
      delete s.candidate;
      s.discard = [];
      setPhase(s, 'retiring', now);
      return true;
  }
}

function startDeploy(s: DeploymentState, d: { digest: string; spec: RevisionSpec }, by: string, now: number): void {
  const known = revisionOf(s, d.digest);
  if (known) delete known.drainAt;
  const revision: Revision = known ?? {
    digest: d.digest,
    number: s.nextNumber++,
    spec: d.spec,
    state: 'candidate',
    createdAt: iso(now),
    createdBy: by,
    endpoints: [],
  };
  revision.state = 'candidate';
  if (!known) s.revisions = trim(s, [revision, ...s.revisions]);
  begin(s, 'deploy', revision, STEPS, by, now);
}

/** At once, never analysed, never blocked: only a revision without replicas has to be started first. */
function startRollback(s: DeploymentState, args: VerbArgs, now: number): boolean {
  const to = args.to === undefined ? previousRevision(s) : target(s, args.to);
  if (!to) return false;
  const running = s.rollout?.outcome === 'running' ? s.rollout : undefined;
  if (running) {
    if (running.to !== to.digest) dropCandidate(s, running);
    endRollout(s, running, 'replaced', now);
  }
  s.discard = s.discard.filter((d) => d !== to.digest);
  delete to.drainAt;
  if (to.digest === s.stable) {
    // back to what is stable: dropping the candidate has done it, the route follows
    to.state = 'stable';
    setPhase(s, 'live', now);
    return true;
  }
  to.state = 'candidate';
  begin(
    s,
    'rollback',
    to,
    isServable(to) ? ['shift', 'promote', 'drain'] : ['provision', 'warm', 'shift', 'promote', 'drain'],
    args.actor,
    now,
  );
  return true;
}

function begin(s: DeploymentState, kind: Rollout['kind'], to: Revision, steps: readonly StepName[], by: string, now: number): void {
  s.candidate = to.digest;
  s.discard = s.discard.filter((d) => d !== to.digest);
  s.rollout = {
    id: s.nextRollout++,
    kind,
    to: to.digest,
    ...(s.stable ? { from: s.stable } : {}),
    by,
    startedAt: iso(now),
    outcome: 'running',
    steps: steps.map((name) => ({ name, state: 'waiting' })),
  };
  setPhase(s, 'rolling-out', now);
}

/** From the step that failed; its replicas are gone, so from `provision` at the latest. */
function retry(s: DeploymentState, r: Rollout, now: number): void {
  const failed = STEPS.indexOf(r.error?.step ?? 'validate');
  const from = Math.min(failed, STEPS.indexOf('provision'));
  for (const step of r.steps)
    if (STEPS.indexOf(step.name) >= from) {
      step.state = 'waiting';
      delete step.startedAt;
      delete step.endedAt;
      delete step.detail;
    }
  r.outcome = 'running';
  delete r.error;
  delete r.endedAt;
  const to = revisionOf(s, r.to);
  if (to) to.state = 'candidate';
  s.candidate = r.to;
  s.discard = s.discard.filter((d) => d !== r.to);
  // a new id: results of the first attempt must not be taken for the second's
  s.history = s.history.filter((h) => h.id !== r.id);
  r.id = s.nextRollout++;
  setPhase(s, 'rolling-out', now);
}

export function target(s: DeploymentState, to: string | number): Revision | undefined {
  const number = typeof to === 'number' ? to : /^r?(\d{1,6})$/.exec(to)?.[1];
  return s.revisions.find((r) => r.digest === to || (number !== undefined && r.number === Number(number)));
}

/** Keeps the newest, and whatever still serves or runs. */
function trim(s: DeploymentState, all: Revision[]): Revision[] {
  return all.filter(
    (r, i) =>
      i < MAX_REVISIONS || r.digest === s.stable || r.digest === s.candidate || r.state === 'standby' || s.discard.includes(r.digest),
  );
}
