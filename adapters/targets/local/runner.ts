import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { z } from 'zod';
import { HubError, toProblem } from '#core/shared/problem.js';
import { type Order, order, type ReplicaSet, savedSets } from './protocol.js';
import { freePort, LocalReplica } from './replica.js';

interface Entry {
  set: string;
  fence: number;
  order?: Order | undefined;
  replicas: LocalReplica[];
}

/**
 * The runner: the one process that owns local replicas. Workers come and go and order by name; asking twice changes
 * nothing. When the runner itself dies its replicas die with it (leash), and a new runner starts them again.
 */
export class Runner {
  private readonly sets = new Map<string, Entry>();
  private readonly dir: string;
  private lane: Promise<unknown> = Promise.resolve();
  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** Starts again what was wanted when the predecessor died. */
  restore(): void {
    let saved: z.output<typeof savedSets> = [];
    try {
      saved = savedSets.parse(JSON.parse(readFileSync(this.stateFile, 'utf8')));
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new Error(`${this.stateFile} cannot be read; remove it to start without local replicas`, { cause: e });
    }
    for (const s of saved) {
      const wanted = s.order;
      const replicas = wanted ? s.replicas.map((r) => new LocalReplica(r.name, r.port, wanted, this.dir)) : [];
      this.sets.set(s.set, { set: s.set, fence: s.fence, order: wanted, replicas });
      for (const r of replicas) r.start();
    }
  }

  view(set: string): ReplicaSet {
    const e = this.sets.get(set);
    if (!e) throw new HubError('not-found', `no replicas of ${set}`);
    return { set, fence: e.fence, stopped: e.order === undefined, replicas: e.replicas.map((r) => r.view()) };
  }

  /** Makes `set` be as ordered; an order older than the last one is refused. */
  ensure(set: string, o: Order): Promise<ReplicaSet> {
    return this.alone(async () => {
      const known = this.sets.get(set);
      if (known && o.fence < known.fence) throw new HubError('stale-state', `a later order (${known.fence}) stands`);
      const alive = known?.order ? known.replicas.filter((r) => r.view().state !== 'failed') : [];
      const gone = known?.replicas.filter((r) => !alive.includes(r)) ?? [];
      await Promise.all(gone.map((r) => r.stop()));
      const entry: Entry = { set, fence: o.fence, order: o, replicas: alive.slice(0, o.replicas) };
      await Promise.all(alive.slice(o.replicas).map((r) => r.stop()));
      const ports = new Set([...this.sets.values()].flatMap((e) => e.replicas.map((r) => r.port)));
      const names = new Set(entry.replicas.map((r) => r.name));
      for (let i = 0; entry.replicas.length < o.replicas; i++) {
        const name = `${set}-${i}`;
        if (names.has(name)) continue;
        const port = await freePort(ports);
        ports.add(port);
        const replica = new LocalReplica(name, port, o, this.dir);
        rmSync(replica.logFile, { force: true });
        entry.replicas.push(replica);
      }
      this.sets.set(set, entry);
      this.save();
      for (const r of entry.replicas) if (!alive.includes(r)) r.start();
      return this.view(set);
    });
  }

  /** Stops all replicas of `set`; the fence stays, so that a late order cannot bring them back. */
  remove(set: string, fence: number): Promise<ReplicaSet> {
    return this.alone(async () => {
      const known = this.sets.get(set) ?? { set, fence, replicas: [] };
      if (fence < known.fence) throw new HubError('stale-state', `a later order (${known.fence}) stands`);
      this.sets.set(set, { ...known, fence, order: undefined });
      this.save();
      await Promise.all(known.replicas.map((r) => r.stop()));
      this.sets.set(set, { set, fence, replicas: [] });
      this.save();
      return this.view(set);
    });
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.sets.values()].flatMap((e) => e.replicas.map((r) => r.stop())));
  }

  /** Last `lines` lines of a replica's log, from at most the last 256 KiB. */
  async log(set: string, replica: string, lines: number): Promise<string> {
    const r = this.sets.get(set)?.replicas.find((x) => x.name === replica);
    if (!r) throw new HubError('not-found', `no replica ${replica}`);
    return await tail(r.logFile, lines);
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.lane.then(work, work);
    this.lane = mine.catch(() => undefined);
    return mine;
  }
  private get stateFile(): string {
    return join(this.dir, 'replicas.json');
  }
  private save(): void {
    const all = [...this.sets.values()].map((e) => ({
      set: e.set,
      fence: e.fence,
      ...(e.order ? { order: e.order } : {}),
      replicas: e.order ? e.replicas.map((r) => ({ name: r.name, port: r.port })) : [],
    }));
    writeFileSync(`${this.stateFile}.new`, JSON.stringify(all), { mode: 0o600 });
    renameSync(`${this.stateFile}.new`, this.stateFile);
  }
}

async function tail(file: string, lines: number): Promise<string> {
  const handle = await open(file, 'r').catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ENOENT') return undefined; // it has not written anything
    throw e;
  });
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 262_144);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await handle.close();
  }
}

/** Serves the runner on a unix socket that only this user can open. */
export async function startRunner(o: { dataDir: string; socketPath: string }): Promise<{ stop(): Promise<void> }> {
  const runner = new Runner(join(o.dataDir, 'replicas'));
  rmSync(o.socketPath, { force: true }); // of a predecessor; the supervisor's lock allows one runner a data folder
  const server = createServer((req, res) => {
    serve(runner, req)
      .then((body) => answer(res, 200, body))
      .catch((e: unknown) => {
        const known = e instanceof HubError ? e : new HubError('internal', e instanceof Error ? e.message : String(e));
        answer(res, known.status, toProblem(known));
      });
  });
  await new Promise<void>((resolve, reject) => {
    const mask = process.umask(0o077);
    server.once('error', reject);
    server.listen(o.socketPath, () => {
      process.umask(mask);
      resolve();
    });
  });
  runner.restore();
  return {
    async stop() {
      server.close();
      server.closeAllConnections();
      await runner.stopAll();
    },
  };
}

async function serve(runner: Runner, req: IncomingMessage): Promise<unknown> {
  const url = new URL(req.url ?? '/', 'http://runner');
  const [root, set, sub, replica] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (root === 'healthz') return { ok: true };
  if (root !== 'sets' || !set) throw new HubError('not-found', 'no such path');
  if (req.method === 'GET' && sub === 'log' && replica) {
    return { text: await runner.log(set, replica, Number(url.searchParams.get('lines') ?? '200')) };
  }
  if (req.method === 'GET') return runner.view(set);
  if (req.method === 'PUT') return await runner.ensure(set, order.parse(JSON.parse(await text(req))));
  if (req.method === 'DELETE') return await runner.remove(set, Number(url.searchParams.get('fence') ?? '0'));
  throw new HubError('method-not-allowed', 'GET, PUT or DELETE');
}
async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const c of req) chunks.push(c as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
function answer(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
