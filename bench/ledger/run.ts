/** One ledger run against a MongoDB that is there: the simulator, the gateways, the calls, and the comparison at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoice } from '#adapters/providers/simulator/invoice.js';
import type { UsageEvent } from '#core/metric/schema.js';
import type { Store } from '#store/kit/connect.js';
import { usageEvents } from '#store/usage.js';
import { boundOf, Caller, callOf, type Seen } from './calls.js';
import { join, type Verdict } from './join.js';
import { GatewayProcess, simulatorProcess } from './processes.js';
import { provide, simulatorOptions } from './world.js';

export interface RunOptions {
  store: Store;
  /** as the gateways reach it; may be cut off */
  mongodbUri: string;
  seed: number;
  gateways: number;
  callers: number;
  /** file limit of the first gateway until its next start, blocks of 512 bytes */
  fileBlocks?: number;
}
export interface Outcome extends Verdict {
  events: readonly UsageEvent[];
  lines: number;
  /** call has ended, but its line was not there in time */
  open: number;
}

export class LedgerRun {
  readonly gateways: GatewayProcess[] = [];
  readonly seen: Record<Seen, number> = { answered: 0, failed: 0, left: 0, broken: 0, unreached: 0 };
  private readonly answered = new Set<string>();
  private readonly o: RunOptions;
  private readonly simulator: { url: string; stop(): Promise<void> };
  private readonly caller: Caller;
  /** number of the next call */
  private next = 1;

  private readonly folder: string;

  private constructor(o: RunOptions, folder: string, simulator: { url: string; stop(): Promise<void> }, key: string) {
    this.o = o;
    this.folder = folder;
    this.simulator = simulator;
    this.caller = new Caller(key);
  }
  static async start(o: RunOptions): Promise<LedgerRun> {
    const folder = mkdtempSync(path(tmpdir(), 'ledger-'));
    const simulator = await simulatorProcess(simulatorOptions(o.seed), path(folder, 'simulator.log'));
    const keyringFile = path(folder, 'keyring');
    const run = new LedgerRun(o, folder, simulator, await provide(o.store, { keyringFile, simulator: simulator.url }));
    for (let i = 0; i < o.gateways; i++) {
      const options = { host: '127.0.0.1', mongodbUri: o.mongodbUri, internalKey: 'ledger-internal-key', keyringFile, dataDir: folder };
      run.gateways.push(
        new GatewayProcess(
          { ...options, allowedHosts: ['loopback'], graceMs: 5_000 },
          path(folder, `gateway-${i}.log`),
          i === 0 ? o.fileBlocks : undefined,
        ),
      );
    }
    await Promise.all(run.gateways.map((g) => g.start()));
    return run;
  }
  get sent(): number {
    return this.next - 1;
  }

  /** So many more calls; at most `rate` a second are begun. Ends early when `until` says so. */
  async calls(count: number, o: { rate?: number; until?: () => boolean } = {}): Promise<void> {
    const last = this.next + count;
    const began = performance.now();
    const first = this.next;
    const work = async (): Promise<void> => {
      while (this.next < last && o.until?.() !== true) {
        const n = this.next++;
        if (o.rate !== undefined) await sleep(Math.max(0, began + ((n - first) * 1000) / o.rate - performance.now()));
        await this.one(n);
      }
    };
    await Promise.all(Array.from({ length: this.o.callers }, work));
  }

  private async one(n: number): Promise<void> {
    const spec = callOf(this.o.seed, n);
    for (let turn = n; ; turn++) {
      const seen = await this.caller.call((this.gateways[turn % this.gateways.length] as GatewayProcess).url, spec);
      this.seen[seen]++;
      if (seen === 'answered') this.answered.add(spec.name);
      if (seen !== 'unreached') return;
      await sleep(20);
    }
  }

  /** Waits until nothing is open and everything is applied, then compares. All gateways must be up. */
  async settle(withinMs = 120_000): Promise<Outcome> {
    const end = Date.now() + withinMs;
    for (let before = -1; ; await sleep(1_500)) {
      const { lines, open, linesDropped } = await this.invoice();
      if (linesDropped > 0) throw new Error(`the simulator has dropped ${linesDropped} lines`);
      const events = await usageEvents(this.o.store).acrossTenants('a ledger run compares everything', {});
      const ids = new Set(events.map((e) => e.id));
      const all = open === 0 && events.length === before && lines.every((l) => l.callId !== null && ids.has(l.callId));
      before = events.length;
      if (!all && Date.now() < end) continue;
      const bound = (e: UsageEvent): number => boundOf(callOf(this.o.seed, Number(e.user?.slice('call-'.length))), e.deployment);
      const dearest = (e: UsageEvent): number => {
        const spec = callOf(this.o.seed, Number(e.user?.slice('call-'.length)));
        return Math.max(...spec.models.map((m) => boundOf(spec, m)));
      };
      const verdict = join(lines, events, { bound, answered: this.answered });
      for (const e of events)
        if (e.status === 'lost' && (e.cost ?? 0) > dearest(e)) verdict.differences.push(`${e.id}: lost at ${e.cost}, above ${dearest(e)}`);
      return { ...verdict, events, lines: lines.length, open };
    }
  }
  private async invoice(): Promise<ReturnType<Invoice['report']>> {
    return (await (await fetch(`${this.simulator.url}/simulator/invoice`)).json()) as ReturnType<Invoice['report']>;
  }
  async stop(): Promise<void> {
    await this.caller.close();
    await Promise.all(this.gateways.map((g) => g.stop()));
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
