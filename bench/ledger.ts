/**
 * The sum of the ledger against the invoice of a provider that is known to the nano-dollar (adapters/providers/simulator):
 * npm run bench:ledger -- [--calls 20000] [--kills 9] [--gateways 3] [--callers 24] [--away-minutes 0] [--away-rate 20] [--seed 1]
 * Calls of all five operations, whole and streamed, at three gateways on one MongoDB; the provider answers with 429, 500, 503,
 * resets, cuts and nonsense, clients leave, gateways are killed with -9 and started again. With `--away-minutes`, MongoDB is then
 * killed for so long while calls go on. Ends with 1 when anything is lost, doubled, different, or when memory grows.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedMongod, embeddedMongod } from '#cli/embedded/mongod.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { openStore } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import type { Side } from './ledger/join.js';
import { MemoryWatch } from './ledger/memory.js';
import type { GatewayProcess } from './ledger/processes.js';
import { LedgerRun, type Outcome } from './ledger/run.js';
import { machine, say } from './lib/report.js';

/** a gateway whose memory is higher by more than this in the last quarter than in the second one is not flat */
const FLAT_MB = 32;

async function startMongod({ spec }: EmbeddedMongod): Promise<ChildProcess> {
  const child = spawn(spec.command, spec.args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  if (spec.ready !== 'message') await spec.ready(AbortSignal.timeout(60_000));
  return child;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: '20000' },
      kills: { type: 'string', default: '9' },
      gateways: { type: 'string', default: '3' },
      callers: { type: 'string', default: '24' },
      'away-minutes': { type: 'string', default: '0' },
      'away-rate': { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [calls, kills, seed] = [Number(values.calls), Number(values.kills), Number(values.seed)];
  const folder = mkdtempSync(join(tmpdir(), 'ledger-mongod-'));
  const settings = loadSettings();
  const common = {
    dataDir: folder,
    cacheDir: settings.cacheDir,
    explicit: settings.mongod,
    say: (l: string) => void process.stderr.write(`${l}\n`),
  };
  const embedded = await embeddedMongod({ ...common, port: await freePort() });
  const mongod = await startMongod(embedded);
  await migrate(embedded.uri, { seed: false });
  const store = await openStore(embedded.uri);
  const run = await LedgerRun.start({
    ...{ store, mongodbUri: embedded.uri, seed },
    ...{ gateways: Number(values.gateways), callers: Number(values.callers) },
  });
  say(machine(), `${calls} calls at ${run.gateways.length} gateways, ${values.callers} at a time, seed ${seed}`);

  const began = performance.now();
  let last: ChildProcess | undefined;
  const killing = killBetween(run, calls, kills);
  await run.calls(calls);
  await killing;
  say(`calls done after ${((performance.now() - began) / 1000).toFixed(0)} s: ${JSON.stringify(run.seen)}`);
  let flat = true;
  const awayMs = Number(values['away-minutes']) * 60_000;
  if (awayMs > 0) ({ flat, mongod: last } = await away(run, mongod, embedded, awayMs, Number(values['away-rate'])));
  const outcome = await run.settle();
  report(run, outcome);
  await run.stop();
  await store.close();
  for (const child of [mongod, last]) child?.kill('SIGKILL');
  if ((last ?? mongod).exitCode === null) await Promise.race([once(last ?? mongod, 'exit'), sleep(2_000)]);
  rmSync(folder, { recursive: true, force: true });
  return flat && outcome.differences.length === 0 && outcome.open === 0;
}

/** Kills one gateway after another, evenly over the calls, and starts it again. */
async function killBetween(run: LedgerRun, calls: number, kills: number): Promise<void> {
  const first = run.sent;
  for (let k = 1; k <= kills; k++) {
    while (run.sent - first < (calls * k) / (kills + 1)) await sleep(20);
    const gateway = run.gateways[k % run.gateways.length] as GatewayProcess;
    await gateway.kill();
    await sleep(200);
    await gateway.start();
  }
}

/** MongoDB dies, the calls go on; then it comes back on the same data. */
async function away(run: LedgerRun, mongod: ChildProcess, embedded: EmbeddedMongod, awayMs: number, rate: number) {
  const before = run.sent;
  const gone = once(mongod, 'exit');
  mongod.kill('SIGKILL');
  await gone;
  const memory = new MemoryWatch(run.gateways, Math.max(200, awayMs / 240));
  const until = Date.now() + awayMs;
  await run.calls(Number.MAX_SAFE_INTEGER / 2, { rate, until: () => Date.now() > until });
  const seen = memory.stop();
  say('', `MongoDB killed for ${awayMs / 60_000} min while ${run.sent - before} calls went on; resident memory of the gateways, MB:`);
  for (const [i, m] of seen.entries())
    say(`  gateway ${i}  second quarter ${m.second.toFixed(1)}  last quarter ${m.last.toFixed(1)}  most ${m.most.toFixed(1)}  (n ${m.n})`);
  const back = await startMongod(embedded);
  await run.calls(300);
  return { flat: seen.every((m) => m.last - m.second <= FLAT_MB), mongod: back };
}

function report(run: LedgerRun, v: Outcome): void {
  const row = (name: string, s: Side, note: string): void =>
    say(
      `  ${name.padEnd(34)} ${String(s.calls).padStart(6)}  ledger ${String(s.ledger).padStart(14)}  invoice ${String(s.invoice).padStart(14)}  ${String(s.ledger - s.invoice).padStart(13)}  ${note}`,
    );
  const by = (what: (e: Outcome['events'][number]) => string): string =>
    [...v.events.reduce((counts, e) => counts.set(what(e), (counts.get(what(e)) ?? 0) + 1), new Map<string, number>())]
      .map(([k, calls]) => `${k} ${calls}`)
      .join(', ');
  say(
    '',
    `${run.sent} calls, ${v.events.length} events, ${v.lines} lines of the invoice; ${run.gateways.reduce((s, g) => s + g.kills, 0)} kills`,
  );
  say(`  events by status: ${by((e) => e.status)}`);
  say(`  by operation: ${by((e) => `${e.operation}${e.stream ? ' stream' : ''}`)}; calls with several lines: ${v.severalAttempts}`);
  say('', 'nano-dollars (1e-9 USD)                 calls');
  row('exactly known', v.exact, 'must be 0');
  row('estimated (left, cut without word)', v.estimated, 'each within its bound');
  row('unknown (left before first byte)', v.unknown, 'cost null');
  row('lost (gateway killed)', v.lost, 'cost is the bound');
  say(
    '',
    v.differences.length === 0 ? 'No difference: nothing lost, nothing doubled.' : `${v.differences.length} DIFFERENCES; the first 20:`,
  );
  for (const d of v.differences.slice(0, 20)) say(`  ${d}`);
  if (v.open > 0) say(`${v.open} calls are still open at the simulator`);
}

void main().then(
  (good) => process.exit(good ? 0 : 1),
  (e: unknown) => {
    process.stderr.write(`${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    process.exit(1);
  },
);
