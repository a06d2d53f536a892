/** The processes of a ledger run: gateways that can be killed at any time and come back on their port, and the simulator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorOptions } from '#adapters/providers/simulator/server.js';
import type { GatewayOptions } from '#gateway/main.js';
import { rssMb } from '../gateway-peers/processes.js';

const GATEWAY = join(__dirname, '../gateway-peers/ours-process.cjs');
const SIMULATOR = join(__dirname, 'simulator-process.cjs');
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** @param fileBlocks the most that a file of the process may have, in blocks of 512 bytes: how a disk is full for it alone */
async function start<T>(script: string, options: object, logFile: string, fileBlocks?: number): Promise<{ child: ChildProcess; said: T }> {
  const log = openSync(logFile, 'a');
  const argv = [script, JSON.stringify(options)];
  const [command, args] =
    fileBlocks === undefined
      ? [process.execPath, argv]
      : ['/bin/sh', ['-c', `ulimit -f ${fileBlocks}; exec "$0" "$@"`, process.execPath, ...argv]];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', log, 'ipc'] });
  closeSync(log);
  children.add(child);
  void once(child, 'exit').then(() => children.delete(child));
  const first = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (!first) throw new Error(`${script} ended before it was ready; is dist/ built? ${readFileSync(logFile, 'utf8').slice(-500)}`);
  return { child, said: first[0] as T };
}
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** One gateway with a fixed port, and so with the same journal after each start. */
export class GatewayProcess {
  port = 0;
  kills = 0;
  private child: ChildProcess | undefined;
  private readonly options: Omit<GatewayOptions, 'log'>;
  readonly logFile: string;
  private readonly fileBlocks: number | undefined;

  /** `fileBlocks` as in `start` */
  constructor(options: Omit<GatewayOptions, 'log' | 'port'>, logFile: string, fileBlocks?: number) {
    this.options = { ...options, port: 0 };
    this.logFile = logFile;
    this.fileBlocks = fileBlocks;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  /** Resolves when it is ready for calls. */
  async start(o: { withoutFileLimit?: boolean } = {}): Promise<void> {
    const blocks = o.withoutFileLimit === true ? undefined : this.fileBlocks;
    const { child, said } = await start<{ port: number }>(GATEWAY, { ...this.options, port: this.port }, this.logFile, blocks);
    this.child = child;
    this.port = said.port;
    for (const until = Date.now() + 30_000; ; await sleep(20)) {
      const ready = await fetch(`${this.url}/readyz`).then(
        (r) => r.ok,
        () => false,
      );
      if (ready) return;
      if (Date.now() > until) throw new Error(`the gateway on port ${this.port} is not ready`);
    }
  }
  /** As a crash ends it. */
  async kill(): Promise<void> {
    this.kills++;
    if (this.child) await end(this.child, 'SIGKILL');
  }
  /** As an operator ends it. */
  async stop(): Promise<void> {
    if (this.child) await end(this.child, 'SIGTERM');
  }
  get rssMb(): number {
    return this.child ? rssMb(this.child) : Number.NaN;
  }
  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }
}

export async function simulatorProcess(options: SimulatorOptions, logFile: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { child, said } = await start<{ url: string }>(SIMULATOR, options, logFile);
  return { url: said.url, stop: () => end(child, 'SIGKILL') };
}
