/** Our gateway as production runs it: built code, own process, MongoDB, a key, a route, journal and applier on. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedMongod } from '#cli/embedded/mongod.js';
import { limitInput } from '#core/limit/schema.js';
import { NODE_FLAGS } from '#cli/part-plan.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { offerings } from '#store/catalog/collections.js';
import { createKey } from '#store/identity.js';
import { openStore } from '#store/kit/connect.js';
import { limits } from '#store/limit.js';
import { migrate } from '#store/migrate.js';
import { routes, SYSTEM } from '#store/routing.js';
import { usageEvents } from '#store/usage.js';
import { type Part, startScript } from './processes.js';

const CTX = { tenant: 'bench', scope: '', actor: 'bench', requestId: 'bench' };
const SCOPE = 'a/b/production';

/** A mongod that the benchmark may stop and halt, with settings as `npm start` has them. */
export async function startMongod(): Promise<{ child: ChildProcess; uri: string; version: string; dataDir: string }> {
  const settings = loadSettings();
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const mongod = await embeddedMongod({ dataDir, cacheDir: settings.cacheDir, port: await freePort(), explicit: settings.mongod, say });
  const child = spawn(mongod.spec.command, mongod.spec.args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  if (mongod.spec.ready !== 'message') await mongod.spec.ready(AbortSignal.timeout(60_000));
  return { child, uri: mongod.uri, version: mongod.program.version, dataDir };
}

/** Tables, one key, a price, two limits that are never reached, and one route to the fake provider. Returns the key. */
export async function provide(uri: string, upstream: number): Promise<string> {
  await migrate(uri, { seed: false });
  const store = await openStore(uri);
  const { key } = await createKey(store, CTX, { name: 'bench', role: 'developer', scope: '' });
  const revision = {
    digest: 'bench',
    number: 1,
    modelId: 'openai/bench',
    modelVersion: '1',
    provider: 'openai',
    upstreamModel: 'up',
    connection: null,
    endpoints: [`http://127.0.0.1:${upstream}`],
    slots: null,
    parameters: {},
  };
  await routes(store).putNewer(
    { ...SYSTEM, tenant: CTX.tenant },
    {
      id: 'production/bench',
      scope: SCOPE,
      environment: 'production',
      name: 'bench',
      version: 1,
      weights: [{ digest: 'bench', weight: 100 }],
      revisions: [revision],
      publishedAt: new Date().toISOString(),
    },
    'version',
  );
  await offerings(store).insert(CTX, {
    id: 'openai/bench',
    name: 'bench',
    version: '1',
    provider: 'openai',
    providerName: 'OpenAI',
    model: 'openai/bench',
    upstreamModel: 'up',
    modelType: 'text',
    capabilities: [],
    supportedTasks: [],
    modalities: { input: ['text'], output: ['text'] },
    maxTokens: 8_192,
    contextWindow: 128_000,
    status: 'active',
    securityLevel: 'internal',
    compliance: [],
    openWeights: false,
    owner: 'tenant',
    served: false,
    priceBook: [{ effectiveFrom: '2020-01-01T00:00:00.000Z', prices: { input: 2_000_000_000, output: 4_000_000_000 } }],
  });
  for (const unit of ['requests', 'tokens'] as const) {
    const at = new Date().toISOString();
    const limit = limitInput.parse({ name: `${unit}-per-key`, per: 'key', unit, window: 'minute', amount: 1_000_000_000 });
    await limits(store).insert(CTX, { ...limit, id: limit.name, scope: '', createdAt: at, updatedAt: at, updatedBy: CTX.actor });
  }
  await store.close();
  return key;
}

/** @param profile folder for a CPU profile that is written when the gateway ends */
export async function startOurs(uri: string, dataDir: string, profile?: string): Promise<Part> {
  const port = await freePort();
  mkdirSync(dataDir, { recursive: true });
  const options = {
    host: '127.0.0.1',
    port,
    mongodbUri: uri,
    internalKey: 'bench-internal-key',
    keyringFile: join(dataDir, 'keyring'),
    dataDir,
  };
  const flags = [...(NODE_FLAGS.gateway ?? []), ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])];
  const part = await startScript(join(__dirname, 'ours-process.cjs'), [JSON.stringify(options)], flags);
  for (let n = 0; n < 200; n++) {
    if ((await fetch(`http://127.0.0.1:${port}/readyz`)).ok) return part;
    await sleep(50);
  }
  throw new Error('our gateway is not ready after 10 s');
}

/** How many events are in MongoDB once their number does not grow any more. */
export async function settledEvents(uri: string): Promise<number> {
  const store = await openStore(uri);
  let last = -1;
  for (let n = 0; n < 120; n++) {
    const count = await usageEvents(store).count(CTX);
    if (count === last) break;
    last = count;
    await sleep(1_500);
  }
  await store.close();
  return last;
}
