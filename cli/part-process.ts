/** One run of one part: spawn it on a leash, wait until it is ready, stop it. Restarting is the supervisor's business. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { openLog } from './log-file.js';
import { endRecorded, identify, writeRecord } from './processes.js';
import { childEnvironment, projectDir } from './settings.js';

export interface PartSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A program that does not know our pipe runs below the leash; a node part watches the pipe itself. */
  readonly leashed: boolean;
  /** How long it may take to stop before it is killed. */
  readonly graceMs: number;
  readonly readyWithinMs: number;
  /** Resolves when the part works; `message` waits for `process.send({ ready: true })`. */
  readonly ready: 'message' | ((signal: AbortSignal) => Promise<void>);
  /** What an exit code of this program means and what to do about it. */
  readonly explain?: (code: number) => string | undefined;
  /** Log lines from this level on are also shown on the terminal. */
  readonly show: 'warn' | 'error';
}

export interface PartExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A part that did not become ready; the message is for people. */
export class PartFailed extends Error {}

export interface PartFolders {
  readonly runDir: string;
  readonly logDir: string;
}

export class PartProcess {
  readonly exited: Promise<PartExit>;
  readonly startedAt = Date.now();
  private readonly child: ChildProcess;
  private readonly record: string;
  private over = false;

  private readonly spec: PartSpec;

  private constructor(spec: PartSpec, folders: PartFolders) {
    this.spec = spec;
    this.record = recordFile(folders.runDir, spec.name);
    const log = openLog(folders.logDir, spec.name);
    const leash = [join(projectDir(), 'dist', 'cli', 'leash.js'), this.record, String(spec.graceMs), spec.command, ...spec.args];
    const [command, args] = spec.leashed ? [process.execPath, leash] : [spec.command, [...spec.args]];
    // Its own process group: Ctrl-C on the terminal reaches only the supervisor, which stops the parts in order.
    this.child = spawn(command, args, {
      detached: true,
      stdio: spec.leashed ? ['pipe', log.fd, log.fd] : ['pipe', log.fd, log.fd, 'ipc'],
      env: childEnvironment({ npm_lifecycle_event: undefined, ...spec.env }),
    });
    log.close();
    this.child.stdin?.on('error', () => undefined);
    const who = this.child.pid === undefined ? undefined : identify(this.child.pid);
    if (who && !spec.leashed) writeRecord(this.record, who);
    this.exited = new Promise((resolve) => {
      this.child.once('error', () => resolve({ code: 127, signal: null }));
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    void this.exited.then(() => {
      this.over = true;
    });
  }

  /** Starts the part, after making sure that no earlier run of it is left (its leash may have been killed). */
  static async spawn(spec: PartSpec, folders: PartFolders): Promise<PartProcess> {
    await endRecorded(recordFile(folders.runDir, spec.name), 0, spec.graceMs);
    return new PartProcess(spec, folders);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Waits until the part works; throws `PartFailed` when it ends or takes too long. */
  async ready(): Promise<void> {
    const { spec } = this;
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), spec.readyWithinMs);
    const early = this.exited.then((exit) => {
      throw new PartFailed(`${spec.name} ${describeExit(exit, spec)} before it was ready`);
    });
    const late = new Promise<never>((_, reject) => {
      end.signal.addEventListener('abort', () => reject(new PartFailed(`${spec.name} was not ready after ${spec.readyWithinMs / 1000} s`)));
    });
    // Whichever loses the race must not count as an unhandled rejection later.
    early.catch(() => undefined);
    late.catch(() => undefined);
    try {
      await Promise.race([spec.ready === 'message' ? this.message() : spec.ready(end.signal), early, late]);
    } finally {
      clearTimeout(timer);
      end.abort();
    }
  }

  /** Asks the part to stop by closing its pipe, and kills it when it does not. */
  async stop(): Promise<void> {
    if (!this.over) {
      this.child.stdin?.end();
      // A leash kills its program itself after the grace; it gets a moment more to do so.
      const timer = setTimeout(() => this.kill(), this.spec.graceMs + (this.spec.leashed ? 2_000 : 0));
      await this.exited;
      clearTimeout(timer);
    }
    await endRecorded(this.record, 0, 0);
  }

  /** Ends the part at once. */
  kill(): void {
    void endRecorded(this.record, 0, 0);
    if (!this.over) this.child.kill('SIGKILL');
  }

  private message(): Promise<void> {
    return new Promise((resolve) => {
      this.child.on('message', (value: unknown) => {
        if (typeof value === 'object' && value !== null && 'ready' in value) resolve();
      });
    });
  }
}

/** Where the identity of a part's process is kept. */
export function recordFile(runDir: string, part: string): string {
  return join(runDir, `${part}.json`);
}

/** How a part ended, in words. */
export function describeExit(exit: PartExit, spec: Pick<PartSpec, 'explain'>): string {
  if (exit.signal) return `was ended by ${exit.signal}`;
  const meaning = exit.code === null ? undefined : spec.explain?.(exit.code);
  if (meaning) return `stopped: ${meaning}`;
  return `stopped with code ${exit.code ?? '?'}`;
}
