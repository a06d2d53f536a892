/**
 * Routing on real traffic: npm run bench:routing -- [folder of the traces] [--seeds 3] [--first 1] [--every 1] [--world near|wide|dear-is-fast] [--tables 1]
 * Six regimes, several seeds; every policy meets the same calls and the same luck. Goals: adaptive within 5 % of the best fixed
 * policy in each regime, and at equal success at least 25 % cheaper and 30 % faster than round robin over all of them.
 * Objective: mean latency × mean cost per answered call, the adaptive policy's own weights (1 and 1); in brackets the geometric mean
 * of latency × cost of single calls, which is what a choice per call can see. A policy whose success is more than
 * half a point below the best one's is not compared: who drops the hard calls is fast.
 */
import { parseArgs } from 'node:util';
import { simulate, type SimCall, type SimProvider, type SimResult } from '#core/routing/simulator.test-support.js';
import { machine, say } from './lib/report.js';
import { missingTraces, readTraces } from './routing/traces.js';
import { policiesOf, providersOf, regimeOf, REGIMES, type RegimeName, type World, WORLDS } from './routing/world.js';

const GOAL_RATIO = 1.05;
const GOAL_CHEAPER = 0.25;
const GOAL_FASTER = 0.3;
const EQUAL_SUCCESS = 0.005;

interface Outcome {
  name: string;
  kind: string;
  fixed: boolean;
  result: SimResult;
  success: number;
  /** ms and dollars per answered call */
  latency: number;
  cost: number;
  objective: number;
  /** geometric mean of latency × cost of single calls */
  perCall: number;
}
interface RegimeRun {
  regime: RegimeName;
  seed: number;
  outcomes: Outcome[];
  bestFixed: Outcome;
  adaptive: Outcome;
  roundRobin: Outcome;
}

function runRegime(world: World, regime: RegimeName, seed: number, calls: readonly SimCall[], bestAtRest: number): RegimeRun {
  const lengthMs = calls.at(-1)?.at ?? 0;
  const providers = providersOf(world, seed);
  const best = providers[bestAtRest] as SimProvider;
  const rule = regimeOf(regime, providers, best, lengthMs, calls.length / (lengthMs / 60_000));
  const outcomes = policiesOf(providers).map((policy): Outcome => {
    const result = simulate(providers, calls, policy, rule, seed);
    const latency = result.latencySum / result.answered;
    const cost = result.cost / 1e9 / result.answered;
    return {
      ...{ name: policy.name, kind: policy.strategy, fixed: policy.fixed, result, latency, cost },
      ...{ success: result.answered / result.calls, objective: latency * cost, perCall: Math.exp(result.logSum / result.answered) },
    };
  });
  const mostSuccess = Math.max(...outcomes.map((o) => o.success));
  const comparable = outcomes.filter((o) => o.fixed && o.success >= mostSuccess - EQUAL_SUCCESS);
  return {
    ...{ regime, seed, outcomes },
    bestFixed: comparable.reduce((a, b) => (b.objective < a.objective ? b : a)),
    adaptive: outcomes.find((o) => o.kind === 'adaptive') as Outcome,
    roundRobin: outcomes.find((o) => o.kind === 'round-robin') as Outcome,
  };
}

/** Index of the provider that alone does best while nothing happens. */
function bestSteady(providers: readonly SimProvider[], calls: readonly SimCall[], seed: number): number {
  const objectives = providers.map((_, i) => {
    const r = simulate(providers, calls, { name: '', strategy: 'priority', order: [i] }, (p) => p, seed);
    return (r.latencySum * r.cost) / r.answered ** 2;
  });
  return objectives.indexOf(Math.min(...objectives));
}

