import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunner } from '#adapters/targets/local/runner.js';
import { startApi } from '#api/main.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import { startGateway } from '#gateway/main.js';
import { ensureBootstrap } from '#store/bootstrap.js';
import { migrate } from '#store/migrate.js';
import { startWorker } from '#worker/main.js';
import { freePort } from '#cli/ports.js';
import { testDatabase, testServers } from './servers.js';
import { until } from './until.js';

export interface Reply {
  status: number;
  headers: Headers;
  // what an answer holds is what the test asserts
  body: Record<string, never> & { [k: string]: never };
}

/** A whole hub in this process (API, gateway, worker, runner) on the run's real Temporal and mongod, with its own database. */
export async function startTestHub(
  name: string,
  o: { pagesDir?: string /** the 5,216 offerings of the seed; a few seconds */; seed?: boolean } = {},
) {
  const { temporalAddress, bundlePath } = testServers();
  const mongodbUri = testDatabase(name);
  const dataDir = mkdtempSync(join(tmpdir(), 'modelhub-test-hub-'));
  const keyringFile = join(dataDir, 'keyring.json');
  const internalKey = `internal-${name}`;
  const runnerSocket = join(dataDir, 'runner.sock');
  const temporal = { address: temporalAddress, namespace: 'default' };
  const taskQueue = `hub-${name}-${process.pid}-${Date.now()}`;
  await migrate(mongodbUri, { seed: o.seed ?? false });
  const { adminKey = '' } = await ensureBootstrap(mongodbUri);
  const logged: string[] = [];
  const runner = await startRunner({ dataDir, socketPath: runnerSocket });
  const apiPort = await freePort();
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: await freePort(),
    allowedOrigins: [`http://127.0.0.1:${apiPort}`],
    mongodbUri,
    internalKey,
    keyringFile,
    dataDir,
    allowedHosts: ['loopback'],
    graceMs: 500,
    log: (level, message, fields) => void logged.push(JSON.stringify({ level, message, ...fields })),
  });
  const gatewayUrl = `http://127.0.0.1:${gateway.port}`;
  const worker = await startWorker({
    mongodbUri,
    temporal,
    gatewayUrl,
    internalKey,
    keyringFile,
    allowedHosts: ['loopback'],
    runnerSocket,
    bundlePath,
    taskQueue,
  });
  const api = await startApi({
    host: '127.0.0.1',
    port: apiPort,
    mongodbUri,
    temporal: { ...temporal, uiUrl: 'http://127.0.0.1:4313' },
    gatewayUrl,
    internalKey,
    keyringFile,
    allowedHosts: ['loopback'],
    runnerSocket,
    pagesDir: o.pagesDir,
    workflows: { taskQueue },
    log: (line) => void logged.push(JSON.stringify(line)),
  });
  const apiUrl = `http://127.0.0.1:${api.port}`;
  await until(
    'the gateway and the API are ready',
    async () => (await fetch(`${gatewayUrl}/readyz`)).ok && (await fetch(`${apiUrl}/readyz`)).ok,
  );

  /** One API call; the admin's key unless told. */
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    more: { key?: string | null; headers?: Record<string, string>; raw?: string } = {},
  ): Promise<Reply> => {
    const key = more.key === undefined ? adminKey : more.key;
    const res = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined && more.raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...more.headers,
      },
      ...(more.raw !== undefined ? { body: more.raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, headers: res.headers, body: (text === '' ? {} : JSON.parse(text)) as Reply['body'] };
  };
  const view = async (environment: string, deployment: string) =>
    (await call('GET', `/api/v1/deployments/${environment}/${deployment}`)).body as unknown as DeploymentView;
  /** Waits until the deployment is in the phase; fails early with the rollout's error when it has failed instead. */
  const reach = async (
    environment: string,
    deployment: string,
    phase: DeploymentView['phase'],
    timeoutMs = 30_000,
  ): Promise<DeploymentView> => {
    let last: DeploymentView | undefined;
    await until(
      `${deployment} is ${phase}`,
      async () => {
        last = await view(environment, deployment);
        if (last.phase === 'failed' && phase !== 'failed') throw new Error(`it failed: ${JSON.stringify(last.rollout?.error)}`);
        return last.phase === phase;
      },
      timeoutMs,
    );
    if (!last) throw new Error('no view');
    return last;
  };
  const chat = async (
    model: string,
    more: { key?: string; headers?: Record<string, string>; body?: object; path?: string } = {},
  ): Promise<Reply> => {
    const res = await fetch(`${gatewayUrl}${more.path ?? '/v1/chat/completions'}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${more.key ?? adminKey}`, ...more.headers },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], ...more.body }),
    });
    return { status: res.status, headers: res.headers, body: JSON.parse(await res.text()) as Reply['body'] };
  };
  return {
    apiUrl,
    gatewayUrl,
    adminKey,
    mongodbUri,
    dataDir,
    internalKey,
    logged,
    call,
    view,
    reach,
    chat,
    async stop() {
      await api.stop();
      await worker.stop();
      await gateway.stop();
      await runner.stop();
    },
  };
}
export type TestHub = Awaited<ReturnType<typeof startTestHub>>;
