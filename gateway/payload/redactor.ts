import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { errorText, type Log } from '../log.js';
import type { Job, Redacted } from './redact-thread.js';

/** The rules take linear time, and what may be looked at of two bodies tens of ms: what takes longer is a fault of ours. */
const JOB_MS = 10_000;
const RESTART_MS = 1_000;
const STOPS = 'the gateway stops';

interface Pending {
  resolve(redacted: Redacted): void;
  reject(error: Error): void;
}

/**
 * Redacts in a thread, so that no call waits for it. The thread begins with the first job, so a gateway that keeps no payloads
 * has none, and again, at most once a second, after it has died.
 */
export class Redactor {
  private readonly file: string;
  private readonly log: Log;
  private thread: Worker | undefined;
  private pending: Pending | undefined;
  private diedAt = Number.NEGATIVE_INFINITY;
  private stopped = false;

  /** @param file redact-thread.js as it was built: a thread loads no sources */
  constructor(file: string, log: Log) {
    this.file = file;
    this.log = log;
  }

  /** One job at a time. Rejects when the thread dies or is stopped: the job is lost then. */
  async redact(job: Job): Promise<Redacted> {
    const wait = this.diedAt + RESTART_MS - performance.now();
    if (!this.thread && wait > 0) await sleep(wait, undefined, { ref: false });
    if (this.stopped) throw new Error(STOPS);
    const thread = (this.thread ??= this.start());
    const timer = setTimeout(() => {
      this.log('error', 'payloads: a text took too long to redact', { limitMs: JOB_MS });
      void thread.terminate();
    }, JOB_MS).unref();
    try {
      return await new Promise((resolve, reject) => {
        this.pending = { resolve, reject };
        thread.postMessage(job);
      });
    } finally {
      clearTimeout(timer);
    }
  }
  /** Ends the thread, whatever it does. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.thread?.terminate();
  }

  private start(): Worker {
    // nothing of what Node was started with: it loads what was built
    const thread = new Worker(this.file, { name: 'redactor', execArgv: [] });
    let failed: string | undefined;
    thread.on('message', (redacted: Redacted) => this.pending?.resolve(redacted));
    thread.on('error', (e) => {
      failed = errorText(e);
    });
    thread.once('exit', (code) => {
      this.thread = undefined;
      this.diedAt = performance.now();
      const reason = failed ?? `code ${code}`;
      if (!this.stopped) this.log('error', 'payloads: the thread that redacts has ended', { reason });
      this.pending?.reject(new Error(this.stopped ? STOPS : `the thread that redacts has ended: ${reason}`));
    });
    thread.unref();
    return thread;
  }
}
