import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { request } from 'undici';
import type { Replica } from '#core/deployment/schema.js';
import { type Leashed, leash } from './leash.js';
import type { Order } from './protocol.js';

const GRACE_SECONDS = 10;
const POLL_MS = 150;

/** One supervised process: started, watched, restarted with back-off while it is wanted. */
export class LocalReplica {
  readonly name: string;
  readonly port: number;
  private readonly dir: string;
  private readonly order: Order;
  private state: Replica['state'] = 'starting';
  private since = new Date().toISOString();
  private restarts = 0;
  private detail: string | undefined;
  private running: Leashed | undefined;
  private wanted = true;
  private everReady = false;
  private readonly startedAt = Date.now();
  private ended: Promise<void> = Promise.resolve();

  constructor(name: string, port: number, order: Order, dir: string) {
    this.name = name;
    this.port = port;
    this.order = order;
    this.dir = dir;
  }
  get logFile(): string {
    return join(this.dir, `${this.name}.log`);
  }
  private get pidFile(): string {
    return join(this.dir, `${this.name}.pid`);
  }
  view(): Replica {
    const pid = this.pid();
    return {
      name: this.name,
      state: this.state,
      endpoint: `http://127.0.0.1:${this.port}`,
      restarts: this.restarts,
      since: this.since,
      ...(pid ? { pid } : {}),
      ...(this.detail ? { detail: this.detail } : {}),
    };
  }
  start(): void {
    this.ended = this.keepRunning();
  }
  /** TERM, then KILL; resolves when the process is gone. */
  async stop(): Promise<void> {
    this.wanted = false;
    this.to('stopping');
    this.running?.stop();
    await this.ended;
  }

  private async keepRunning(): Promise<void> {
    await this.endPredecessor();
    for (let attempt = 0; this.wanted; attempt++) {
      const began = Date.now();
      const { code, healthy } = await this.runOnce();
      if (!this.wanted) return;
      if (healthy && Date.now() - began > 30_000) attempt = 0;
      if (!this.everReady && Date.now() - this.startedAt >= this.order.startTimeoutSeconds * 1000) {
        this.wanted = false;
        this.to('failed', this.detail ?? `ended with code ${code} before it was healthy`);
        return;
      }
      this.restarts++;
      this.to('restarting', `ended with code ${code}`);
      await sleep(Math.min(10_000, 250 * 2 ** attempt));
    }
  }

  private async runOnce(): Promise<{ code: number | null; healthy: boolean }> {
    const argv = this.order.command.map((a) => a.replaceAll('{port}', String(this.port)));
    this.running = leash(argv, {
      logFile: this.logFile,
      pidFile: this.pidFile,
      graceSeconds: GRACE_SECONDS,
      ...(this.order.env ? { env: this.order.env } : {}),
    });
    const child = this.running.process;
    let over = false;
    const exit = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', (e) => {
        this.detail = e.message;
        resolve(null);
      });
    }).finally(() => (over = true));
    let healthy = false;
    const limit = this.everReady ? Math.max(30_000, this.order.startTimeoutSeconds * 1000) : this.order.startTimeoutSeconds * 1000;
    const deadline = this.everReady ? Date.now() + limit : this.startedAt + limit;
    while (!over && this.wanted && !healthy) {
      if (await this.answers()) {
        healthy = true;
        this.everReady = true;
        this.to('ready');
      } else if (Date.now() > deadline) {
        this.detail = `not healthy within ${this.order.startTimeoutSeconds} s: ${this.order.healthPath} did not answer 200`;
        this.running.stop();
        break;
      } else await Promise.race([sleep(POLL_MS), exit]);
    }
    const code = await exit;
    this.killRemains();
    return { code, healthy };
  }

  private async answers(): Promise<boolean> {
    try {
      const r = await request(`http://127.0.0.1:${this.port}${this.order.healthPath}`, { headersTimeout: 2_000, bodyTimeout: 2_000 });
      await r.body.dump();
      return r.statusCode >= 200 && r.statusCode < 300;
    } catch {
      return false; // not listening yet
    }
  }

  /** A leash that was itself killed leaves its command behind: the port would be taken. */
  private killRemains(): void {
    const pid = this.pid();
    if (pid && isOurs(pid, this.order.command, this.port)) kill(pid);
  }
  private async endPredecessor(): Promise<void> {
    for (let n = 0; n < 100; n++) {
      const pid = this.pid();
      if (!pid || !isOurs(pid, this.order.command, this.port)) return;
      if (n === 30) kill(pid);
      await sleep(100);
    }
  }
  private pid(): number | undefined {
    if (!existsSync(this.pidFile)) return undefined;
    const pid = Number(readFileSync(this.pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  }
  private to(state: Replica['state'], detail?: string): void {
    this.state = state;
    this.since = new Date().toISOString();
    this.detail = detail;
  }
}

/** Pids are reused: it is ours only when its command line carries our port. Where /proc is missing, nothing is killed. */
function isOurs(pid: number, command: string[], port: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.some((a) => a.includes('{port}') && line.includes(a.replaceAll('{port}', String(port))));
  } catch {
    return false;
  }
}
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** A port that is free now; the replica keeps it for life, so that its address in the route stays right. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    if (!taken.has(port)) return port;
  }
}

const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
