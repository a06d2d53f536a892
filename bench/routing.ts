/**
 * Routing on real traffic: npm run bench:routing -- [folder] [--seeds 3] [--first 1] [--every 1] [--world near|wide|dear-is-fast] [--tables 1]
 * Six regimes, several seeds, three kinds of worlds; every policy meets the same calls and the same luck. Goals, for each statement
 * of weights: in the mean over the seeds within 5 % of each seed's best fixed policy in every regime, by both measures; and at
 * equal success at least 25 % cheaper and 30 % faster than round robin over all regimes.
 * The objective is the adaptive policy's own: latencyʷ × cost of a call, as the geometric mean over answered calls. Beside it stands
 * the same of the two arithmetic means, which no choice per call can optimise: two ways with the same product, one fast and dear,
 * one slow and cheap, have a worse product of means when both are used than either alone.
 * A policy whose success is more than half a point below the best one's is not compared: who drops the hard calls is fast.
 */
import { parseArgs } from 'node:util';
import { simulate, type SimCall, type SimProvider, type SimResult } from '#core/routing/simulator.test-support.js';
import { machine, say } from './lib/report.js';
import { missingTraces, readTraces } from './routing/traces.js';
import { ADAPTIVE, policiesOf, providersOf, regimeOf, REGIMES, type RegimeName, type World, WORLDS } from './routing/world.js';

const GOAL_RATIO = 1.05;
const GOAL_CHEAPER = 0.25;
const GOAL_FASTER = 0.3;
const EQUAL_SUCCESS = 0.005;

interface Outcome {
  name: string;
  fixed: boolean;
  result: SimResult;
  success: number;
}
interface RegimeRun {
  regime: RegimeName;
  seed: number;
  outcomes: Outcome[];
}
type Objective = (r: SimResult, latency: number) => number;

const perCall: Objective = (r, latency) => Math.exp((latency * r.logLatencySum + r.logCostSum) / r.answered);
const ofMeans: Objective = (r, latency) => (r.latencySum / r.answered) ** latency * (r.cost / r.answered);

function runRegime(world: World, regime: RegimeName, seed: number, calls: readonly SimCall[], bestAtRest: number): RegimeRun {
  const lengthMs = calls.at(-1)?.at ?? 0;
  const providers = providersOf(world, seed);
  const best = providers[bestAtRest] as SimProvider;
  const rule = regimeOf(regime, providers, best, lengthMs, calls.length / (lengthMs / 60_000));
  const outcomes = policiesOf(providers).map((policy): Outcome => {
    const result = simulate(providers, calls, policy, rule, seed);
    return { name: policy.name, fixed: policy.fixed, result, success: result.answered / result.calls };
  });
  return { regime, seed, outcomes };
}

/** Index of the provider that alone does best while nothing happens. */
function bestSteady(providers: readonly SimProvider[], calls: readonly SimCall[], seed: number): number {
  const objectives = providers.map((_, i) =>
    perCall(
      simulate(providers, calls, { name: '', strategy: 'priority', order: [i] }, (p) => p, seed),
      1,
    ),
  );
  return objectives.indexOf(Math.min(...objectives));
}

const named = (run: RegimeRun, name: string): Outcome => run.outcomes.find((o) => o.name === name) as Outcome;
function bestFixed(run: RegimeRun, objective: Objective, latency: number): Outcome {
  const most = Math.max(...run.outcomes.map((o) => o.success));
  const comparable = run.outcomes.filter((o) => o.fixed && o.success >= most - EQUAL_SUCCESS);
  return comparable.reduce((a, b) => (objective(b.result, latency) < objective(a.result, latency) ? b : a));
}

