import { closeSync, fdatasync, openSync, statSync, writeSync } from 'node:fs';
import { errorText, type Log } from '../log.js';
import { encodeLine, type JournalEvent } from './line.js';
import { Owed } from './owed.js';
import { listSegments, probe, type Segments, segmentFile } from './segments.js';

/** The journal cannot take the call: the caller must refuse it. */
export class JournalRefused extends Error {}

export interface JournalOptions {
  log: Log;
  segmentBytes?: number;
  /** all segments together; beyond it the journal is full until the applier has caught up */
  maxBytes?: number;
  /**
   * While it is full or cannot be written: `refuse` new calls, or `serve` them and owe their lines in memory. What is owed when the
   * process dies is lost: such a call is in no ledger, or stands as lost there when its start was written.
   */
  whenFull?: 'refuse' | 'serve';
  /** with `serve`: so many bytes of lines may be owed; beyond them new calls are refused after all */
  maxOwedBytes?: number;
  /** replaced by tests of a full disk */
  write?: (fd: number, bytes: Buffer) => number;
}
const RETRY_MS = 500;
const SYNC_MS = 1_000;
/** about 34,000 calls: 120 MB of memory, and 0.3 s in which they are written */
const MAX_OWED_BYTES = 64 * 1024 * 1024;

/**
 * Appends lines with synchronous writes: what is in the page cache survives the death of this process, and a small write
 * costs less than a promise. Power loss may cost what was not yet synced, at most a second.
 */
export class JournalWriter {
  readonly segments: Segments;
  /** segment in use, and its length so far: everything below is readable */
  segment: number;
  offset = 0;
  private fd: number;
  private older: number;
  private failedAt: number | undefined;
  private readonly owed = new Owed();
  private listeners: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private dirty = false;
  private readonly o: JournalOptions;

  constructor(segments: Segments, o: JournalOptions) {
    this.segments = segments;
    this.o = o;
    const found = listSegments(segments);
    this.older = found.reduce((sum, n) => sum + statSync(segmentFile(segments, n)).size, 0);
    this.segment = (found.at(-1) ?? 0) + 1;
    this.fd = openSync(segmentFile(segments, this.segment), 'ax', 0o600);
    this.timer = setInterval(() => this.tick(), SYNC_MS).unref();
  }

  /** Before the upstream is called. Throws `JournalRefused` when the line cannot be kept. */
  start(event: JournalEvent): void {
    const line = encodeLine({ k: 's', event });
    try {
      this.checkSize();
      if (this.owes) this.recover();
      this.append(line);
    } catch (e) {
      const refused = e instanceof JournalRefused ? e : new JournalRefused(`the journal cannot be written: ${errorText(e)}`, { cause: e });
      if (!this.mayOwe) throw refused;
      this.owe('s', event.id, line, refused.message);
    }
  }
  /** Before the answer ends. Never throws: a line that cannot be written is owed, and is written before the next call is taken. */
  end(event: JournalEvent): void {
    const line = encodeLine({ k: 'e', event });
    if (this.failedAt !== undefined || this.owed.hasStart(event.id)) return this.owe('e', event.id, line, this.problem);
    try {
      this.append(line);
    } catch (e) {
      this.owe('e', event.id, line, errorText(e));
    }
  }
  /** Resolves at the next append. */
  grown(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }
  /** Lines that are in memory only. */
  get owedLines(): number {
    return this.owed.count;
  }
  /** What keeps lines from the disk, and what becomes of calls meanwhile; undefined: nothing does. */
  get problem(): string | undefined {
    if (!this.owes && !this.full) return undefined;
    const what = this.failedAt === undefined && this.full ? 'the journal is full' : 'the journal cannot be written';
    return `${what}: ${this.takesCalls ? 'calls go on' : 'calls are refused'}, ${this.owed.count} lines are owed in memory`;
  }
  /** Whether a call that comes now is taken, as far as it is known without trying. */
  get takesCalls(): boolean {
    return this.mayOwe || (this.failedAt === undefined && !this.full);
  }
  /** Bytes of segments that the applier has removed. */
  removed(bytes: number): void {
    this.older -= bytes;
  }
  close(): void {
    clearInterval(this.timer);
    if (this.owed.count > 0) {
      if (this.failedAt !== undefined) this.failedAt = 0; // a last try, whenever the previous one was
      try {
        this.recover('all');
      } catch (e) {
        this.o.log('error', 'journal: closing with lines owed; these calls will be marked lost, or are in no ledger', {
          lines: this.owed.count,
          reason: errorText(e),
        });
      }
    }
    this.wake();
    closeSync(this.fd);
  }

