import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { requestFocus } from '../kit/page-focus.js';
import { auditSearch } from '../pages/audit/search.js';
import { catalogSearch } from '../pages/catalog/search.js';
import { deploymentsSearch } from '../pages/deployments/search.js';
import { playgroundSearch } from '../pages/playground/search.js';
import { newPolicySearch } from '../pages/policy/search.js';
import { requestsSearch } from '../pages/requests/search.js';
import { routingSearch } from '../pages/routing/search.js';
import { signInSearch } from '../pages/sign-in/search.js';
import { FailedPage, NotFoundPage } from './fallback-pages.js';
import type { Hub } from './hub.js';
import { parseSearch, stringifySearch } from './search-codec.js';
import { Shell } from './shell.js';

const root = createRootRouteWithContext<{ hub: Hub }>()({ component: Outlet, notFoundComponent: NotFoundPage });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw) => signInSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.js'), 'SignInPage'),
});
/** Everything behind a key. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: ({ context, location }) => {
    if (context.hub.session.key === undefined) throw redirect({ to: '/sign-in', search: { to: location.href } });
  },
});
const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/models' });
  },
});
const models = createRoute({
  getParentRoute: () => inside,
  path: '/models',
  validateSearch: (raw) => catalogSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/catalog/catalog-page.js'), 'CatalogPage'),
});
const model = createRoute({
  getParentRoute: () => inside,
  path: '/models/$id',
  component: lazyRouteComponent(() => import('../pages/model/model-page.js'), 'ModelPage'),
});
const deployments = createRoute({
  getParentRoute: () => inside,
  path: '/deployments',
  validateSearch: (raw) => deploymentsSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/deployments/deployments-page.js'), 'DeploymentsPage'),
});
const deployment = createRoute({
  getParentRoute: () => inside,
  path: '/deployments/$environment/$name',
  component: lazyRouteComponent(() => import('../pages/deployment/deployment-page.js'), 'DeploymentPage'),
});
const connections = createRoute({
  getParentRoute: () => inside,
  path: '/connections',
  component: lazyRouteComponent(() => import('../pages/connections/connections-page.js'), 'ConnectionsPage'),
});
const connection = createRoute({
  getParentRoute: () => inside,
  path: '/connections/$name',
  component: lazyRouteComponent(() => import('../pages/connection/connection-page.js'), 'ConnectionPage'),
});
const requests = createRoute({
  getParentRoute: () => inside,
  path: '/requests',
  validateSearch: (raw) => requestsSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/requests/requests-page.js'), 'RequestsPage'),
});
const request = createRoute({
  getParentRoute: () => inside,
  path: '/requests/$id',
  component: lazyRouteComponent(() => import('../pages/request/request-page.js'), 'RequestPage'),
});
const playground = createRoute({
  getParentRoute: () => inside,
  path: '/playground',
  validateSearch: (raw) => playgroundSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/playground/playground-page.js'), 'PlaygroundPage'),
});
const routing = createRoute({
  getParentRoute: () => inside,
  path: '/routing',
  validateSearch: (raw) => routingSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/routing/routing-page.js'), 'RoutingPage'),
});
const newPolicy = createRoute({
  getParentRoute: () => inside,
  path: '/routing/new',
  validateSearch: (raw) => newPolicySearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/policy/new-policy-page.js'), 'NewPolicyPage'),
});
const policy = createRoute({
  getParentRoute: () => inside,
  path: '/routing/$environment/$name',
  component: lazyRouteComponent(() => import('../pages/policy/policy-page.js'), 'PolicyPage'),
});
const limits = createRoute({
  getParentRoute: () => inside,
  path: '/limits',
  component: lazyRouteComponent(() => import('../pages/limits/limits-page.js'), 'LimitsPage'),
});
const keys = createRoute({
  getParentRoute: () => inside,
  path: '/keys',
  component: lazyRouteComponent(() => import('../pages/keys/keys-page.js'), 'KeysPage'),
});
const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: (raw) => auditSearch.parse(raw),
  component: lazyRouteComponent(() => import('../pages/audit/audit-page.js'), 'AuditPage'),
});
const studio = createRoute({
  getParentRoute: () => inside,
  path: '/studio',
  component: lazyRouteComponent(() => import('../studio/studio-page.js'), 'StudioPage'),
});

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    home,
    models,
    model,
    deployments,
    deployment,
    routing,
    newPolicy,
    policy,
    requests,
    request,
    playground,
    connections,
    connection,
    limits,
    keys,
    audit,
    studio,
  ]),
]);

export function createHubRouter(hub: Hub) {
  const router = createRouter({
    routeTree,
    context: { hub },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: FailedPage,
    scrollRestoration: true,
  });
  router.subscribe('onBeforeLoad', ({ pathChanged, fromLocation }) => {
    if (pathChanged && fromLocation !== undefined) requestFocus();
  });
  hub.session.onChange(() => {
    if (hub.session.key === undefined) void router.navigate({ to: '/sign-in', search: { to: router.state.location.href } });
  });
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createHubRouter>;
  }
}
