import type { DeploymentActivities, RevisionTask } from '#core/deployment/activities.js';
import { HubError } from '#core/shared/problem.js';
import type { RunnerClient } from '#adapters/targets/local/client.js';
import { audit, auditEntries } from '#store/audit.js';
import { deployments } from '#store/deployment.js';
import type { Store } from '#store/kit/connect.js';
import { deploymentId } from '#store/routing.js';
import { callModel, type GatewayAccess } from './call-model.js';
import { activity, contextOf, pause } from './kit/activity.js';
import { isLocal, provisionLocal, removeLocal, warmLocal } from './local-target.js';
import { acknowledged, liveGateways, publish } from './route.js';
import { type Validator } from './validate.js';

export interface DeploymentDeps {
  store: Store;
  /** absent where this worker cannot run local models */
  runner?: RunnerClient;
  gateway: GatewayAccess;
  validate: Validator;
}

/** The activities of the `deployment` workflow, on real servers. */
export function deploymentActivities(deps: DeploymentDeps): DeploymentActivities {
  const { store, gateway } = deps;
  const runner = (): RunnerClient => {
    if (!deps.runner)
      throw new HubError(
        'unprocessable',
        'This worker has no runner for local models; start the hub with `npm start`, or deploy to a hosted target.',
      );
    return deps.runner;
  };
  return {
    loadView: activity(
      async (id) => {
        const found = await deployments(store).find1(contextOf(id), { id: deploymentId(id.environment, id.name) });
        if (!found) return null;
        const { id: _id, tenant: _tenant, updatedAt: _updatedAt, ...view } = found;
        return view;
      },
      { patient: true },
    ),

    saveView: activity(
      async ({ id, view, audits }) => {
        const key = deploymentId(id.environment, id.name);
        await store.transaction(async () => {
          await deployments(store).putNewer(
            contextOf(id),
            { ...view, id: key, scope: id.scope, updatedAt: new Date().toISOString() },
            'token',
          );
          for (const a of audits) {
            const ctx = { ...contextOf(id), actor: a.actor, requestId: a.requestId };
            const entry = `${key}:${a.id}`;
            if (await auditEntries(store).find1(ctx, { id: entry })) continue; // this activity has run before
            const mutation = {
              action: `deployment:${a.verb}`,
              target: `deployment:${key}`,
              before: a.before,
              after: a.after,
              note: a.note,
            };
            await audit(store, ctx, mutation, entry);
          }
        });
      },
      { patient: true },
    ),

    publishRoute: activity(
      async ({ route, ackTimeoutMs }, signal) => {
        await publish(store, contextOf(route), route);
        return await acknowledged(store, route, ackTimeoutMs, signal);
      },
      { patient: true },
    ),

    validateRevision: activity((task, signal) => deps.validate(contextOf(task), task.revision.spec, signal)),

    provisionRevision: activity(async (task, signal) => {
      const { spec } = task.revision;
      if (!isLocal(spec)) return { endpoints: [], detail: 'the provider runs it' };
      const endpoints = await provisionLocal(runner(), task, spec, signal);
      return { endpoints, detail: `${endpoints.length} replicas ready` };
    }),

    warmRevision: activity(async (task, signal) => {
      const { spec, digest } = task.revision;
      if (isLocal(spec)) return { detail: await warmLocal(runner(), task, spec, signal) };
      if ((await liveGateways(store)).length === 0) throw new HubError('unavailable', 'No gateway is alive to make the warm-up call.');
      const { tenant, environment, name } = task;
      const ms = await callModel(
        gateway,
        { tenant, environment, deployment: name, revision: digest, modelType: spec.modelType, purpose: 'warm' },
        signal,
      );
      return { detail: `a live call took ${ms} ms` };
    }),

    drainRevision: activity(
      async (task, signal) => {
        const left = await drained(store, task, signal);
        if (isLocal(task.revision.spec)) await removeLocal(runner(), task);
        return { detail: left === 0 ? 'no calls left' : `stopped with ${left} calls still running` };
      },
      { patient: true },
    ),
  };
}

/** Waits until all live gateways obey the route and none has a call in flight on the revision; returns the calls left. */
async function drained(store: Store, task: RevisionTask & { routeVersion: number }, signal: AbortSignal): Promise<number> {
  const { tenant, environment, name, routeVersion: version } = task;
  const deadline = Date.now() + task.revision.spec.drainTimeoutSeconds * 1000;
  await acknowledged(store, { tenant, environment, name, version }, deadline - Date.now(), signal);
  for (;;) {
    const left = (await liveGateways(store)).reduce((n, g) => n + (g.draining[task.revision.digest] ?? 0), 0);
    if (left === 0 || Date.now() >= deadline) return left;
    await pause(100, signal);
  }
}
