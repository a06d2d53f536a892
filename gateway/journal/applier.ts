import { rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, type Log } from '../log.js';
import { usageEvent } from '#core/metric/schema.js';
import type { JournalEvent } from './line.js';
import { readSegment } from './reader.js';
import { listSegments, segmentFile, segmentName, segmentNumber } from './segments.js';
import type { Sink } from './sink.js';
import type { JournalWriter } from './writer.js';

/** journal lines, two a call: the calls that are under way wait while a batch is made ready */
const BATCH = 400;
const GATHER_MS = 200;
const MAX_BACKOFF_MS = 5_000;

/** Takes the journal's events to the sink: one lane, in order, again and again until each batch is in. */
export class Applier {
  private readonly writer: JournalWriter;
  private readonly sink: Sink;
  private readonly log: Log;
  /** undefined: to be asked of the sink */
  private at: { segment: number; offset: number; applied: number } | undefined;
  /** call without an end → segment of its start */
  private readonly open: Map<string, number>;
  private stopping = false;
  private running: Promise<void> | undefined;
  private failures = 0;
  /** kept over failures, when `at` is not known */
  private lastAt: { segment: number; offset: number } | undefined;
  private allFailures = 0;
  private caughtUpAt = Date.now();

  /** @param held starts without an end that lie on disk already: the cursor may be past them, and their segments must stay */
  constructor(writer: JournalWriter, sink: Sink, log: Log, held: ReadonlyMap<string, number> = new Map()) {
    this.open = new Map(held);
    this.writer = writer;
    this.sink = sink;
    this.log = log;
  }
  start(): void {
    this.running = this.run();
  }
  /** Applies what is there, for at most `graceMs`; the rest stays in the journal for the next start. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.writer.close();
    await Promise.race([this.running, sleep(graceMs, undefined, { ref: false })]);
  }

  /** Bytes on disk that are not in MongoDB, ms since there were none, and batches that failed since the start. */
  stats(): { backlogBytes: number; behindMs: number; failures: number } {
    const { writer } = this;
    const { segment, offset } = this.lastAt ?? { segment: 0, offset: 0 };
    let backlogBytes = 0;
    for (const n of listSegments(writer.segments)) {
      if (n < segment) continue;
      const size = n === writer.segment ? writer.offset : sizeOf(segmentFile(writer.segments, n));
      backlogBytes += n === segment ? Math.max(0, size - offset) : size;
    }
    return { backlogBytes, behindMs: backlogBytes === 0 ? 0 : Date.now() - this.caughtUpAt, failures: this.allFailures };
  }

  private async run(): Promise<void> {
    for (;;) {
      try {
        const step = await this.step();
        this.failures = 0;
        if (step === 'more') continue;
        if (step === 'nothing') {
          if (this.stopping) return;
          await this.writer.grown();
          this.caughtUpAt = Date.now();
        }
        // let a batch gather: a transaction costs the same for one event and for fifty
        if (!this.stopping) await sleep(GATHER_MS);
      } catch (e) {
        this.at = undefined; // the batch may have been committed: ask
        this.failures++;
        this.allFailures++;
        if (this.failures === 1 || this.failures % 20 === 0)
          this.log('warn', 'applier: events stay in the journal for now', { failures: this.failures, reason: errorText(e) });
        if (this.stopping) return;
        await sleep(Math.min(MAX_BACKOFF_MS, 100 * 2 ** Math.min(this.failures, 6)));
      }
    }
  }

  /** One batch: `more` when it was full or another segment follows, `some` when it was not, `nothing` at the end. */
  private async step(): Promise<'more' | 'some' | 'nothing'> {
    this.at ??= await this.position();
    const { segment, offset, applied } = this.at;
    this.lastAt = this.at;
    const file = segmentFile(this.writer.segments, segment);
    const until = segment === this.writer.segment ? this.writer.offset : sizeOf(file);
    const read = await readSegment(file, offset, until, BATCH);
    if (read.damaged > 0) this.log('error', 'applier: damaged lines in the journal were passed over', { file, lines: read.damaged });
    const events: JournalEvent[] = [];
    for (const entry of read.entries) {
      if (entry.k === 's') this.open.set(entry.id, segment);
      else {
        this.open.delete(entry.id);
        if (this.fits(entry.event)) events.push(entry.event);
      }
    }
    if (read.offset > offset) {
      // lines without events need no transaction: reading them again is harmless
      const next = { segment, offset: read.offset, applied: applied + events.length };
      if (events.length > 0) await this.sink.apply(events, { ...next, segment: segmentName(this.writer.segments, segment) });
      this.at = next;
      this.lastAt = next;
      if (read.entries.length === BATCH) return 'more';
      this.caughtUpAt = Date.now();
      this.removeBefore(segment); // what a call held that began long ago and has ended here: a full journal gets no further segment
      return 'some';
    }
    const later = listSegments(this.writer.segments).find((n) => n > segment);
    if (later === undefined) return 'nothing';
    this.at = { segment: later, offset: 0, applied };
    this.removeBefore(later);
    return 'more';
  }

  private async position(): Promise<{ segment: number; offset: number; applied: number }> {
    const cursor = await this.sink.cursor();
    const applied = cursor?.applied ?? 0;
    const segment = cursor && segmentNumber(this.writer.segments, cursor.segment);
    const all = listSegments(this.writer.segments);
    if (cursor && segment !== undefined && all.includes(segment)) return { segment, offset: cursor.offset, applied };
    const next = all.find((n) => segment === undefined || n > segment) ?? this.writer.segment;
    return { segment: next, offset: 0, applied };
  }

  /** Oldest first, and only while no start in it waits for its end: a crash must find it to mark the call lost. */
  private removeBefore(segment: number): void {
    const held = Math.min(segment, ...this.open.values());
    for (const n of listSegments(this.writer.segments)) {
      if (n >= held) return;
      const file = segmentFile(this.writer.segments, n);
      const size = sizeOf(file);
      rmSync(file);
      this.writer.removed(size);
    }
  }

  private fits(event: JournalEvent): boolean {
    const checked = usageEvent.safeParse(event);
    if (!checked.success)
      this.log('error', 'applier: an event that does not fit the schema was passed over', {
        call: event.id,
        reason: checked.error.message,
      });
    return checked.success;
  }
}
const sizeOf = (file: string): number => statSync(file).size;
