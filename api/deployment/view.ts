import type { DeploymentAnswer, DeploymentView } from '#core/deployment/schema.js';
import { deploymentTopic } from '#core/shared/live.js';
import type { Ctx } from '#core/shared/scope.js';
import { deploymentId, routeOverrides } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';

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