  private get owes(): boolean {
    return this.failedAt !== undefined || this.owed.count > 0;
  }
  private get mayOwe(): boolean {
    return this.o.whenFull === 'serve' && this.owed.bytes < (this.o.maxOwedBytes ?? MAX_OWED_BYTES);
  }
  private get maxBytes(): number {
    return this.o.maxBytes ?? 4 * 1024 ** 3;
  }
  private get full(): boolean {
    return this.older + this.offset > this.maxBytes;
  }
  private checkSize(): void {
    if (this.full) throw new JournalRefused(`the journal has reached ${this.maxBytes} bytes because MongoDB has not taken its events`);
  }
  private owe(kind: 's' | 'e', call: string, line: string, reason: string | undefined): void {
    if (this.owed.count === 0) this.o.log('error', 'journal: lines are owed in memory', { call, reason });
    this.owed.add(kind, call, line);
  }
  private append(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (this.offset > 0 && this.offset + bytes.length > (this.o.segmentBytes ?? 16 * 1024 * 1024)) this.rotate();
      const written = (this.o.write ?? writeSync)(this.fd, bytes);
      this.offset += written;
      if (written < bytes.length) throw new Error('short write, the disk is probably full');
    } catch (e) {
      this.failedAt = Date.now();
      const meanwhile = this.o.whenFull === 'serve' ? 'calls go on and their lines are owed' : 'new calls are refused';
      this.o.log('error', `journal: a write failed; ${meanwhile} until writing works again`, { reason: errorText(e) });
      throw e;
    }
    this.dirty = true;
    this.wake();
  }
  /**
   * Heals without a call: the end lines that are owed are of calls which the ledger waits for, and a gateway that is not ready gets
   * no call that could try.
   */
  private tick(): void {
    this.sync();
    if (!this.owes) return;
    try {
      this.recover();
    } catch (e) {
      this.o.log('error', 'journal: it still cannot be written', { owed: this.owed.count, reason: errorText(e) });
    }
  }
  /**
   * Writes what is owed; after a failure into a new segment, as the old one may end in a torn line, and at most twice a second. A
   * journal that is full takes the ends of calls that it knows, without which it could never be emptied.
   */
  private recover(what: 'all' | 'ends' = this.full ? 'ends' : 'all'): void {
    if (this.failedAt !== undefined && Date.now() - this.failedAt < RETRY_MS)
      throw new JournalRefused('the journal cannot be written; the next try is due within a second');
    const before = { failedAt: this.failedAt, owed: this.owed.count };
    try {
      if (this.failedAt !== undefined) {
        probe(this.segments); // a disk that is still full must not be filled with empty segments
        this.rotate();
      }
      this.failedAt = undefined;
      this.owed.pay((line) => this.append(line), what);
    } catch (e) {
      this.failedAt = Date.now();
      throw new JournalRefused(`the journal cannot be written: ${errorText(e)}`, { cause: e });
    }
    const written = before.owed - this.owed.count;
    if (before.failedAt !== undefined || written > 0)
      this.o.log('info', 'journal: writing works again', { written, owed: this.owed.count });
  }
  private rotate(): void {
    const next = openSync(segmentFile(this.segments, this.segment + 1), 'ax', 0o600);
    this.sync();
    closeSync(this.fd);
    this.older += this.offset;
    this.fd = next;
    this.segment++;
    this.offset = 0;
  }
  private sync(): void {
    if (!this.dirty) return;
    this.dirty = false;
    fdatasync(this.fd, (e) => {
      // EBADF: the segment was rotated away while the sync was under way
      if (e && e.code !== 'EBADF') this.o.log('error', 'journal: sync failed', { reason: errorText(e) });
    });
  }
  private wake(): void {
    const waiting = this.listeners;
    this.listeners = [];
    for (const resolve of waiting) resolve();
  }
}