const geometric = (ratios: readonly number[]): number => Math.exp(ratios.reduce((s, x) => s + Math.log(x), 0) / ratios.length);
const pct = (x: number, digits = 1): string => `${(100 * x).toFixed(digits)} %`;
const at = (sorted: Float64Array, q: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;

function table(run: RegimeRun): void {
  say(
    '',
    `seed ${run.seed}, ${run.regime}: n ${run.adaptive.result.calls}; objective as a ratio to the best fixed policy (${run.bestFixed.name})`,
  );
  for (const o of run.outcomes) {
    const { latencies } = o.result;
    const mark = o === run.bestFixed ? '  best fixed' : o.success < run.bestFixed.success - EQUAL_SUCCESS ? '  fails more' : '';
    say(
      `  ${o.name.padEnd(32)} success ${pct(o.success, 2).padStart(9)}  $${(o.cost * 1000).toFixed(4)}/1000 calls  mean ${o.latency.toFixed(0).padStart(6)} ms` +
        `  p50 ${at(latencies, 0.5).toFixed(0).padStart(6)}  p95 ${at(latencies, 0.95).toFixed(0).padStart(6)} ms (n ${latencies.length})  × ${(o.objective / run.bestFixed.objective).toFixed(3)} (${(o.perCall / run.bestFixed.perCall).toFixed(3)})${mark}`,
    );
  }
}

function summary(world: World, runs: readonly RegimeRun[]): void {
  say(
    '',
    `World "${world}", ${new Set(runs.map((r) => r.seed)).size} seeds. Adaptive against the best fixed policy of each seed, objective ratio:`,
  );
  const missed: string[] = [];
  for (const regime of REGIMES) {
    const of = runs.filter((r) => r.regime === regime);
    const ratios = of.map((r) => r.adaptive.objective / r.bestFixed.objective);
    const mean = geometric(ratios);
    const perCall = geometric(of.map((r) => r.adaptive.perCall / r.bestFixed.perCall));
    const worst = Math.max(...ratios);
    const behind = Math.max(...of.map((r) => r.bestFixed.success - r.adaptive.success));
    const ok = worst <= GOAL_RATIO && behind <= EQUAL_SUCCESS;
    if (!ok)
      missed.push(
        `${regime}: ${ratios.filter((x) => x > GOAL_RATIO).length} of ${of.length} seeds above ${GOAL_RATIO}, worst ${worst.toFixed(3)}, success at most ${pct(behind, 2)} behind`,
      );
    say(
      `  ${regime.padEnd(14)} mean ${mean.toFixed(3)} (${perCall.toFixed(3)})  worst ${worst.toFixed(3)}  (n ${of.length})  success behind by at most ${pct(Math.max(0, behind), 2)}  ${ok ? 'met' : 'MISSED'}`,
    );
  }
  const sum = (of: (r: RegimeRun) => Outcome): { cost: number; latency: number; answered: number; calls: number } =>
    runs
      .map(of)
      .reduce(
        (s, o) => ({
          cost: s.cost + o.result.cost,
          latency: s.latency + o.result.latencySum,
          answered: s.answered + o.result.answered,
          calls: s.calls + o.result.calls,
        }),
        { cost: 0, latency: 0, answered: 0, calls: 0 },
      );
  const [a, rr] = [sum((r) => r.adaptive), sum((r) => r.roundRobin)];
  const cheaper = 1 - a.cost / a.answered / (rr.cost / rr.answered);
  const faster = 1 - a.latency / a.answered / (rr.latency / rr.answered);
  const [sa, srr] = [a.answered / a.calls, rr.answered / rr.calls];
  say(
    `Against round robin over all regimes and seeds (n ${a.calls}): ${pct(cheaper)} cheaper, ${pct(faster)} faster (means); success ${pct(sa, 2)} against ${pct(srr, 2)}`,
  );
  if (cheaper < GOAL_CHEAPER) missed.push(`cheaper than round robin by ${pct(cheaper)}, not ${pct(GOAL_CHEAPER, 0)}`);
  if (faster < GOAL_FASTER) missed.push(`faster than round robin by ${pct(faster)}, not ${pct(GOAL_FASTER, 0)}`);
  if (sa < srr - EQUAL_SUCCESS) missed.push('success is below that of round robin');
  const perSeed = [...new Set(runs.map((r) => r.seed))].map((seed) => {
    const of = runs.filter((r) => r.seed === seed);
    const total = (pick: (r: RegimeRun) => Outcome, key: 'cost' | 'latencySum'): number =>
      of.reduce((s, r) => s + pick(r).result[key], 0) / of.reduce((s, r) => s + pick(r).result.answered, 0);
    const gain = (key: 'cost' | 'latencySum'): string => pct(1 - total((r) => r.adaptive, key) / total((r) => r.roundRobin, key), 0);
    return `seed ${seed}: ${gain('cost')} / ${gain('latencySum')}`;
  });
  say(`  cheaper / faster by seed: ${perSeed.join(', ')}`);
  say(
    missed.length === 0 ? 'All goals are met in this world.' : `Goals missed in this world:\n${missed.map((m) => `  - ${m}`).join('\n')}`,
  );
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '3' },
      every: { type: 'string', default: '1' },
      world: { type: 'string' },
      tables: { type: 'string', default: '1' },
      first: { type: 'string', default: '1' },
    },
  });
  const folder = positionals[0] ?? '../shared/data';
  const missing = missingTraces(folder);
  if (missing.length > 0) {
    say(
      `There is no ${missing.join(' and no ')} in ${folder}. They are the Azure LLM inference traces of 2023 (github.com/Azure/AzurePublicDataset), packed with gzip; name their folder as the argument.`,
    );
    process.exitCode = 1;
    return;
  }
  const every = Number(values.every);
  const calls = readTraces(folder).filter((_, i) => i % every === 0);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + Number(values.first));
  const worlds = WORLDS.filter((w) => values.world === undefined || values.world === w);
  say(
    machine(),
    `${calls.length} calls in ${((calls.at(-1)?.at ?? 0) / 60_000).toFixed(0)} minutes of the Azure traces (code and conversation)`,
  );
  for (const world of worlds) {
    const runs = seeds.flatMap((seed) => {
      const best = bestSteady(providersOf(world, seed), calls, seed);
      return REGIMES.map((regime) => runRegime(world, regime, seed, calls, best));
    });
    for (const run of runs.filter((r) => r.seed < Number(values.first) + Number(values.tables))) table(run);
    summary(world, runs);
  }
}

main();
