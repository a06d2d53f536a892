import { canonicalJson } from '#core/shared/canonical.js';
import type { Route } from '#core/routing/schema.js';
import type { Revision, Rollout } from './schema.js';
import type { StepName } from './steps.js';
import { currentStep, type DeploymentState, MAX_HISTORY, revisionOf, routeOf } from './state.js';
import type { DeploymentPhase } from './verbs.js';

/** What the workflow must do next; everything else is a pure transition. */
export type Action =
  | { kind: 'publish'; route: Route }
  | { kind: 'validate' | 'provision' | 'warm'; rollout: number; revision: Revision }
  /** `rollout` is absent for replicas that are stopped outside a rollout */
  | { kind: 'drain'; rollout?: number; revision: Revision }
  | { kind: 'finish' };

export type Result = { ok: true; detail?: string; endpoints?: string[] } | { ok: false; code: string; message: string; logTail?: string };

/**
 * Carries out the transitions that need no side effect and says what comes next.
 * @param now milliseconds
 * @returns the action, or the time (ms) to look again at, or neither when only a verb can change anything
 */
export function nextAction(s: DeploymentState, now: number): { action?: Action; wakeAt?: number } {
  for (;;) {
    // Routes come first: a rollback must not queue behind a step.
    const route = routeOf(s);
    const text = canonicalJson(route);
    if (text !== s.published && !(s.published === undefined && route.revisions.length === 0))
      return { action: { kind: 'publish', route: { ...route, version: s.routeVersion + 1, publishedAt: iso(now) } } };

    if (s.phase === 'retiring') {
      const next = s.revisions.find((r) => r.state !== 'drained');
      if (next) return { action: { kind: 'drain', revision: next } };
      setPhase(s, 'retired', now);
      return { action: { kind: 'finish' } };
    }
    if (s.phase === 'rolling-out' && s.rollout?.outcome === 'running') {
      const action = rolloutAction(s, s.rollout, now);
      if (action === 'again') continue;
      if (action) return { action };
    }
    const next = background(s, now);
    if (next === 'again') continue;
    return next;
  }
}

function rolloutAction(s: DeploymentState, r: Rollout, now: number): Action | 'again' | undefined {
  const step = currentStep(r);
  const to = revisionOf(s, r.to);
  if (step === undefined || to === undefined) {
    endRollout(s, r, 'succeeded', now);
    return 'again';
  }
  begin(r, step, now);
  switch (step) {
    case 'validate':
    case 'provision':
    case 'warm':
      return { kind: step, rollout: r.id, revision: to };
    case 'shift':
      // `begin` has made the candidate the serving revision; nothing to publish any more means that it is done
      if (canonicalJson(routeOf(s)) === s.published) endStep(s, r, 'shift', 'done', now, `all traffic to r${to.number}`);
      return 'again';
    case 'promote':
      promote(s, r, to, now);
      return 'again';
    case 'drain': {
      const from = revisionOf(s, r.from);
      if (!from || from.state === 'drained' || from.digest === r.to) {
        endStep(s, r, 'drain', 'skipped', now);
        return 'again';
      }
      if (from.drainAt && Date.parse(from.drainAt) > now) {
        endStep(s, r, 'drain', 'done', now, `r${from.number} kept warm until ${from.drainAt}`);
        return 'again';
      }
      return drainOf(s, from, r.id);
    }
  }
}

/** Stops what nobody needs any more: failed candidates at once, replaced revisions when their time has come. */
function background(s: DeploymentState, now: number): { action?: Action; wakeAt?: number } | 'again' {
  const discarded = s.discard.map((d) => revisionOf(s, d)).find((r) => r !== undefined);
  if (discarded) return { action: { kind: 'drain', revision: discarded } };
  const going = s.revisions.find((r) => r.state === 'draining');
  const standby = s.revisions.filter((r) => r.state === 'standby');
  const due = going ?? standby.find((r) => Date.parse(r.drainAt ?? '') <= now || r.drainAt === undefined);
  if (due) {
    const action = drainOf(s, due);
    return action === 'again' ? action : { action };
  }
  const times = standby.map((r) => Date.parse(r.drainAt ?? ''));
  return times.length ? { wakeAt: Math.min(...times) } : {};
}

/** First out of the route ('again' publishes it), then its replicas may stop. */
function drainOf(s: DeploymentState, revision: Revision, rollout?: number): Action | 'again' {
  if (revision.state === 'draining') return { kind: 'drain', revision, ...(rollout === undefined ? {} : { rollout }) };
  revision.state = 'draining';
  s.token++;
  return 'again';
}

