import { randomUUID } from 'node:crypto';
import { previousRevision } from '#core/deployment/state.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { audited } from '#store/audit.js';
import { deployments } from '#store/deployment.js';
import { deploymentId, routeOverrides, routes } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';

/** Puts an override above the route: the gateways obey it within a second, with or without Temporal. */
export async function breakGlass(
  deps: ApiDeps,
  ctx: Ctx,
  view: DeploymentView,
  input: { to?: string | number | undefined; reason: string },
): Promise<void> {
  const { store } = deps;
  const key = deploymentId(view.environment, view.name);
  const route = await routes(store).get(ctx, key);
  const number = typeof input.to === 'number' ? input.to : /^r?(\d+)$/.exec(input.to ?? '')?.[1];
  const wanted =
    input.to === undefined
      ? previousRevision(view)?.digest
      : view.revisions.find((r) => r.digest === input.to || r.number === Number(number))?.digest;
  const reachable = route.revisions.find((r) => r.digest === wanted);
  if (!reachable) {
    const names = route.revisions.map((r) => `r${r.number}`).join(', ');
    throw new HubError(
      'invalid-request',
      `to: only revisions that are up can be switched to without the workflow: ${names || 'there is none'}.`,
      {
        errors: [{ path: 'to', message: `name one of ${names || '(none)'}` }],
      },
    );
  }
  const at = deps.now().toISOString();
  const override = {
    overrideId: randomUUID(),
    environment: view.environment,
    name: view.name,
    digest: reachable.digest,
    reason: input.reason,
    by: ctx.actor,
    at,
  };
  await audited(store, ctx, async () => {
    const before = await routeOverrides(store).find1(ctx, { id: key });
    if (before) await routeOverrides(store).remove(ctx, key);
    await routeOverrides(store).insert(ctx, { ...override, id: key, scope: view.scope });
    return {
      result: undefined,
      mutation: {
        action: 'deployment:breakGlass',
        target: `deployment:${key}`,
        before,
        after: override,
        note: input.reason,
        scope: view.scope,
      },
    };
  });
}

/**
 * The workflow adopts overrides: each is sent to it as a rollback under the override's own id, and goes when the route says
 * the same. Run it every few seconds; several API processes may do so at once.
 */
export async function adoptOverrides(deps: ApiDeps): Promise<void> {
  const { store, workflows } = deps;
  for (const o of await routeOverrides(store).acrossTenants('the adopter serves all tenants')) {
    const ctx: Ctx = { tenant: o.tenant, scope: '', actor: o.by, requestId: `override-${o.overrideId}` };
    const route = await routes(store).find1(ctx, { id: o.id });
    const view = await deployments(store).find1(ctx, { id: o.id });
    const done = route?.weights[0]?.digest === o.digest && view?.stable === o.digest;
    if (done || !view || view.phase === 'retired') {
      await routeOverrides(store).remove(ctx, o.id, { overrideId: o.overrideId });
      continue;
    }
    try {
      await workflows.send({ tenant: o.tenant, environment: o.environment, name: o.name }, 'rollback', {
        actor: o.by,
        requestId: ctx.requestId,
        to: o.digest,
        reason: `break-glass: ${o.reason}`,
      });
    } catch (e) {
      if (e instanceof HubError && e.code === 'unavailable') return; // Temporal is still away
      if (!(e instanceof HubError)) throw e;
      // refused: it serves that revision already (the next round sees it in the route), or it cannot; the override stays in force and visible
    }
  }
}