const geometric = (ratios: readonly number[]): number => Math.exp(ratios.reduce((s, x) => s + Math.log(x), 0) / ratios.length);
const pct = (x: number, digits = 1): string => `${(100 * x).toFixed(digits)} %`;
const at = (sorted: Float64Array, q: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;

function table(run: RegimeRun): void {
  const best = bestFixed(run, perCall, 1);
  say('', `seed ${run.seed}, ${run.regime}: objective 1:1 as a ratio to the best fixed policy; in brackets that of the means`);
  for (const o of run.outcomes) {
    const { latencies, answered, cost, latencySum } = o.result;
    const ratio = (objective: Objective): string => (objective(o.result, 1) / objective(bestFixed(run, objective, 1).result, 1)).toFixed(3);
    say(
      `  ${o.name.padEnd(28)} success ${pct(o.success, 2).padStart(9)}  $${(cost / answered / 1e6).toFixed(4)}/1000 calls` +
        `  mean ${(latencySum / answered).toFixed(0).padStart(6)}  p50 ${at(latencies, 0.5).toFixed(0).padStart(6)}  p95 ${at(latencies, 0.95).toFixed(0).padStart(6)} ms (n ${answered})` +
        `  × ${ratio(perCall)} (${ratio(ofMeans)})${o === best ? '  best fixed' : ''}${o.success < best.success - EQUAL_SUCCESS ? '  fails more' : ''}`,
    );
  }
}

/** One statement of weights in one world: both goals, and by how much they are missed. */
function judge(world: World, runs: readonly RegimeRun[], name: string, latency: number): void {
  const seeds = [...new Set(runs.map((r) => r.seed))];
  const missed: string[] = [];
  say('', `World "${world}", ${name} (latency^${latency} × cost), ratio to the best fixed policy of each of ${seeds.length} seeds:`);
  for (const regime of REGIMES) {
    const of = runs.filter((r) => r.regime === regime);
    const ratios = (objective: Objective): number[] =>
      of.map((r) => objective(named(r, name).result, latency) / objective(bestFixed(r, objective, latency).result, latency));
    const [own, means] = [ratios(perCall), ratios(ofMeans)];
    const behind = Math.max(0, ...of.map((r) => Math.max(...r.outcomes.map((o) => o.success)) - named(r, name).success));
    const met = geometric(own) <= GOAL_RATIO && geometric(means) <= GOAL_RATIO && behind <= EQUAL_SUCCESS;
    const above = own.filter((x, i) => x > GOAL_RATIO || (means[i] ?? 0) > GOAL_RATIO).length;
    if (!met)
      missed.push(
        `${regime}: ${geometric(own).toFixed(3)} and ${geometric(means).toFixed(3)} of the means, success behind by ${pct(behind, 2)}`,
      );
    const figures = (r: number[]): string => `mean ${geometric(r).toFixed(3)} worst ${Math.max(...r).toFixed(3)}`;
    say(
      `  ${regime.padEnd(13)} ${figures(own)}   of the means: ${figures(means)}   seeds above ${GOAL_RATIO} in either: ${above}   ${met ? 'met' : 'MISSED'}`,
    );
  }
  const all = gain(runs, name);
  say(
    `  against round robin, all regimes (n ${all.calls}): ${pct(all.cheaper)} cheaper, ${pct(all.faster)} faster; success ${pct(all.success, 2)} against ${pct(all.theirs, 2)}`,
    `  by seed, cheaper / faster: ${seeds
      .map((seed) =>
        gain(
          runs.filter((r) => r.seed === seed),
          name,
        ),
      )
      .map((g) => `${pct(g.cheaper, 0)} / ${pct(g.faster, 0)}`)
      .join(', ')}`,
  );
  if (all.cheaper < GOAL_CHEAPER) missed.push(`cheaper than round robin by ${pct(all.cheaper)}, not by ${pct(GOAL_CHEAPER, 0)}`);
  if (all.faster < GOAL_FASTER) missed.push(`faster than round robin by ${pct(all.faster)}, not by ${pct(GOAL_FASTER, 0)}`);
  if (all.success < all.theirs - EQUAL_SUCCESS) missed.push('its success is below that of round robin');
  say(missed.length === 0 ? '  All goals are met.' : `  Missed: ${missed.join('; ')}.`);
}

function gain(
  runs: readonly RegimeRun[],
  name: string,
): { cheaper: number; faster: number; success: number; theirs: number; calls: number } {
  const sum = (of: string, key: 'cost' | 'latencySum' | 'answered' | 'calls'): number =>
    runs.reduce((s, r) => s + named(r, of).result[key], 0);
  const mean = (of: string, key: 'cost' | 'latencySum'): number => sum(of, key) / sum(of, 'answered');
  const robin = 'round robin';
  return {
    cheaper: 1 - mean(name, 'cost') / mean(robin, 'cost'),
    faster: 1 - mean(name, 'latencySum') / mean(robin, 'latencySum'),
    success: sum(name, 'answered') / sum(name, 'calls'),
    theirs: sum(robin, 'answered') / sum(robin, 'calls'),
    calls: sum(name, 'calls'),
  };
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '3' },
      first: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
      world: { type: 'string' },
      tables: { type: 'string', default: '1' },
    },
  });
  const folder = positionals[0] ?? '../shared/data';
  const missing = missingTraces(folder);
  if (missing.length > 0) {
    say(
      `Missing in ${folder}: ${missing.join(', ')}.`,
      'They are the Azure LLM inference traces of 2023 (github.com/Azure/AzurePublicDataset), packed with gzip; name their folder as the argument.',
    );
    process.exitCode = 1;
    return;
  }
  const [every, first, count, tables] = [values.every, values.first, values.seeds, values.tables].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const calls = readTraces(folder).filter((_, i) => i % every === 0);
  const worlds = WORLDS.filter((w) => values.world === undefined || values.world === w);
  say(
    machine(),
    `${calls.length} calls in ${((calls.at(-1)?.at ?? 0) / 60_000).toFixed(0)} minutes of the Azure traces (code and conversation)`,
  );
  for (const world of worlds) {
    const runs = Array.from({ length: count }, (_, i) => first + i).flatMap((seed) => {
      const best = bestSteady(providersOf(world, seed), calls, seed);
      return REGIMES.map((regime) => runRegime(world, regime, seed, calls, best));
    });
    for (const run of runs) if (run.seed < first + tables) table(run);
    for (const { name, latency } of ADAPTIVE) judge(world, runs, name, latency);
  }
}

main();
