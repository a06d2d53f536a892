/**
 * What the gateway costs, beside a floor (node:http and undici, 20 lines) and beside other gateways on the same machine, in
 * the same run. Ours with everything on: key, routing, journal, events to MongoDB. Theirs with everything off.
 *
 *   npm run build && npm run bench:gateway-overhead [-- --quick] [--peers=portkey,litellm|none] [--only=throughput,…] [--shapes=json,stream] [--profile=DIR]
 *
 * Parts: throughput, latency, mongodb, scale. `--profile` writes a CPU profile of our gateway and leaves out the peers.
 * Peers are installed once, from the usual registries, below the system's folder for temporary files.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Goal, goalLine } from './gateway-peers/goals.js';
import { startLitellm } from './gateway-peers/litellm.js';
import { provide, settledEvents, startMongod, startOurs } from './gateway-peers/ours.js';
import { PORTKEY_VERSIONS, portkeyHeaders, startPortkey } from './gateway-peers/portkey.js';
import { Load, rssMb, startScript, stop, stopAll } from './gateway-peers/processes.js';
import { added, failures, interleaved, median, type Round, round, type System, warm } from './gateway-peers/systems.js';
import { machine, say } from './lib/report.js';

const CACHE = join(tmpdir(), 'modelhub-bench-peers');
const option = (name: string): string | undefined => process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const quick = process.argv.includes('--quick');
const profile = option('profile');
const peers = profile !== undefined ? ['none'] : (option('peers') ?? 'portkey,litellm').split(',');
const only = option('only')?.split(',');
const wanted = (part: string): boolean => only === undefined || only.includes(part);
const shapes = (option('shapes') ?? 'json,stream').split(',').map((s) => s === 'stream');
const ROUNDS = quick ? 2 : 5;
const SECONDS = quick ? 1 : 2;
const goals: Goal[] = [];
const f = (value: number, digits = 2): string => value.toFixed(digits).padStart(8);

async function main(): Promise<void> {
  const mongod = await startMongod();
  const upstream = await startScript(require.resolve('./gateway-peers/upstream.ts'), []);
  const startFloor = () => startScript(require.resolve('./gateway-peers/floor.ts'), [String(upstream.port)]);
  const key = await provide(mongod.uri, upstream.port);
  const direct: System = { name: 'direct', parts: [upstream], headers: {} };
  const floor: System = { name: 'floor', parts: [await startFloor()], headers: {} };
  const oursPart = await startOurs(mongod.uri, mongod.dataDir, profile);
  const ours: System = { name: 'ours', parts: [oursPart], headers: { authorization: `Bearer ${key}` } };
  const others = await startPeers(upstream.port);
  const load = await Load.start();
  say(
    machine(),
    `MongoDB ${mongod.version}; ${ROUNDS} interleaved rounds of ${SECONDS} s, median of rounds; ~1 kB prompt; load, provider and each gateway are processes of their own on these cores`,
  );

  const systems = [floor, ours, ...others];
  await warm(load, systems, shapes);
  if (wanted('throughput')) await throughput(load, systems);
  if (wanted('latency')) await latency(load, [direct, ...systems]);
  for (const other of others) await Promise.all(other.parts.map((part) => stop(part.child)));
  if (wanted('scale')) {
    const second = await startOurs(mongod.uri, join(mongod.dataDir, 'second'));
    await warm(load, [{ ...ours, parts: [second] }], shapes);
    const floor2 = { ...floor, name: 'floor × 2', parts: [...floor.parts, await startFloor()] };
    await scale(load, floor, floor2, ours, { ...ours, name: 'ours × 2', parts: [...ours.parts, second] });
    await stop(second.child);
  }
  if (wanted('mongodb')) await storeTrouble(load, ours, mongod);
  say('', 'Goals:', ...goals.map(goalLine), '', machine());
  await stopAll();
  mongod.child.kill('SIGKILL');
  rmSync(mongod.dataDir, { recursive: true, force: true });
}

async function startPeers(upstream: number): Promise<System[]> {
  const found: System[] = [];
  if (peers.includes('portkey'))
    try {
      found.push({ name: 'portkey', parts: [await startPortkey(CACHE)], headers: portkeyHeaders(upstream) });
      say(PORTKEY_VERSIONS);
    } catch (e) {
      say(`portkey is left out: ${String(e).slice(0, 300)}`);
    }
  if (peers.includes('litellm'))
    try {
      const { version, key, ...part } = await startLitellm(CACHE, upstream);
      found.push({ name: 'litellm', parts: [part], headers: { authorization: `Bearer ${key}` } });
      say(`litellm ${version}, one worker, its master key on (it does not start without one)`);
    } catch (e) {
      say(`litellm is left out: ${String(e).slice(0, 300)}`);
    }
  return found;
}

async function throughput(load: Load, systems: System[]): Promise<void> {
  const oursChild = systems.find((s) => s.name === 'ours')?.parts[0]?.child;
  for (const stream of shapes) {
    const results = await interleaved(load, systems, { stream, inFlight: 16, seconds: SECONDS, waits: false }, ROUNDS);
    say('', `${stream ? 'Streams of 22 frames' : 'JSON'}, provider answers at once, 16 in flight`);
    say(`${'  '.padEnd(12)}   calls/s   p50 ms   p99 ms  CPU ms   RSS MB`);
    const per = (name: string): number => median(results.get(name), (r) => r.perSecond);
    for (const { name, parts } of systems) {
      const rounds = results.get(name);
      const m = (figure: (r: Round) => number, digits = 2): string => f(median(rounds, figure), digits);
      const memory = parts[0] ? f(rssMb(parts[0].child), 0) : '';
      say(
        `  ${name.padEnd(10)} ${m((r) => r.perSecond, 0)} ${m((r) => r.p50)} ${m((r) => r.p99)} ${m((r) => r.cpuPerCall, 3)} ${memory}   × floor's calls/s ${f(per(name) / per('floor'))}`,
      );
    }
    for (const line of failures(results)) say(line);
    const shape = stream ? 'stream of 22 frames' : 'JSON request';
    goals.push(
      {
        text: `CPU per ${shape}`,
        value: median(results.get('ours'), (r) => r.cpuPerCall),
        limit: stream ? 0.7 : 0.25,
        at: 'most',
        unit: 'ms',
      },
      {
        text: `calls/s over Portkey's, ${shape}, 16 in flight`,
        value: per('ours') / per('portkey'),
        limit: stream ? 2.5 : 5,
        at: 'least',
        unit: '×',
      },
    );
  }
  if (oursChild) await memory(load, systems.find((s) => s.name === 'ours') as System);
}

/** The same load again and again: memory after each. */
async function memory(load: Load, ours: System): Promise<void> {
  const child = ours.parts[0]?.child;
  if (!child) return;
  const seen: number[] = [];
  for (let n = 0; n < (quick ? 4 : 8); n++) {
    await round(load, ours, { stream: n % 2 === 1, inFlight: 16, seconds: SECONDS, waits: false });
    seen.push(rssMb(child));
  }
  const half = seen.length / 2;
  const mean = (list: number[]): number => list.reduce((sum, v) => sum + v, 0) / list.length;
  say('', `Memory of ours under load, MB after each of ${seen.length} rounds: ${seen.map((v) => v.toFixed(0)).join(' ')}`);
  goals.push(
    { text: 'RSS under load', value: Math.max(...seen), limit: 200, at: 'most', unit: 'MB' },
    {
      text: 'RSS flat: second half over first',
      value: mean(seen.slice(half)) / mean(seen.slice(0, half)),
      limit: 1.1,
      at: 'most',
      unit: '×',
    },
  );
}

