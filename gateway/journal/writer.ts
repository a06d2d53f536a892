import { closeSync, fdatasync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, type Log } from '../log.js';
import { encodeLine, type JournalEvent } from './line.js';
import { listSegments, type Segments, segmentFile } from './segments.js';

/** The journal cannot take the call: the caller must refuse it. */
export class JournalRefused extends Error {}

export interface JournalOptions {
  log: Log;
  segmentBytes?: number;
  /** all segments together; beyond it new calls are refused until the applier has caught up */
  maxBytes?: number;
  /** replaced by tests of a full disk */
  write?: (fd: number, bytes: Buffer) => number;
}
const RETRY_MS = 500;
const SYNC_MS = 1_000;
/** more than a line has, so that the disk has room for one */
const PROBE_BYTES = 16_384;

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
  private readonly owed: string[] = [];
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
    const max = this.o.maxBytes ?? 4 * 1024 ** 3;
    if (this.older + this.offset > max)
      throw new JournalRefused(`the journal has reached ${max} bytes because MongoDB has not taken its events`);
    if (this.failedAt !== undefined) this.recover();
    try {
      this.append(encodeLine({ k: 's', event }));
    } catch (e) {
      throw new JournalRefused(`the journal cannot be written: ${errorText(e)}`, { cause: e });
    }
  }
  /** Before the answer ends. Never throws: a line that cannot be written is owed, and is written before the next call is taken. */
  end(event: JournalEvent): void {
    const line = encodeLine({ k: 'e', event });
    if (this.failedAt === undefined) {
      try {
        return this.append(line);
      } catch (e) {
        this.o.log('error', 'journal: an end line is owed', { call: event.id, reason: errorText(e) });
      }
    }
    this.owed.push(line);
  }
  /** Resolves at the next append. */
  grown(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }
  get healthy(): boolean {
    return this.failedAt === undefined;
  }
  /** Bytes of segments that the applier has removed. */
  removed(bytes: number): void {
    this.older -= bytes;
  }
  close(): void {
    clearInterval(this.timer);
    if (this.failedAt !== undefined && this.owed.length > 0) {
      this.failedAt = 0; // a last try, whenever the previous one was
      try {
        this.recover();
      } catch (e) {
        this.o.log('error', 'journal: closing with end lines owed; these calls will be marked lost', {
          lines: this.owed.length,
          reason: errorText(e),
        });
      }
    }
    this.wake();
    closeSync(this.fd);
  }

  private append(line: string): void {
    const bytes = Buffer.from(line);
    if (this.offset > 0 && this.offset + bytes.length > (this.o.segmentBytes ?? 16 * 1024 * 1024)) this.rotate();
    try {
      const written = (this.o.write ?? writeSync)(this.fd, bytes);
      this.offset += written;
      if (written < bytes.length) throw new Error('short write, the disk is probably full');
    } catch (e) {
      this.failedAt = Date.now();
      this.o.log('error', 'journal: a write failed; new calls are refused until writing works again', { reason: errorText(e) });
      throw e;
    }
    this.dirty = true;
    this.wake();
  }
  /**
   * Heals without a call: the end lines that are owed are of calls which the ledger waits for, and a gateway that is not ready gets
   * no call that could try. The probe keeps a disk that is still full from being filled with empty segments.
   */
  private tick(): void {
    this.sync();
    if (this.failedAt === undefined) return;
    const probe = join(this.segments.folder, 'probe');
    try {
      writeFileSync(probe, Buffer.alloc(PROBE_BYTES));
      rmSync(probe, { force: true });
      this.recover();
    } catch (e) {
      rmSync(probe, { force: true });
      if (!(e instanceof JournalRefused))
        this.o.log('error', 'journal: it still cannot be written', { owed: this.owed.length, reason: errorText(e) });
    }
  }
  /** After a failure: a new segment (the old one may end in a torn line), then what is owed. At most twice a second. */
  private recover(): void {
    if (Date.now() - (this.failedAt ?? 0) < RETRY_MS)
      throw new JournalRefused('the journal cannot be written; the next try is due within a second');
    try {
      this.rotate();
      this.failedAt = undefined;
      while (this.owed[0] !== undefined) {
        this.append(this.owed[0]);
        this.owed.shift();
      }
    } catch (e) {
      this.failedAt = Date.now();
      throw new JournalRefused(`the journal cannot be written: ${errorText(e)}`, { cause: e });
    }
    this.o.log('info', 'journal: writing works again');
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
