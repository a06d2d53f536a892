/**
 * From the rollback's request to moved traffic: the time between sending `POST …/rollback` and the first answer through the
 * gateway that comes from the other revision. A whole hub on servers of its own; the provider is a fake in this process that
 * echoes the revision's parameter.
 *   node --import tsx --conditions=modelhub-source bench/rollback.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestHub, type TestHub } from '../test/support/hub.js';
import { startEcho } from './lib/echo-provider.js';
import { machine, quantile, row, say } from './lib/report.js';
import { startServers } from './lib/servers.js';

const WARM_UP = 5;
const RUNS = 100;
const GOAL_MS = 1_000;
/** Between two calls: the caller shares the processors with the hub that it measures. */
const PAUSE_MS = 5;
const PATH = '/api/v1/deployments/production/bench';

/** The API listens before it has reached its database. */
async function ready(hub: TestHub): Promise<void> {
  while (!(await fetch(`${hub.apiUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function deploy(hub: TestHub, temperature: number): Promise<void> {
  const body = {
    modelId: 'openai/gpt-4o-mini',
    environment: 'production',
    name: 'bench',
    configuration: { replicas: 2 },
    parameters: { temperature },
  };
  const r = await hub.call('POST', '/api/v1/models/deploy', body);
  if (r.status !== 202) throw new Error(`deploy was answered ${r.status}: ${JSON.stringify(r.body)}`);
  await hub.reach('production', 'bench', 'live');
}

/** One rollback: when it was acknowledged and when traffic had moved, in ms since it was sent; and the calls made meanwhile. */
async function rollBack(hub: TestHub): Promise<{ acknowledged: number; moved: number; calls: number }> {
  const from = (await hub.chat('bench')).body['temperature'];
  const began = performance.now();
  let acknowledged = 0;
  const sent = hub.call('POST', `${PATH}/rollback`, {}).then((r) => {
    acknowledged = performance.now() - began;
    if (r.status !== 202) throw new Error(`rollback was answered ${r.status}: ${JSON.stringify(r.body)}`);
  });
  let calls = 0;
  for (;;) {
    calls++;
    const answer = await hub.chat('bench');
    if (answer.status !== 200) throw new Error(`a call was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    if (answer.body['temperature'] !== from) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const moved = performance.now() - began;
  await sent;
  await hub.reach('production', 'bench', 'live');
  return { acknowledged, moved, calls };
}

async function main(): Promise<void> {
  const servers = await startServers({ mongodb: true });
  const echo = await startEcho();
  const run = join(servers.folder, 'run.json');
  writeFileSync(
    run,
    JSON.stringify({ mongodbUri: servers.mongodbUri, temporalAddress: servers.address, bundlePath: servers.bundlePath, browserPath: '' }),
  );
  process.env['HUB_TEST_RUN'] = run;
  let hub: TestHub | undefined;
  try {
    hub = await startTestHub('bench_rollback', { seed: true });
    await ready(hub);
    const connection = { name: 'openai', kind: 'openai', baseUrl: `${echo.url}/v1`, credential: 'sk-bench-credential' };
    const connected = await hub.call('POST', '/api/v1/connections', connection);
    if (connected.status !== 201) throw new Error(`the connection was answered ${connected.status}: ${JSON.stringify(connected.body)}`);
    await deploy(hub, 0.25);
    await deploy(hub, 0.75);
    const moved: number[] = [];
    const acknowledged: number[] = [];
    let calls = 0;
    for (let i = 0; i < WARM_UP + RUNS; i++) {
      const one = await rollBack(hub);
      if (i < WARM_UP) continue;
      moved.push(one.moved);
      acknowledged.push(one.acknowledged);
      calls += one.calls;
      if (i % 10 === 0) process.stderr.write(`${i} of ${WARM_UP + RUNS}, last ${one.moved.toFixed(0)} ms\n`);
    }
    say(
      'Rollback to traffic moved, hosted deployment with two revisions',
      machine(),
      ...servers.description,
      `Method: one after another, ${WARM_UP} for warm-up; API, one gateway, worker and provider in this process; one caller that pauses ${PAUSE_MS} ms after each call (${calls} calls, all answered 200).`,
      '',
      row('request sent to the first answer of the other', moved),
      row('request sent to its acknowledgement (202)', acknowledged),
      '',
      `goal: p99 below ${GOAL_MS} ms: ${quantile(moved, 0.99) < GOAL_MS ? 'met' : 'NOT met'}`,
    );
  } finally {
    await hub?.stop();
    await echo.stop();
    await servers.stop();
  }
}

main().catch((e: unknown) => {
  process.stderr.write(`${e instanceof Error ? e.stack : String(e)}\n`);
  process.exitCode = 1;
});
