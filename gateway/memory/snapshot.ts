import { mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, type Log } from '../log.js';
import type { Memory } from './memory.js';
import { FEEDS, type Feed, type Tables } from './state.js';

const VERSION = 1;
const DELAY_MS = 200;

/**
 * The memory on disk, so that a gateway can start and serve while MongoDB is away. Written whole by rename, mode 0600;
 * it has hashes of keys and sealed credentials, nothing that can be used by itself.
 */
export class Snapshot {
  private readonly file: string;
  private readonly memory: Memory;
  private readonly log: Log;
  private readonly texts = new Map<Feed, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(file: string, memory: Memory, log: Log) {
    this.file = file;
    this.memory = memory;
    this.log = log;
    memory.onChange((feed) => {
      this.texts.delete(feed);
      if (memory.source === 'mongodb') this.timer ??= setTimeout(() => this.save(), DELAY_MS);
    });
  }
  /** Fills the memory from the last snapshot; false when there is none that can be used. */
  load(): boolean {
    try {
      const saved = JSON.parse(readFileSync(this.file, 'utf8')) as { v: number; at: number; tables: Record<string, [string, unknown][]> };
      if (saved.v !== VERSION) throw new Error(`snapshot of version ${saved.v}, this gateway reads ${VERSION}`);
      const tables = Object.fromEntries(FEEDS.map((feed) => [feed, new Map(saved.tables[feed])])) as unknown as Tables;
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
  save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const tables = FEEDS.map((feed) => `${JSON.stringify(feed)}:${this.textOf(feed)}`).join(',');
    const temporary = `${this.file}.new`;
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, `{"v":${VERSION},"at":${this.memory.confirmedAt},"tables":{${tables}}}`, { mode: 0o600 });
      const fd = openSync(temporary, 'r');
      fsyncSync(fd);
      closeSync(fd);
      renameSync(temporary, this.file);
    } catch (e) {
      this.log('error', 'the routing snapshot cannot be written', { file: this.file, reason: errorText(e) });
    }
  }
  /** A route changes often, the thousands of offerings seldom: each feed is turned into text only when it has changed. */
  private textOf(feed: Feed): string {
    let text = this.texts.get(feed);
    if (text === undefined) this.texts.set(feed, (text = JSON.stringify([...this.memory.tables[feed]])));
    return text;
  }
  /** Writes a last time when something is waiting to be written, or when the confirmation is newer. */
  stop(): void {
    if (this.timer || this.memory.source === 'mongodb') this.save();
  }
}
