import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { deploymentActivities } from '#activities/deployment.js';
import { RunnerClient } from '#adapters/targets/local/client.js';
import { HUB_QUEUE } from '#core/deployment/workflow.js';
import { openStore } from '#store/kit/connect.js';
import { validator } from '#activities/validate.js';
import { AddressGuard } from '#adapters/providers/address-guard.js';
import { openKeyring } from '#adapters/keys/local.js';

export interface WorkerOptions {
  mongodbUri: string;
  temporal: { address: string; namespace: string; tls?: boolean | object | undefined; apiKey?: string | undefined };
  gatewayUrl: string;
  internalKey: string;
  keyringFile: string;
  /** what connections may reach that is not public (`AddressGuard`); nothing unless told */
  allowedHosts?: readonly string[];
  runnerSocket?: string | undefined;
  /** prebuilt by worker/bundle.ts */
  bundlePath: string;
  taskQueue?: string;
  onFatal?(error: unknown): void;
}

/** Hosts all workflows and activities. Resolves when polling; `stop` lets activities finish for a while, then goes. */
export async function startWorker(o: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  installRuntime();
  const { address, tls, apiKey } = o.temporal;
  const connection = await NativeConnection.connect({
    address,
    ...(tls === undefined ? {} : { tls: tls as true }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  const store = await openStore(o.mongodbUri, { awaitFirst: false });
  const runner = o.runnerSocket ? new RunnerClient(o.runnerSocket) : undefined;
  const via = new AddressGuard(o.allowedHosts ?? []).agent();
  const worker = await Worker.create({
    connection,
    namespace: o.temporal.namespace,
    taskQueue: o.taskQueue ?? HUB_QUEUE,
    workflowBundle: { codePath: o.bundlePath },
    activities: deploymentActivities({
      store,
      gateway: { url: o.gatewayUrl, internalKey: o.internalKey },
      validate: validator(store, openKeyring(o.keyringFile), via),
      ...(runner ? { runner } : {}),
    }),
    // speculative tasks that miss a sticky worker stall for this long (temporal-measured section 3)
    stickyQueueScheduleToStartTimeout: '1s',
    maxConcurrentActivityTaskExecutions: 200,
    // a step's last beat must reach the server well within its 3 s timeout
    maxHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '15s',
  });
  const run = worker.run();
  run.catch((e: unknown) => o.onFatal?.(e));
  return {
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run.catch(() => undefined); // told to onFatal
      await connection.close();
      await runner?.close();
      await via.close();
      await store.close();
    },
  };
}

/** Once a process: the SDK's logs as lines on stderr, warnings and worse. */
function installRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  } catch (e) {
    if (!/already/i.test(String(e))) throw e;
  }
}
