import {
  ApplicationFailure,
  Client,
  Connection,
  defineSearchAttributeKey,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from './temporal-sdk.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import type { DeploymentIdentity } from '#core/deployment/state.js';
import type { VerbArgs } from '#core/deployment/verb-rules.js';
import type { DeploymentVerb } from '#core/deployment/verbs.js';
import { BUSY, type DeploymentInput, deploymentWorkflowId, HUB_QUEUE, VERB_REFUSED } from '#core/deployment/workflow.js';
import { HubError, type ProblemCode } from '#core/shared/problem.js';

/** In the server a workflow takes at most ten updates at once; beyond that its answer is latency. */
const IN_FLIGHT_PER_ENTITY = 5;
const AGAIN = new Set([BUSY, 'UnprocessedUpdate', 'AcceptedUpdateCompletedWorkflow']);
interface Ack {
  token: number;
  view: DeploymentView;
}
export interface WorkflowOptions {
  address: string;
  namespace: string;
  tls?: boolean | object | undefined;
  apiKey?: string | undefined;
  taskQueue?: string | undefined;
  /** all tries of one verb together, ms */
  budgetMs?: number;
  /** where the hub's pages are, for a link in the Temporal UI */
  hubUrl?: string | undefined;
  /** given to new workflows; tests make waits short */
  input?: Partial<DeploymentInput>;
}

/** Sends verbs to deployment workflows, each under an update id that makes a repeat harmless. */
export class DeploymentWorkflows {
  private readonly client: Client;
  private readonly connection: Connection;
  private readonly o: WorkflowOptions;
  private readonly lanes = new Map<string, number>();
  constructor(o: WorkflowOptions) {
    this.o = o;
    this.connection = Connection.lazy({
      address: o.address,
      connectTimeout: '3s',
      ...(o.tls === undefined ? {} : { tls: o.tls as true }),
      ...(o.apiKey === undefined ? {} : { apiKey: o.apiKey }),
    });
    this.client = new Client({ connection: this.connection, namespace: o.namespace });
  }
  close(): Promise<void> {
    return this.connection.close();
  }

  /** Starts the workflow when there is none (a retired deployment's has ended). */
  deploy(id: DeploymentIdentity, args: VerbArgs): Promise<Ack> {
    return this.retried(id, () => {
      const spec = args.deploy?.spec;
      const attribute = (name: string, value: string) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value });
      return this.client.workflow.executeUpdateWithStart<(input: DeploymentInput) => Promise<DeploymentView>, Ack, [VerbArgs]>('deploy', {
        args: [args],
        updateId: args.requestId,
        startWorkflowOperation: new WithStartWorkflowOperation('deployment', {
          workflowId: deploymentWorkflowId(id),
          taskQueue: this.o.taskQueue ?? HUB_QUEUE,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          args: [{ id, ...this.o.input }],
          staticSummary: `Deployment ${id.name} in ${id.environment}`,
          staticDetails: `Tenant ${id.tenant}, scope ${id.scope}. One workflow per deployment; verbs are Updates.${hubLink(this.o.hubUrl, id)}`,
          typedSearchAttributes: [
            attribute('Tenant', id.tenant),
            attribute('Environment', id.environment),
            attribute('Deployment', id.name),
            ...(spec ? [attribute('ModelId', spec.modelId), attribute('ModelVersion', spec.modelVersion)] : []),
          ],
        }),
      });
    });
  }

  send(id: Pick<DeploymentIdentity, 'tenant' | 'environment' | 'name'>, verb: DeploymentVerb, args: VerbArgs): Promise<Ack> {
    return this.retried(id, () =>
      this.client.workflow
        .getHandle(deploymentWorkflowId(id))
        .executeUpdate<Ack, [VerbArgs]>(verb, { args: [args], updateId: args.requestId }),
    );
  }

  private async retried(id: Pick<DeploymentIdentity, 'tenant' | 'environment' | 'name'>, call: () => Promise<Ack>): Promise<Ack> {
    const end = Date.now() + (this.o.budgetMs ?? 10_000);
    const lane = deploymentWorkflowId(id);
    await this.enter(lane, end);
    try {
      for (let n = 0; ; n++) {
        try {
          return await this.client.withDeadline(Math.min(end, Date.now() + 5_000), call);
        } catch (e) {
          const wait = Math.random() * Math.min(1_000, 25 * 2 ** n);
          if (!mayRetry(e) || Date.now() + wait > end) throw toHubError(e);
          await sleep(wait);
        }
      }
    } finally {
      this.lanes.set(lane, (this.lanes.get(lane) ?? 1) - 1);
      if (this.lanes.get(lane) === 0) this.lanes.delete(lane);
    }
  }
  private async enter(lane: string, end: number): Promise<void> {
    while ((this.lanes.get(lane) ?? 0) >= IN_FLIGHT_PER_ENTITY) {
      if (Date.now() > end) throw away();
      await sleep(20);
    }
    this.lanes.set(lane, (this.lanes.get(lane) ?? 0) + 1);
  }
}

/** Markdown for the Temporal UI: the way back. */
const hubLink = (hubUrl: string | undefined, id: DeploymentIdentity): string =>
  hubUrl ? `\n\n[Open in the Model Hub](${hubUrl}/deployments/${id.environment}/${id.name})` : '';

const away = (cause?: unknown): HubError =>
  new HubError('unavailable', 'The workflow service does not answer in time; the request may be repeated with the same Idempotency-Key.', {
    retryAfter: 5,
    cause,
  });

function mayRetry(e: unknown): boolean {
  if (e instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true; // unknown fate: the update id makes it safe
  if (e instanceof WorkflowUpdateFailedError) return AGAIN.has(e.cause instanceof ApplicationFailure ? (e.cause.type ?? '') : '');
  return e instanceof ServiceError && !(e instanceof WorkflowNotFoundError);
}

function toHubError(e: unknown): unknown {
  if (e instanceof WorkflowNotFoundError) return new HubError('not-found', 'No workflow of this deployment is running.', { cause: e });
  if (e instanceof WorkflowUpdateFailedError && e.cause instanceof ApplicationFailure) {
    if (e.cause.type === VERB_REFUSED) {
      const d = e.cause.details?.[0] as { code: ProblemCode; path?: string; view?: DeploymentView } | undefined;
      return new HubError(d?.code ?? 'conflict', e.cause.message, {
        ...(d?.path ? { errors: [{ path: d.path, message: e.cause.message }] } : {}),
        members: d?.view ? { current: d.view, legal: d.view.legal } : {},
      });
    }
    if (AGAIN.has(e.cause.type ?? '')) return away(e);
  }
  return mayRetry(e) ? away(e) : e;
}
const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
