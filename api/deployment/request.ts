import type { DeploymentRequest, RevisionSpec } from '#core/deployment/schema.js';
import type { DeploymentIdentity } from '#core/deployment/state.js';
import { badField, HubError } from '#core/shared/problem.js';
import { contains, type Ctx, scopeOf } from '#core/shared/scope.js';
import { digestOf } from '#store/audit.js';
import { connectionFor } from '#store/connection.js';
import { resolveModel } from '#store/catalog/resolve.js';
import { deployments } from '#store/deployment.js';
import { getTenant } from '#store/identity.js';
import { deploymentId } from '#store/routing.js';
import type { ApiDeps } from '../deps.js';

export interface PlannedDeployment {
  id: DeploymentIdentity;
  spec: RevisionSpec;
  digest: string;
}

/**
 * Checks a request against the catalog, the connections and the environments, and fixes every open choice, so that the
 * revision is immutable. Throws with field paths. The workflow starts only after this: a refused one must not be born.
 */
export async function planDeployment(
  deps: ApiDeps,
  ctx: Ctx,
  req: DeploymentRequest,
  allowRestricted: boolean,
): Promise<PlannedDeployment> {
  const { store } = deps;
  const environments = (await getTenant(store, ctx)).environments;
  if (!environments.includes(req.environment))
    throw badField('environment', `"${req.environment}" is not an environment here; use one of ${environments.join(', ')}`);
  const scope = scopeOf(req.workspace, req.project, req.environment);
  if (!contains(ctx.scope, scope)) throw new HubError('forbidden', `Your key is limited to ${ctx.scope}; it cannot deploy to ${scope}.`);

  const { offering, version } = await resolveModel(store, ctx, { modelId: req.modelId, version: req.version, allowRestricted });
  const target = await planTarget(deps, ctx, req, offering, version.serving);
  const name = req.name ?? nameFrom(req.modelId);
  const existing = await deployments(store).find1({ ...ctx, scope: '' }, { id: deploymentId(req.environment, name) });
  if (existing && existing.scope !== scope)
    throw badField('name', `"${name}" is taken in ${req.environment} by another workspace or project; choose another name`);

  const { replicas, resources, scaling } = req.configuration;
  const spec: RevisionSpec = {
    modelId: offering.id,
    modelVersion: version.version,
    modelType: offering.modelType,
    upstreamModel: target.upstreamModel,
    replicas,
    resources,
    ...(scaling ? { scaling } : {}),
    target: target.spec,
    parameters: req.parameters,
    keepPreviousSeconds: req.rollout.keepPreviousSeconds,
    drainTimeoutSeconds: req.rollout.drainTimeoutSeconds,
  };
  return { id: { tenant: ctx.tenant, scope, environment: req.environment, name }, spec, digest: (digestOf(spec) ?? '').slice(0, 12) };
}

type Offering = Awaited<ReturnType<typeof resolveModel>>['offering'];
type Serving = Awaited<ReturnType<typeof resolveModel>>['version']['serving'];

async function planTarget(
  deps: ApiDeps,
  ctx: Ctx,
  req: DeploymentRequest,
  offering: Offering,
  serving: Serving,
): Promise<{ spec: RevisionSpec['target']; upstreamModel: string }> {
  const wanted: NonNullable<DeploymentRequest['target']> = req.target ?? (serving ? { kind: 'local' } : { kind: 'hosted' });
  const own = offering.id.slice(offering.id.indexOf('/') + 1);
  if (wanted.kind === 'hosted') {
    const connection = await connectionFor(deps.store, ctx, { provider: offering.provider, connection: wanted.connection });
    return { spec: { kind: 'hosted', connection: connection.name }, upstreamModel: offering.upstreamModel };
  }
  const command = wanted.command ?? serving?.command;
  if (!command)
    throw badField('target.command', 'this version does not say how it is served; give the command line as an argv list with {port} in it');
  if (!command.some((a) => a.includes('{port}')))
    throw badField('target.command', 'one argument must contain {port}, which the hub replaces by the port to listen on');
  const env = wanted.env ?? serving?.env;
  return {
    spec: {
      kind: 'local',
      command,
      healthPath: wanted.healthPath ?? serving?.healthPath ?? '/health',
      startTimeoutSeconds: wanted.startTimeoutSeconds ?? serving?.startTimeoutSeconds ?? 60,
      ...(env ? { env } : {}),
    },
    upstreamModel: wanted.upstreamModel ?? serving?.upstreamModel ?? own,
  };
}

/** `local/Gemma-3_270m` → `gemma-3-270m` */
const nameFrom = (modelId: string): string =>
  modelId
    .slice(modelId.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 120) || 'model';
