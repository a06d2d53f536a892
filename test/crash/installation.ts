import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#cli/ports.js';
import type { DeploymentView } from '#core/deployment/schema.js';
import { until } from '../support/until.js';

/** A whole installation as a user has it: `hub start` on ports and a data folder of its own. */
export class Installation {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'modelhub-crash-'));
  /** carried by the command line of every replica, so that they can be counted among the machine's processes */
  readonly marker = `mark-${Math.random().toString(36).slice(2)}`;
  api = '';
  gateway = '';
  private env: Record<string, string> = {};
  private supervisor: ChildProcess | undefined;
  private output = '';

  async start(): Promise<void> {
    if (!this.api) {
      const names = ['API', 'GATEWAY', 'TEMPORAL', 'TEMPORAL_UI', 'MONGODB'];
      for (const n of names) this.env[`MODELHUB_${n}_PORT`] = String(await freePort());
      this.env['MODELHUB_DATA_DIR'] = this.dataDir;
      this.api = `http://127.0.0.1:${this.env['MODELHUB_API_PORT']}`;
      this.gateway = `http://127.0.0.1:${this.env['MODELHUB_GATEWAY_PORT']}`;
    }
    const child = spawn(process.execPath, ['dist/cli/main.js', 'start'], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (d: Buffer) => (this.output += d.toString()));
    child.stderr.on('data', (d: Buffer) => (this.output += d.toString()));
    this.supervisor = child;
    await until(
      'the hub is up',
      () => {
        if (child.exitCode !== null) throw new Error(`hub start ended with ${child.exitCode}: ${this.output.slice(-2000)}`);
        return this.ready();
      },
      60_000,
    ).catch((e: unknown) => {
      throw new Error(`${String(e)}\n${this.output.slice(-3000)}`);
    });
  }
  async ready(): Promise<boolean> {
    const ok = await Promise.all(
      [`${this.api}/readyz`, `${this.gateway}/readyz`].map((u) =>
        fetch(u).then(
          (r) => r.ok,
          () => false,
        ),
      ),
    );
    return ok.every(Boolean) && existsSync(join(this.dataDir, 'admin-key'));
  }
  key(): string {
    return readFileSync(join(this.dataDir, 'admin-key'), 'utf8').trim();
  }
  /** kill -9 of a part by the supervisor's own record of it, of the supervisor, or of one replica. */
  async kill(victim: string): Promise<void> {
    if (victim === 'supervisor') {
      this.supervisor?.kill('SIGKILL');
      return;
    }
    const pid =
      victim === 'replica'
        ? (await this.replicas())[0]
        : (JSON.parse(readFileSync(join(this.dataDir, 'run', `${victim}.json`), 'utf8')) as { pid: number }).pid;
    if (pid) process.kill(pid, 'SIGKILL');
  }
  /** pids of all replicas on this machine, leashes not counted */
  replicas(): Promise<number[]> {
    const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 32e6 }).split('\n');
    const own = lines
      .map((l) => /^\s*(\d+)\s+(.*)$/.exec(l))
      .filter((m) => m?.[2]?.startsWith(process.execPath) && m[2].includes(this.marker));
    return Promise.resolve(own.map((m) => Number(m?.[1])));
  }
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const r = await fetch(`${this.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key()}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: r.status, body: (await r.json()) as Record<string, unknown> };
  }
  /** undefined while the API cannot answer */
  async view(name: string): Promise<DeploymentView | undefined> {
    const r = await this.call('GET', `/api/v1/deployments/production/${name}`).catch(() => undefined);
    return r?.status === 200 ? (r.body as unknown as DeploymentView) : undefined;
  }
  async stop(): Promise<void> {
    const child = this.supervisor;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await until('it stops', () => child.exitCode !== null || child.signalCode !== null, 40_000);
  }
}

/** Calls one after the other, all the time, and remembers what happened. */
export class Caller {
  ok = 0;
  readonly failures: { at: number; why: string }[] = [];
  private going = true;
  private readonly done: Promise<void>;
  constructor(hub: Installation, model: string, key: string) {
    this.done = (async () => {
      while (this.going) {
        try {
          const r = await fetch(`${hub.gateway}/v1/chat/completions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
            body: JSON.stringify({ model, messages: [] }),
          });
          const text = await r.text();
          if (r.ok) this.ok++;
          else this.failures.push({ at: Date.now(), why: `${r.status} ${text.slice(0, 300)}` });
        } catch (e) {
          this.failures.push({ at: Date.now(), why: String((e as Error).cause ?? e) });
        }
        await new Promise((r) => setTimeout(r, 15));
      }
    })();
  }
  async stop(): Promise<void> {
    this.going = false;
    await this.done;
  }
}