async function latency(load: Load, systems: System[]): Promise<void> {
  for (const stream of [false, true])
    for (const inFlight of [1, 16]) {
      const results = await interleaved(load, systems, { stream, inFlight, seconds: SECONDS, waits: true }, ROUNDS);
      const figure = stream ? 'first50' : 'p50';
      say(
        '',
        `${stream ? 'First byte of a stream' : 'JSON'}, provider takes 20 ms, ${inFlight} in flight: p50 added to the direct way, ms`,
      );
      const of = (name: string): number => added(results, name, figure);
      for (const { name } of systems.slice(1))
        say(`  ${name.padEnd(10)} ${f(of(name))}   n ${(results.get(name) ?? []).reduce((sum, r) => sum + r.calls, 0)}`);
      for (const line of failures(results)) say(line);
      if (!stream)
        goals.push({
          text: `added p50 of JSON over the floor's, ${inFlight} in flight`,
          value: of('ours') / of('floor'),
          limit: 1.6,
          at: 'most',
          unit: '×',
        });
      else
        goals.push({
          text: `added first byte, part of Portkey's, ${inFlight} in flight`,
          value: of('ours') / of('portkey'),
          limit: inFlight === 1 ? 0.067 : 0.2,
          at: 'most',
          unit: '×',
        });
    }
}

