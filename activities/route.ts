import type { GatewayStatus, Route } from '#core/routing/schema.js';
import { routeKey } from '#core/routing/schema.js';
import type { Ctx } from '#core/shared/scope.js';
import type { Store } from '#store/kit/connect.js';
import { deploymentId, gateways, routes } from '#store/routing.js';
import { pause } from './kit/activity.js';

/** A gateway that has not spoken for this long is not waited for; it lists all routes when it comes back. */
const ALIVE_MS = 6_000;

/** Publishes unless a newer route is there; true when it is there now. */
export async function publish(store: Store, ctx: Ctx, route: Route): Promise<void> {
  const { tenant: _tenant, ...fields } = route;
  await routes(store).putNewer(ctx, { ...fields, id: deploymentId(route.environment, route.name), scope: route.scope }, 'version');
}

export async function liveGateways(store: Store): Promise<GatewayStatus[]> {
  const all = await gateways(store).acrossTenants('gateways serve all tenants');
  return all.filter((g) => Date.now() - Date.parse(g.at) < ALIVE_MS);
}

/** Waits until every live gateway obeys the version, or the time is over: a slow gateway must not hold a rollback. */
export async function acknowledged(
  store: Store,
  route: Pick<Route, 'tenant' | 'environment' | 'name' | 'version'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ acknowledged: number; live: number }> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const live = await liveGateways(store);
    const done = live.filter((g) => (g.routes[routeKey(route)] ?? 0) >= route.version).length;
    if (done === live.length || Date.now() >= deadline) return { acknowledged: done, live: live.length };
    await pause(20, signal);
  }
}
