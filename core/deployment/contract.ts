import { z } from 'zod';
import { contract } from '#core/shared/contract.js';
import { many, name, pagination, paging } from '#core/shared/schema.js';
import { breakGlassBody, deploymentAnswer, deploymentRequest, deploymentView, replica, verbBody } from './schema.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from './verbs.js';

const tag = 'Deployments';
const params = z.object({ environment: name, name });

type VerbRoute = Exclude<DeploymentVerb, 'deploy'>;
const verbContract = (verb: VerbRoute) =>
  contract({
    method: 'POST',
    path: `/api/v1/deployments/{environment}/{name}/${verb}`,
    tag,
    summary: DEPLOYMENT_VERBS[verb].summary,
    permission: `deployment:${verb}`,
    status: 202,
    params,
    body: verbBody,
    response: deploymentAnswer,
    idempotent: true,
    problems: [409, 503],
  });

export const deploymentContracts = {
  'deployments.deploy': contract({
    method: 'POST',
    path: '/api/v1/models/deploy',
    tag,
    summary: DEPLOYMENT_VERBS.deploy.summary,
    permission: 'deployment:deploy',
    status: 202,
    body: deploymentRequest,
    response: deploymentAnswer,
    idempotent: true,
    problems: [409, 422, 503],
  }),
  'deployments.list': contract({
    method: 'GET',
    path: '/api/v1/deployments',
    tag,
    summary: 'Deployments, newest change first.',
    permission: 'deployment:read',
    query: z.strictObject({ environment: many.optional(), phase: many.optional(), modelId: z.string().max(240).optional(), ...paging }),
    response: z.object({ deployments: z.array(deploymentView), pagination }),
  }),
  'deployments.get': contract({
    method: 'GET',
    path: '/api/v1/deployments/{environment}/{name}',
    tag,
    summary: 'One deployment: phase, steps, revisions, links.',
    permission: 'deployment:read',
    params,
    response: deploymentAnswer,
  }),
  'deployments.replicas': contract({
    method: 'GET',
    path: '/api/v1/deployments/{environment}/{name}/replicas',
    tag,
    summary: 'Replicas as the target has them now, per revision.',
    permission: 'deployment:read',
    params,
    response: z.object({ observed: z.boolean(), reason: z.string().optional(), revisions: z.record(z.string(), z.array(replica)) }),
  }),
  'deployments.logs': contract({
    method: 'GET',
    path: '/api/v1/deployments/{environment}/{name}/replicas/{replica}/log',
    tag,
    summary: 'The last lines that a local replica wrote.',
    permission: 'deployment:read',
    params: params.extend({ replica: z.string().max(120) }),
    query: z.strictObject({ lines: z.coerce.number().int().min(1).max(2000).default(200) }),
    response: z.object({ replica: z.string(), text: z.string() }),
  }),
  'deployments.breakGlass': contract({
    method: 'POST',
    path: '/api/v1/deployments/{environment}/{name}/break-glass',
    tag,
    summary: 'Rollback without the workflow: works while Temporal is away; the workflow adopts it later.',
    permission: 'deployment:breakGlass',
    params,
    body: breakGlassBody,
    response: deploymentAnswer,
  }),
  'deployments.rollback': verbContract('rollback'),
  'deployments.pause': verbContract('pause'),
  'deployments.resume': verbContract('resume'),
  'deployments.abort': verbContract('abort'),
  'deployments.retry': verbContract('retry'),
  'deployments.retire': verbContract('retire'),
} satisfies Record<string, unknown> & Record<`deployments.${VerbRoute}`, unknown>;
