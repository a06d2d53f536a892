/** Keeps parts alive: starts them, restarts the ones that die, stops all in reverse order. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, logTail } from './log-file.js';
import { watchLog } from './log-watch.js';
import { describeExit, PartFailed, type PartFolders, PartProcess, type PartSpec } from './part-process.js';

export interface SupervisorOptions {
  readonly dataDir: string;
  /** One line for the person at the terminal. */
  readonly say: (line: string) => void;
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number; readonly resetAfterMs: number };
}

const BACKOFF = { firstMs: 250, maxMs: 10_000, resetAfterMs: 30_000 };
/** A part that dies this often before it was ever ready will not come up by trying on. */
const FIRST_ATTEMPTS = 3;

interface Watched {
  readonly spec: PartSpec;
  current?: PartProcess;
  unwatch?: () => void;
}

export class Supervisor {
  private readonly parts = new Map<string, Watched>();
  private readonly folders: PartFolders;
  private readonly backoff: NonNullable<SupervisorOptions['backoff']>;
  private readonly pauses = new Set<() => void>();
  private stopping = false;

  private readonly options: SupervisorOptions;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.folders = { runDir: join(options.dataDir, 'run'), logDir: join(options.dataDir, 'logs') };
    this.backoff = options.backoff ?? BACKOFF;
    mkdirSync(this.folders.runDir, { recursive: true, mode: 0o700 });
  }

  /** Takes a part into care; resolves when it is ready for the first time. The order of calls is the order of the parts. */
  async add(spec: PartSpec): Promise<void> {
    const watched: Watched = { spec };
    this.parts.set(spec.name, watched);
    for (let attempt = 1; ; attempt += 1) {
      const run = await this.spawn(watched);
      try {
        await run.ready();
        // From here on: what a program says while it starts or stops is in the error message if it matters.
        watched.unwatch = watchLog(this.folders.logDir, spec.name, spec.show, this.options.say);
        void this.keep(watched, run);
        return;
      } catch (error) {
        await run.stop();
        if (this.stopping || attempt === FIRST_ATTEMPTS || !(error instanceof PartFailed)) throw this.withTail(spec, error);
        this.options.say(`${error.message}; trying again`);
        await this.pause(this.backoff.firstMs * 2 ** attempt);
      }
    }
  }

  /** Process id of a part now, for tests and for the status screen. */
  pidOf(name: string): number | undefined {
    return this.parts.get(name)?.current?.pid;
  }

  /** Stops all parts, the last one first. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const resume of this.pauses) resume();
    for (const part of [...this.parts.values()].reverse()) {
      part.unwatch?.();
      await part.current?.stop();
    }
  }

  /** Ends all parts at once: the second Ctrl-C. */
  kill(): void {
    this.stopping = true;
    for (const part of this.parts.values()) part.current?.kill();
  }

  private async keep(watched: Watched, first: PartProcess): Promise<void> {
    const { spec } = watched;
    const { say } = this.options;
    let run = first;
    let wait = this.backoff.firstMs;
    for (;;) {
      const exit = await run.exited;
      if (this.stopping) return;
      if (Date.now() - run.startedAt > this.backoff.resetAfterMs) wait = this.backoff.firstMs;
      say(`${spec.name} ${describeExit(exit, spec)}; starting it again in ${wait / 1000} s`);
      await this.pause(wait);
      wait = Math.min(wait * 2, this.backoff.maxMs);
      if (this.stopping) return;
      run = await this.spawn(watched);
      if (this.stopping) return run.stop();
      try {
        await run.ready();
        say(`${spec.name} is back after ${((Date.now() - run.startedAt) / 1000).toFixed(1)} s`);
      } catch (error) {
        if (!this.stopping) say(this.withTail(spec, error).message);
        await run.stop();
      }
    }
  }

  private async spawn(watched: Watched): Promise<PartProcess> {
    const run = await PartProcess.spawn(watched.spec, this.folders);
    watched.current = run;
    return run;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.pauses.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.pauses.add(done);
    });
  }

  private withTail(spec: PartSpec, error: unknown): Error {
    const reason = error instanceof Error ? error.message : String(error);
    const file = logFile(this.folders.logDir, spec.name);
    const tail = logTail(file, 12).map((line) => `    ${line.slice(0, 300)}`);
    return new PartFailed([`${reason}. Its log is ${file}${tail.length > 0 ? ' and ends with:' : ' (empty)'}`, ...tail].join('\n'));
  }
}
