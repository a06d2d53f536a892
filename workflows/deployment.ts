import { defineSearchAttributeKey } from '@temporalio/common';
import * as wf from '@temporalio/workflow';
import type { DeploymentActivities } from '#core/deployment/activities.js';
import { STEP_REFUSED } from '#core/deployment/activities.js';
import { describeDeployment } from '#core/deployment/describe.js';
import { type Action, applyResult, nextAction, type Result } from '#core/deployment/rollout.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import { type DeploymentState, newState, revisionOf, toView } from '#core/deployment/state.js';
import { applyVerb, refusal, type VerbArgs } from '#core/deployment/verb-rules.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from '#core/deployment/verbs.js';
import { BUSY, type DeploymentInput, VERB_REFUSED } from '#core/deployment/workflow.js';
import { entity, refuse } from './kit/entity.js';

const VERBS = Object.keys(DEPLOYMENT_VERBS) as DeploymentVerb[];
const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

const retry = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  maximumInterval: '5s',
  nonRetryableErrorTypes: [STEP_REFUSED],
} satisfies wf.ActivityOptions['retry'];
/** Records must be written however long the database is away; the heartbeat tells a dead worker from a slow database. */
const records = wf.proxyActivities<DeploymentActivities>({ startToCloseTimeout: '20s', heartbeatTimeout: '3s', retry });
/** Steps heartbeat, so that a dead worker is seen in seconds; a provider that stays away ends the step. */
const steps = wf.proxyActivities<DeploymentActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '3s',
  scheduleToCloseTimeout: '4h',
  cancellationType: 'TRY_CANCEL',
  retry,
});

/**
 * One deployment, from its first revision to its retirement: a loop over the pure rules of core/deployment. Verbs change the
 * state at once; the loop then does what the state calls for. Rollback, abort and retire cut a running step short.
 */
