import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import type { BareActivities, bare } from './bare-workflow.js';

/** A worker for the bare workflow, with the settings of our own, and a way to run one from start to result. */
export async function startBare(address: string) {
  const logger = new DefaultLogger('ERROR');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(__dirname, 'bare-workflow.ts'), logger });
  const connection = await NativeConnection.connect({ address });
  let ran = 0;
  let lastRanAt = 0;
  const activities: BareActivities = {
    nothing() {
      ran++;
      lastRanAt = performance.now();
      return Promise.resolve();
    },
  };
  const taskQueue = 'bench-bare';
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities: { ...activities },
    stickyQueueScheduleToStartTimeout: '1s',
    maxHeartbeatThrottleInterval: '1s',
  });
  const run = worker.run();
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection });
  let n = 0;
  return {
    client,
    /** ms from the client's start to the last activity, and to the client's result */
    async once(groups: number[]): Promise<{ lastActivity: number; result: number }> {
      const before = ran;
      const began = performance.now();
      await client.workflow.execute<typeof bare>('bare', { taskQueue, workflowId: `bare-${n++}`, args: [groups] });
      const result = performance.now() - began;
      const wanted = groups.reduce((sum, size) => sum + size, 0);
      if (ran - before !== wanted) throw new Error(`${ran - before} activities ran instead of ${wanted}`);
      return { lastActivity: lastRanAt - began, result };
    },
    async stop(): Promise<void> {
      worker.shutdown();
      await run;
      await clientConnection.close();
      await connection.close();
    },
  };
}
