import { mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText, type Log } from '../log.js';
import type { Memory } from './memory.js';
import { OfferingsFile } from './offerings-file.js';
import { FEEDS, type Feed, type KnownOffering, type Tables } from './state.js';

const VERSION = 1;
const DELAY_MS = 200;
/** a seed that is being loaded changes thousands, one by one */
const OFFERINGS_DELAY_MS = 5_000;
const SMALL: readonly Feed[] = FEEDS.filter((feed) => feed !== 'offerings');

/**
 * The memory on disk, so that a gateway can start and serve while MongoDB is away. Written whole by rename, mode 0600;
 * it has hashes of keys and sealed credentials, nothing that can be used by itself. Offerings are in `offerings.jsonl`
 * beside it; without that file calls go on, with nothing known of prices and abilities.
 */
export class Snapshot {
  private readonly file: string;
  private readonly offerings: OfferingsFile;
  private readonly memory: Memory;
  private readonly log: Log;
  private timer: NodeJS.Timeout | undefined;
  private offeringsTimer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** the offerings are on disk, or cannot be written: the small file, from which a start serves, may come */
  private priced = false;

  constructor(file: string, memory: Memory, log: Log) {
    this.file = file;
    this.offerings = new OfferingsFile(join(dirname(file), 'offerings.jsonl'));
    this.memory = memory;
    this.log = log;
    memory.onChange((feed) => {
      if (memory.source !== 'mongodb') return;
      if (feed === 'offerings') this.offeringsTimer ??= setTimeout(() => this.saveOfferings(), OFFERINGS_DELAY_MS);
      else this.timer ??= setTimeout(() => void this.saveFirst(), DELAY_MS);
    });
  }
  /** Fills the memory from the last snapshot; false when there is none that can be used. */
  load(): boolean {
    try {
      const saved = JSON.parse(readFileSync(this.file, 'utf8')) as { v: number; at: number; tables: Record<string, [string, unknown][]> };
      if (saved.v !== VERSION) throw new Error(`snapshot of version ${saved.v}, this gateway reads ${VERSION}`);
      // one that an earlier version wrote lacks what that version did not know
      const tables = Object.fromEntries(SMALL.map((feed) => [feed, new Map(saved.tables[feed])])) as unknown as Tables;
      tables.offerings = this.loadOfferings();
      this.memory.source = 'snapshot';
      this.memory.confirmedAt = saved.at;
      this.memory.replace(tables);
      return true;
    } catch (e) {
      if ((e as { code?: string }).code !== 'ENOENT')
        this.log('warn', 'the routing snapshot cannot be used', { file: this.file, reason: errorText(e) });
      return false;
    }
  }
  /** The first small file waits for the prices: a gateway that died in between would start with routes, and call everything unpriced. */
  private async saveFirst(): Promise<void> {
    if (!this.priced) {
      this.saveOfferings();
      await this.writing;
      this.priced = true;
    }
    this.save();
  }
  save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const tables = Object.fromEntries(SMALL.map((feed) => [feed, [...this.memory.tables[feed]]]));
    const temporary = `${this.file}.new`;
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, JSON.stringify({ v: VERSION, at: this.memory.confirmedAt, tables }), { mode: 0o600 });
      const fd = openSync(temporary, 'r');
      fsyncSync(fd);
      closeSync(fd);
      renameSync(temporary, this.file);
    } catch (e) {
      this.log('error', 'the routing snapshot cannot be written', { file: this.file, reason: errorText(e) });
    }
  }
  /** Writes a last time when something is waiting to be written, or when the confirmation is newer. */
  async stop(): Promise<void> {
    if (this.offeringsTimer) this.saveOfferings();
    await this.writing;
    if (this.timer || this.memory.source === 'mongodb') this.save();
  }

  private loadOfferings(): Map<string, KnownOffering> {
    try {
      const offerings = this.offerings.read();
      this.priced = true;
      return offerings;
    } catch (e) {
      this.log('warn', 'prices and abilities of models are not known until MongoDB answers', { reason: errorText(e) });
      return new Map();
    }
  }
  /** One after the other: each writes the same temporary file. */
  private saveOfferings(): void {
    clearTimeout(this.offeringsTimer);
    this.offeringsTimer = undefined;
    this.writing = this.writing
      .then(() => this.offerings.write(this.memory.tables.offerings))
      .catch((e: unknown) => this.log('error', 'the offerings cannot be written', { reason: errorText(e) }));
  }
}