/** Takes the outcome of an action into the state. A result of a rollout that is no longer the current one changes nothing. */
export function applyResult(s: DeploymentState, action: Action, result: Result, now: number): void {
  s.token++;
  if (action.kind === 'finish') return;
  if (action.kind === 'publish') {
    if (!result.ok) return fail(s, 'shift', result, now);
    s.routeVersion = action.route.version;
    const { version: _version, publishedAt: _at, ...content } = action.route;
    s.published = canonicalJson(content);
    return;
  }
  const revision = revisionOf(s, action.revision.digest);
  if (action.kind === 'drain') {
    if (revision) {
      revision.state = revision.state === 'failed' ? 'failed' : 'drained';
      revision.endpoints = [];
      delete revision.drainAt;
    }
    s.discard = s.discard.filter((d) => d !== action.revision.digest);
    if (s.phase === 'retiring' && revision) revision.state = 'drained';
    if (s.rollout && s.rollout.id === action.rollout)
      endStep(s, s.rollout, 'drain', 'done', now, result.ok ? result.detail : result.message);
    return;
  }
  if (s.rollout?.id !== action.rollout || s.rollout.outcome !== 'running' || !revision) return;
  if (!result.ok) return fail(s, action.kind, result, now);
  if (action.kind === 'provision') revision.endpoints = result.endpoints ?? [];
  endStep(s, s.rollout, action.kind, 'done', now, result.detail);
}

function promote(s: DeploymentState, r: Rollout, to: Revision, now: number): void {
  const old = revisionOf(s, s.stable);
  if (old && old.digest !== to.digest) {
    old.state = 'standby';
    const keep = old.spec.target.kind === 'local' ? to.spec.keepPreviousSeconds : 0;
    old.drainAt = iso(now + keep * 1000);
  }
  to.state = 'stable';
  delete to.drainAt;
  s.stable = to.digest;
  delete s.candidate;
  endStep(s, r, 'promote', 'done', now, `r${to.number} is stable`);
}

/** A failed step leaves the stable revision serving and says why. */
function fail(s: DeploymentState, step: StepName, why: Extract<Result, { ok: false }>, now: number): void {
  const r = s.rollout;
  if (r?.outcome !== 'running') return;
  endStep(s, r, step, 'failed', now, why.message);
  r.error = { step, code: why.code, message: why.message, ...(why.logTail ? { logTail: why.logTail } : {}) };
  dropCandidate(s, r);
  endRollout(s, r, 'failed', now);
}

/** The candidate is out; its replicas stop. A rollback's target is an old revision and only goes back to sleep. */
export function dropCandidate(s: DeploymentState, r: Rollout): void {
  const to = revisionOf(s, r.to);
  if (to && to.digest !== s.stable) {
    to.state = 'failed';
    if (!s.discard.includes(to.digest)) s.discard.push(to.digest);
  }
  delete s.candidate;
}

export function endRollout(s: DeploymentState, r: Rollout, outcome: Rollout['outcome'], now: number): void {
  r.outcome = outcome;
  r.endedAt = iso(now);
  for (const step of r.steps) if (step.state === 'running' || (step.state === 'waiting' && outcome !== 'failed')) step.state = 'skipped';
  s.history = [r, ...s.history.filter((h) => h.id !== r.id)].slice(0, MAX_HISTORY);
  setPhase(s, outcome === 'failed' || s.stable === undefined ? 'failed' : 'live', now);
}

export function setPhase(s: DeploymentState, phase: DeploymentPhase, now: number): void {
  if (s.phase === phase) return;
  s.phase = phase;
  s.phaseSince = iso(now);
}

export const iso = (ms: number): string => new Date(ms).toISOString();

function begin(r: Rollout, name: StepName, now: number): void {
  const step = r.steps.find((x) => x.name === name);
  if (step?.state === 'waiting') {
    step.state = 'running';
    step.startedAt = iso(now);
  }
}
function endStep(s: DeploymentState, r: Rollout, name: StepName, state: 'done' | 'failed' | 'skipped', now: number, detail?: string): void {
  const step = r.steps.find((x) => x.name === name);
  if (!step) return;
  step.state = state;
  step.startedAt ??= iso(now);
  step.endedAt = iso(now);
  if (detail) step.detail = detail;
  s.token++;
}