export async function deployment(input: DeploymentInput): Promise<DeploymentView> {
  const info = wf.workflowInfo();
  let state: DeploymentState | undefined = input.state;
  let running: wf.CancellationScope | undefined;
  let setReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (setReady = resolve));
  const current = (): DeploymentState => {
    if (!state) throw refuse(BUSY, 'not ready yet; send it again');
    return state;
  };
  const view = (): DeploymentView => toView(current(), info.workflowId, info.runId);

  const hub = entity<DeploymentVerb, VerbArgs, DeploymentView>(
    {
      verbs: VERBS,
      ready,
      isReady: () => state !== undefined,
      check: (verb, args) => {
        const no = refusal(current(), verb, args);
        if (no) throw refuse(VERB_REFUSED, no.message, { code: no.code, path: no.path, view: view() });
      },
      act: (verb, args) => {
        if (applyVerb(current(), verb, args, Date.now())) running?.cancel();
      },
      token: () => current().token,
      view,
      summary: (verb) => DEPLOYMENT_VERBS[verb].summary,
    },
    input.seen ?? [],
    BUSY,
  );
  state ??= newState(input.id, iso(), (await records.loadView(input.id)) ?? undefined);
  setReady();

  const s = state;
  let saved = -1;
  let phase = '';
  const save = async (): Promise<void> => {
    if (s.token === saved) return;
    const token = s.token;
    const audits = s.audits.splice(0);
    await records.saveView.executeWithOptions({ summary: `Save view ${token}: ${s.phase}` }, [{ id: input.id, view: view(), audits }]);
    saved = token;
  };

  for (;;) {
    if (hub.mayContinue()) {
      await hub.drain();
      await save();
      return await wf.continueAsNew<typeof deployment>({ ...input, state: s, seen: hub.seen() });
    }
    const { action, wakeAt } = nextAction(s, Date.now());
    if (s.phase !== phase) {
      phase = s.phase;
      publishPhase(s);
    }
    wf.setCurrentDetails(describeDeployment(s));
    if (action?.kind === 'finish') {
      applyResult(s, action, { ok: true }, Date.now());
      await hub.drain();
      // a deploy that came in with the last breath starts over
      if (s.phase === 'retired') {
        await save();
        return view();
      }
      return await wf.continueAsNew<typeof deployment>({ ...input, state: s, seen: hub.seen() });
    }
    if (action) {
      const [result] = await Promise.all([perform(action), save()]);
      if (result) applyResult(s, action, result, Date.now());
      continue;
    }
    await save();
    const woken = (): boolean => hub.tookVerb() || hub.mayContinue() || s.token !== saved;
    if (s.phase === 'retired') {
      // born by a verb that was refused: nothing to live for
      if (!(await wf.condition(woken, input.emptyTimeoutMs ?? 60_000))) {
        await hub.drain();
        if (s.phase === 'retired') return view();
      }
    } else if (wakeAt === undefined) await wf.condition(woken);
    else await wf.condition(woken, Math.max(1, wakeAt - Date.now()));
  }

  /** Undefined when a verb has cut the step short: the state has moved on, and the result would belong to nothing. */
  async function perform(action: Exclude<Action, { kind: 'finish' }>): Promise<Result | undefined> {
    running = new wf.CancellationScope();
    try {
      return await running.run(() => (action.kind === 'publish' ? publish(action) : step(action)));
    } catch (e) {
      if (wf.isCancellation(e)) return undefined;
      return failed(e);
    } finally {
      running = undefined;
    }
  }

  async function publish(action: Extract<Action, { kind: 'publish' }>): Promise<Result> {
    const to = action.route.weights.map((w) => `r${revisionOf(s, w.digest)?.number ?? '?'} ${w.weight} %`).join(', ') || 'no traffic';
    // never cancelled: a route that is on its way must be known to have arrived
    const r = await wf.CancellationScope.nonCancellable(() =>
      records.publishRoute.executeWithOptions({ summary: `Route v${action.route.version}: ${to}` }, [
        { route: action.route, ackTimeoutMs: input.ackTimeoutMs ?? 5_000 },
      ]),
    );
    return { ok: true, detail: `${r.acknowledged} of ${r.live} gateways` };
  }

  async function step(action: Extract<Action, { revision: unknown }>): Promise<Result> {
    const { tenant, scope, environment, name } = input.id;
    const task = { tenant, scope, environment, name, revision: action.revision, fence: s.nextRollout };
    const label = `r${action.revision.number} (${action.revision.spec.modelId})`;
    switch (action.kind) {
      case 'validate':
        return { ok: true, ...(await steps.validateRevision.executeWithOptions({ summary: `Validate ${label}` }, [task])) };
      case 'provision': {
        const summary = `Provision ${action.revision.spec.replicas} × ${label}`;
        return { ok: true, ...(await steps.provisionRevision.executeWithOptions({ summary }, [task])) };
      }
      case 'warm':
        return { ok: true, ...(await steps.warmRevision.executeWithOptions({ summary: `Warm ${label}` }, [task])) };
      case 'drain': {
        const drained = await steps.drainRevision.executeWithOptions({ summary: `Drain ${label}` }, [
          { ...task, routeVersion: s.routeVersion },
        ]);
        return { ok: true, ...drained };
      }
    }
  }
}

function failed(e: unknown): Result {
  const cause = wf.rootCause(e) ?? String(e);
  const inner = e instanceof wf.ActivityFailure ? e.cause : e;
  if (inner instanceof wf.ApplicationFailure) {
    const detail = inner.details?.[0] as { code?: string; logTail?: string } | undefined;
    return {
      ok: false,
      code: detail?.code ?? inner.type ?? 'failed',
      message: inner.message,
      ...(detail?.logTail ? { logTail: detail.logTail } : {}),
    };
  }
  return { ok: false, code: 'failed', message: cause };
}

/** Search attributes change only with the phase. */
function publishPhase(s: DeploymentState): void {
  const shown = revisionOf(s, s.candidate ?? s.stable);
  wf.upsertSearchAttributes([
    { key: keyword('Phase'), value: s.phase },
    ...(shown
      ? [
          { key: keyword('ModelId'), value: shown.spec.modelId },
          { key: keyword('ModelVersion'), value: shown.spec.modelVersion },
        ]
      : []),
  ]);
}

const iso = (): string => new Date().toISOString();