/** Both cores are also the load's and the provider's: only the comparison with two floors means something here. */
async function scale(load: Load, floor: System, floor2: System, ours: System, ours2: System): Promise<void> {
  const results = await interleaved(
    load,
    [floor, floor2, ours, ours2],
    { stream: false, inFlight: 16, seconds: SECONDS, waits: false },
    ROUNDS,
  );
  const per = (s: System): number => median(results.get(s.name), (r) => r.perSecond);
  say('', 'Two processes instead of one, JSON, 16 in flight in all: calls/s');
  for (const s of [floor, floor2, ours, ours2]) say(`  ${s.name.padEnd(10)} ${f(per(s), 0)}`);
  goals.push({
    text: "gain of a second process, part of the floors' gain",
    value: per(ours2) / per(ours) / (per(floor2) / per(floor)),
    limit: 0.9,
    at: 'least',
    unit: '×',
  });
}

/** The same load with MongoDB well, halted half of the time, and gone. */
async function storeTrouble(load: Load, ours: System, mongod: Awaited<ReturnType<typeof startMongod>>): Promise<void> {
  const shape = { stream: false, inFlight: 16, seconds: SECONDS * 2, waits: true };
  const results: Record<'well' | 'slow' | 'away', Round[]> = { well: [], slow: [], away: [] };
  await round(load, ours, shape);
  const before = await settledEvents(mongod.uri);
  let calls = 0;
  for (let n = 0; n < ROUNDS; n++) {
    results.well.push(await round(load, ours, shape));
    let halting = true;
    const halts = (async () => {
      while (halting) {
        mongod.child.kill('SIGSTOP');
        await sleep(300);
        mongod.child.kill('SIGCONT');
        await sleep(300);
      }
    })();
    results.slow.push(await round(load, ours, shape));
    halting = false;
    await halts;
    mongod.child.kill('SIGSTOP'); // open connections and no answer: worse than a refused connection
    results.away.push(await round(load, ours, shape));
    mongod.child.kill('SIGCONT');
    await sleep(1_000);
  }
  for (const rounds of Object.values(results)) for (const r of rounds) calls += r.calls;
  const events = (await settledEvents(mongod.uri)) - before;
  const p99 = (state: keyof typeof results): number => median(results[state], (r) => r.p99);
  say('', 'MongoDB in trouble, JSON, provider takes 20 ms, 16 in flight: p50 and p99 ms');
  for (const state of ['well', 'slow', 'away'] as const)
    say(`  ${state.padEnd(10)} ${f(median(results[state], (r) => r.p50))} ${f(p99(state))}`);
  say(`  events in MongoDB afterwards: ${events} of ${calls} calls`);
  for (const state of ['slow', 'away'] as const)
    goals.push({
      text: `p99 with MongoDB ${state}, over p99 with it well`,
      value: p99(state) / p99('well'),
      limit: 1.3,
      at: 'most',
      unit: '×',
    });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1)); // `exit` ends the children
main().then(
  () => process.exit(0),
  (e: unknown) => {
    process.stderr.write(`${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    process.exit(1);
  },
);
