import { specOf } from '#core/deployment/fixtures.test-support.js';
import { deployments } from '#store/deployment.js';
import { deploymentId } from '#store/routing.js';
import type { Store } from '#store/kit/connect.js';

export const ctxOf = (tenant = 'acme', scope = '') => ({ tenant, scope, actor: 'test', requestId: 'test' });

/** The stored view of a live deployment, without a workflow behind it. */
export async function storedDeployment(
  store: Store,
  environment: string,
  name: string,
  o: { phase?: 'live' | 'retired'; tenant?: string } = {},
) {
  const at = new Date().toISOString();
  await deployments(store).insert(ctxOf(o.tenant), {
    ...{ id: deploymentId(environment, name), scope: `default/default/${environment}`, environment, name, token: 1 },
    ...{ phase: o.phase ?? 'live', phaseSince: at, createdAt: at, updatedAt: at, history: [], routeVersion: 1, legal: [], workflowId: 'w' },
    revisions: [{ digest: 'd1', number: 1, spec: specOf(1), state: 'stable' as const, createdAt: at, createdBy: 'k', endpoints: [] }],
  });
}
