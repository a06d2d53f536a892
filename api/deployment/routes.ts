import { deploymentContracts } from '#core/deployment/contract.js';
import type { DeploymentAnswer, DeploymentView } from '#core/deployment/schema.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from '#core/deployment/verbs.js';
import { HubError } from '#core/shared/problem.js';
import { contains, type Ctx } from '#core/shared/scope.js';
import { setName } from '#adapters/targets/local/protocol.js';
import { deployments } from '#store/deployment.js';
import { deploymentId } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';
import type { Handler, Handlers } from '../kit/route.js';
import { breakGlass } from './break-glass.js';
import { planDeployment } from './request.js';
import { answerOf, answerOfVerb } from './view.js';

type Ids = keyof typeof deploymentContracts;
type VerbId = Extract<Ids, `deployments.${Exclude<DeploymentVerb, 'deploy'>}`>;

export function deploymentRoutes(deps: ApiDeps): Handlers<Ids> {
  const { store, workflows } = deps;
  const get = (ctx: Ctx, p: { environment: string; name: string }) => deployments(store).get(ctx, deploymentId(p.environment, p.name));
  const writable = async (ctx: Ctx, p: { environment: string; name: string }): Promise<DeploymentView> => {
    const view = await get(ctx, p);
    if (!contains(ctx.scope, view.scope)) throw new HubError('forbidden', `Your key is limited to ${ctx.scope}.`);
    return view;
  };

  const verb = (v: Exclude<DeploymentVerb, 'deploy'>): Handler<VerbId> =>
    async function sendVerb({ ctx, params, body }): Promise<DeploymentAnswer> {
      const view = await writable(ctx, params);
      const args = {
        actor: ctx.actor,
        requestId: ctx.requestId,
        ...(body.token === undefined ? {} : { token: body.token }),
        ...(body.to === undefined ? {} : { to: body.to }),
        ...(body.reason ? { reason: body.reason } : {}),
      };
      try {
        const ack = await workflows.send({ tenant: ctx.tenant, ...params }, v, args);
        return await answerOfVerb(deps, ctx, ack.view);
      } catch (e) {
        if (!(e instanceof HubError && e.code === 'not-found')) throw e;
        const legal = view.phase === 'retired' ? ['deploy'] : [];
        throw new HubError(
          'illegal-verb',
          `${view.name} cannot ${v} now: it is ${view.phase}. Legal now: ${legal.join(', ') || 'nothing'}.`,
          { members: { current: view, legal }, cause: e },
        );
      }
    };
  const verbs = Object.fromEntries(
    (Object.keys(DEPLOYMENT_VERBS) as DeploymentVerb[]).flatMap((v) => (v === 'deploy' ? [] : [[`deployments.${v}`, verb(v)]])),
  ) as unknown as Handlers<VerbId>;

  return {
    ...verbs,
    'deployments.deploy': async ({ ctx, body, permissions }) => {
      const { id, spec, digest } = await planDeployment(deps, ctx, body, permissions.has('catalog:govern'));
      const ack = await workflows.deploy(id, {
        actor: ctx.actor,
        requestId: ctx.requestId,
        deploy: { digest, spec },
        ...(body.token === undefined ? {} : { token: body.token }),
      });
      return await answerOfVerb(deps, ctx, ack.view);
    },
    'deployments.list': async ({ ctx, query }) => {
      const filter = {
        ...(query.environment ? { environment: { $in: query.environment } } : {}),
        ...(query.phase ? { phase: { $in: query.phase } } : {}),
        ...(query.modelId ? { 'revisions.spec.modelId': query.modelId } : {}),
      };
      const skip = query.cursor ? 0 : ((query.page ?? 1) - 1) * query.limit;
      const [page, total] = await Promise.all([
        deployments(store).find(ctx, filter, { sort: ['updatedAt', -1], limit: query.limit, skip, cursor: query.cursor }),
        deployments(store).count(ctx, filter),
      ]);
      return {
        deployments: page.items,
        pagination: {
          limit: query.limit,
          total,
          ...(query.cursor ? {} : { page: query.page ?? 1 }),
          ...(page.next ? { next: page.next } : {}),
        },
      };
    },
    'deployments.get': async ({ ctx, params }) => answerOf(deps, ctx, await get(ctx, params)),
    'deployments.replicas': async ({ ctx, params }) => {
      const view = await get(ctx, params);
      const local = view.revisions.filter((r) => r.spec.target.kind === 'local' && r.state !== 'drained');
      if (local.length === 0) return { observed: false, reason: 'The provider runs the replicas of hosted revisions.', revisions: {} };
      const { runner } = deps;
      if (!runner) return { observed: false, reason: 'No runner of local models belongs to this API.', revisions: {} };
      const observed = await Promise.all(
        local.map(async (r) => {
          const set = await runner.view(setName({ tenant: ctx.tenant, ...params }, r.digest)).catch(absent);
          return [r.digest, set?.replicas ?? []] as const;
        }),
      );
      return { observed: true, revisions: Object.fromEntries(observed) };
    },
    'deployments.logs': async ({ ctx, params, query }) => {
      const view = await get(ctx, params);
      const of = view.revisions.find((r) =>
        params.replica.startsWith(`${setName({ tenant: ctx.tenant, environment: view.environment, name: view.name }, r.digest)}-`),
      );
      if (!of || !deps.runner) throw new HubError('not-found', `There is no replica "${params.replica}" of ${view.name}.`);
      const set = setName({ tenant: ctx.tenant, environment: view.environment, name: view.name }, of.digest);
      return { replica: params.replica, text: await deps.runner.log(set, params.replica, query.lines) };
    },
    'deployments.breakGlass': async ({ ctx, params, body }) => {
      const view = await writable(ctx, params);
      await breakGlass(deps, ctx, view, body);
      return await answerOf(deps, ctx, view);
    },
  };
}

/** A set that the runner does not know has no replicas. */
function absent(e: unknown): undefined {
  if (!(e instanceof HubError && e.code === 'not-found')) throw e;
}
