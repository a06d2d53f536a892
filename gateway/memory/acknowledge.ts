import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '#store/kit/connect.js';
import { gateways, SYSTEM } from '#store/routing.js';
import { errorText, type Log } from '../log.js';
import { type Inflight, revisionKey } from './inflight.js';
import type { Memory } from './memory.js';

const COALESCE_MS = 10;
const HEARTBEAT_MS = 2_000;

/**
 * This gateway's own record: alive, which route versions are in force here, and which calls still run on revisions that no
 * weight points to. Written soon after a change and as a heartbeat; one write at a time.
 */
export class Acknowledgement {
  private readonly id: string;
  private readonly memory: Memory;
  private readonly inflight: Inflight;
  private readonly open: () => Promise<Store>;
  private readonly log: Log;
  private readonly startedAt = new Date().toISOString();
  private lastAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private again = false;
  private stopping = false;
  private failing = false;
  private sent: Record<string, number> = {};

  constructor(o: { id: string; memory: Memory; inflight: Inflight; open: () => Promise<Store>; log: Log }) {
    this.id = o.id;
    this.memory = o.memory;
    this.inflight = o.inflight;
    this.open = o.open;
    this.log = o.log;
    o.memory.onChange((feed) => {
      if (feed === 'routes' || feed === 'routeOverrides') this.soon();
    });
    o.inflight.onChange((key, count) => {
      const digest = key.slice(key.indexOf('#') + 1);
      if (count === 0 && this.sent[digest] !== undefined) this.soon();
    });
  }
  start(): void {
    this.soon();
  }
  /** Takes the record away: nobody needs to wait for a gateway that is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.writing;
    const leave = this.open().then((store) => gateways(store).remove(SYSTEM, this.id));
    await Promise.race([leave, sleep(1_000, undefined, { ref: false })]).catch((e: unknown) =>
      this.log('warn', 'the record of this gateway stays until it is stale', { reason: errorText(e) }),
    );
  }

  private soon(): void {
    if (this.stopping) return;
    if (this.writing) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.begin(), COALESCE_MS);
  }
  private begin(): void {
    this.again = false;
    this.writing = this.write().finally(() => {
      this.writing = undefined;
      if (this.stopping) return;
      if (this.again) this.soon();
      else this.timer = setTimeout(() => this.begin(), HEARTBEAT_MS);
    });
  }
  private async write(): Promise<void> {
    try {
      const store = await this.open();
      // only what MongoDB told us counts as acknowledged; a snapshot may be of another time
      const live = this.memory.source === 'mongodb' ? [...this.memory.routes()] : [];
      const draining = this.draining();
      this.lastAt = Math.max(Date.now(), this.lastAt + 1);
      const record = {
        id: this.id,
        at: new Date(this.lastAt).toISOString(),
        startedAt: this.startedAt,
        routes: Object.fromEntries(live.map((r) => [r.key, r.route.version])),
        draining,
      };
      if (!(await gateways(store).putNewer(SYSTEM, record, 'at'))) {
        // an earlier run under a clock that was ahead: go on from its time
        const stored = await gateways(store).find1(SYSTEM, { id: this.id });
        this.lastAt = Math.max(this.lastAt, stored ? Date.parse(stored.at) : 0);
        this.again = true;
        return;
      }
      this.sent = draining;
      this.failing = false;
      if (Object.keys(draining).some((digest) => this.draining()[digest] === undefined)) this.again = true;
    } catch (e) {
      if (!this.failing) this.log('warn', 'routes cannot be acknowledged for now', { reason: errorText(e) });
      this.failing = true;
    }
  }
  /** Summed over the routes in which the revision has no weight: another route may give the same digest traffic. */
  private draining(): Record<string, number> {
    const weighted = new Set<string>();
    for (const r of this.memory.routes()) for (const w of r.weights) weighted.add(revisionKey(r.key, w.digest));
    const draining: Record<string, number> = {};
    for (const [key, count] of this.inflight.entries()) {
      const at = key.indexOf('#');
      if (at < 0 || weighted.has(key)) continue;
      const digest = key.slice(at + 1);
      draining[digest] = (draining[digest] ?? 0) + count;
    }
    return draining;
  }
}
