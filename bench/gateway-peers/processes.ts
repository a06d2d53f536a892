/** Child processes of the benchmark: started, asked for their CPU time and memory, ended. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Measured } from './load-process.js';

const ROOT = join(__dirname, '../..');
const SOURCES = ['--import', 'tsx', '--conditions=modelhub-source'];
const children = new Set<ChildProcess>();

export interface Part {
  child: ChildProcess;
  port: number;
}

/** One of our scripts; it tells its port when it is ready. Plain `.js` runs as built, `.ts` through tsx, which costs nothing later. */
export async function startScript(file: string, args: string[], execArgv: string[] = []): Promise<Part> {
  const child = fork(file, args, { cwd: ROOT, execArgv: [...(file.endsWith('.ts') ? SOURCES : []), ...execArgv], silent: false });
  children.add(child);
  const message = await nextMessage<{ port: number }>(child, file);
  return { child, port: message.port };
}

/** A program of others; ready when `url` answers anything at all. Its output is kept back. */
export async function startProgram(
  command: string,
  args: string[],
  o: { cwd: string; env?: Record<string, string>; url: string; withinMs: number },
): Promise<ChildProcess> {
  const child = spawn(command, args, { cwd: o.cwd, env: { ...process.env, ...o.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let said = '';
  child.stderr?.on('data', (part: Buffer) => (said = (said + part.toString()).slice(-1500)));
  const end = Date.now() + o.withinMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${said}`);
    if (
      await fetch(o.url).then(
        (r) => r.arrayBuffer().then(() => true),
        () => false,
      )
    )
      return child;
    if (Date.now() > end) throw new Error(`${command} did not listen within ${o.withinMs} ms: ${said}`);
    await sleep(100);
  }
}

/** The child's next message; rejects when it ends before. */
function nextMessage<T>(child: ChildProcess, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`${what} ended (${code}) before it answered`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** Ends one child, and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}
export const stopAll = async (): Promise<void> => void (await Promise.all([...children].map(stop)));
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** User and system time of a process and all its threads so far, in ms (ticks of 10 ms): what a noisy machine cannot blur. */
export function cpuMs(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
/** Resident memory, MB. */
export function rssMb(child: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

/** Hands jobs to one load process, one at a time. */
export class Load {
  private readonly part: Part;
  constructor(part: Part) {
    this.part = part;
  }
  static async start(): Promise<Load> {
    return new Load(await startScript(require.resolve('./load-process.ts'), []));
  }
  async run(job: Job): Promise<Measured> {
    this.part.child.send(job);
    return await nextMessage<Measured>(this.part.child, 'the load');
  }
}
