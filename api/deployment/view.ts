import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentAnswer, DeploymentView } from '#core/deployment/schema.js';
import { deploymentTopic } from '#core/shared/live.js';
import type { Ctx } from '#core/shared/scope.js';
import { deployments } from '#store/deployment.js';
import { deploymentId, routeOverrides } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';

const VIEW_WAIT_MS = 2_000;

/**
 * The answer to a verb: the view that the workflow gave back, once the stored copy is at least as new, so that whoever sent
 * the verb reads its effect next and never the state before it. A store that lags longer than 2 s does not hold the answer up.
 */
export async function answerOfVerb(deps: ApiDeps, ctx: Ctx, view: DeploymentView): Promise<DeploymentAnswer> {
  const id = deploymentId(view.environment, view.name);
  const end = Date.now() + VIEW_WAIT_MS;
  for (let wait = 5; Date.now() < end; wait = Math.min(50, wait * 2)) {
    const stored = await deployments(deps.store).find1({ ...ctx, scope: '' }, { id });
    if (stored && stored.token >= view.token) break;
    await sleep(wait);
  }
  return answerOf(deps, ctx, view);
}

/** The view with links and, while one is in force, its break-glass override. */
export async function answerOf(deps: ApiDeps, ctx: Ctx, view: DeploymentView): Promise<DeploymentAnswer> {
  const o = await routeOverrides(deps.store).find1(ctx, { id: deploymentId(view.environment, view.name) });
  const { temporalUi, namespace } = deps.links;
  const run = view.runId ? `/${view.runId}/history` : '';
  return {
    ...view,
    links: {
      status: `/api/v1/deployments/${view.environment}/${view.name}`,
      events: `/api/v1/live?topics=${encodeURIComponent(deploymentTopic(view.environment, view.name))}`,
      ...(temporalUi ? { temporal: `${temporalUi}/namespaces/${namespace}/workflows/${encodeURIComponent(view.workflowId)}${run}` } : {}),
    },
    ...(o ? { override: { revision: o.digest, by: o.by, at: o.at, reason: o.reason } } : {}),
  };
}
