/** What is measured side by side, and how one round of it goes. */
import type { Measured } from './load-process.js';
import { cpuMs, type Load, type Part } from './processes.js';
import { quantile } from '../lib/report.js';

export interface System {
  name: string;
  parts: Part[];
  headers: Record<string, string>;
}
export interface Shape {
  stream: boolean;
  inFlight: number;
  seconds: number;
  /** the provider waits 20 ms before it answers */
  waits: boolean;
}
/** A round's figures; `cpuPerCall` in ms over all processes of the system. */
export type Round = Measured & { cpuPerCall: number };

/** About 1 kB of prompt, as in every round of every system. */
const body = (shape: Shape): string =>
  JSON.stringify({
    model: 'bench',
    stream: shape.stream,
    ...(shape.stream ? { stream_options: { include_usage: true } } : {}),
    messages: [{ role: 'user', content: 'a prompt of some length '.repeat(40) }],
    user: shape.waits ? 'wait-20' : 'no-wait',
  });

export async function round(load: Load, system: System, shape: Shape): Promise<Round> {
  const cpu = (): number => system.parts.reduce((sum, part) => sum + cpuMs(part.child), 0);
  const before = cpu();
  const measured = await load.run({
    origins: system.parts.map((part) => `http://127.0.0.1:${part.port}`),
    headers: { 'content-type': 'application/json', ...system.headers },
    body: body(shape),
    inFlight: shape.inFlight,
    seconds: shape.seconds,
  });
  return { ...measured, cpuPerCall: (cpu() - before) / measured.calls };
}

/** The first seconds of a process are its compiler's: thousands of calls of both kinds before anything is measured. */
export async function warm(load: Load, systems: System[], shapes: readonly boolean[]): Promise<void> {
  for (const system of systems) for (const stream of shapes) await round(load, system, { stream, inFlight: 16, seconds: 4, waits: false });
}

/** A short warm-up each, then rounds in turn, each time beginning with another system: what else the machine does hits all alike. */
export async function interleaved(load: Load, systems: System[], shape: Shape, rounds: number): Promise<Map<string, Round[]>> {
  const results = new Map<string, Round[]>(systems.map((s) => [s.name, []]));
  for (const system of systems) await round(load, system, { ...shape, seconds: 0.5 });
  for (let n = 0; n < rounds; n++)
    for (let i = 0; i < systems.length; i++) {
      const system = systems[(n + i) % systems.length] as System;
      results.get(system.name)?.push(await round(load, system, shape));
    }
  return results;
}

export const median = (rounds: readonly Round[] | undefined, figure: (r: Round) => number): number =>
  quantile((rounds ?? []).map(figure), 0.5);

/** Median over rounds of what a system adds to the direct way in the same round. */
export const added = (results: Map<string, Round[]>, name: string, figure: 'p50' | 'first50'): number => {
  const direct = results.get('direct') ?? [];
  return quantile(
    (results.get(name) ?? []).map((r, n) => r[figure] - (direct[n]?.[figure] ?? Number.NaN)),
    0.5,
  );
};
export const failures = (results: Map<string, Round[]>): string[] =>
  [...results].flatMap(([name, rounds]) => {
    const failed = rounds.reduce((sum, r) => sum + r.failed, 0);
    return failed > 0 ? [`${name}: ${failed} calls failed (${rounds.find((r) => r.failure)?.failure ?? ''})`] : [];
  });
