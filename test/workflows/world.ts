import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { DeploymentWorkflows, type WorkflowOptions } from '#api/deployment/workflows.js';
import type { DeploymentActivities } from '#core/deployment/activities.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import type { VerbArgs } from '#core/deployment/verb-rules.js';
import { deploymentWorkflowId } from '#core/deployment/workflow.js';
import type { Route } from '#core/routing/schema.js';
import { specOf } from '#core/deployment/fixtures.test-support.js';

/** What the activities of a test do and remember: the world outside the workflow, in memory. */
export class World implements DeploymentActivities {
  readonly calls: string[] = [];
  readonly audits: string[] = [];
  readonly routes: Route[] = [];
  view: DeploymentView | undefined;
  /** replaced by tests that want a step to fail or to wait */
  during: (step: string) => Promise<void> = () => Promise.resolve();

  loadView = (): Promise<DeploymentView | null> => Promise.resolve(this.view ?? null);
  saveView: DeploymentActivities['saveView'] = ({ view, audits }) => {
    if (!this.view || this.view.token < view.token) this.view = view;
    for (const a of audits) this.audits.push(a.id);
    return Promise.resolve();
  };
  publishRoute: DeploymentActivities['publishRoute'] = ({ route }) => {
    if ((this.routes.at(-1)?.version ?? 0) < route.version) this.routes.push(route);
    return Promise.resolve({ acknowledged: 1, live: 1 });
  };
  validateRevision: DeploymentActivities['validateRevision'] = (t) => this.step('validate', t.revision.digest, { detail: 'ok' });
  provisionRevision: DeploymentActivities['provisionRevision'] = (t) =>
    this.step('provision', t.revision.digest, {
      endpoints: t.revision.spec.target.kind === 'local' ? ['http://127.0.0.1:1'] : [],
      detail: 'up',
    });
  warmRevision: DeploymentActivities['warmRevision'] = (t) => this.step('warm', t.revision.digest, { detail: 'warm' });
  drainRevision: DeploymentActivities['drainRevision'] = (t) => this.step('drain', t.revision.digest, { detail: 'drained' });

  private async step<T>(name: string, digest: string, result: T): Promise<T> {
    this.calls.push(`${name} ${digest}`);
    await this.during(name);
    return result;
  }
}

export const unique = (): string => randomBytes(5).toString('hex');
export const deployArgs = (n: number, kind: 'hosted' | 'local' = 'hosted', requestId = unique()): VerbArgs => ({
  actor: 'key_1',
  requestId,
  deploy: { digest: `d${n}`, spec: specOf(n, kind) },
});
export const verbArgs = (more: Partial<VerbArgs> = {}): VerbArgs => ({ actor: 'key_1', requestId: unique(), ...more });

try {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    shutdownSignals: [],
  });
} catch {
  // another import of this file has done it
}

/** A worker and a client on a task queue of their own. */
export async function startHarness(
  address: string,
  bundlePath: string,
  input: WorkflowOptions['input'] = {},
  world: DeploymentActivities = new World(),
) {
  const taskQueue = `test-${unique()}`;
  const connection = await NativeConnection.connect({ address });
  const create = () =>
    Worker.create({
      connection,
      taskQueue,
      workflowBundle: { codePath: bundlePath },
      activities: world,
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '2s',
    });
  let worker = await create();
  let run = worker.run();
  const workflows = new DeploymentWorkflows({ address, namespace: 'default', taskQueue, budgetMs: 30_000, input });
  const id = { tenant: 't', scope: 'default/default/production', environment: 'production', name: `chat-${unique()}` };
  return {
    workflows,
    id,
    workflowId: deploymentWorkflowId(id),
    async replaceWorker() {
      worker.shutdown();
      await run;
      worker = await create();
      run = worker.run();
    },
    async stop() {
      worker.shutdown();
      await run;
      await workflows.close();
      await connection.close();
    },
  };
}
export { until } from '../support/until.js';
