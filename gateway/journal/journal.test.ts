import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import { Applier } from './applier.js';
import { decodeLine, encodeLine, type JournalEntry, type JournalEvent, lostEvent } from './line.js';
import { decode, openStarts } from './reader.js';
import { listSegments, openSegments, segmentFile } from './segments.js';
import type { Cursor, Sink } from './sink.js';
import { type JournalOptions, JournalRefused, JournalWriter } from './writer.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'journal-'));
const event = (id: string, o: Partial<JournalEvent> = {}): JournalEvent => ({
  ...UNKNOWN_YET,
  tries: [],
  id,
  at: new Date().toISOString(),
  tenant: 't',
  scope: '',
  environment: 'e',
  deployment: 'd',
  revision: 'r',
  modelId: 'p/m',
  modelVersion: '1',
  provider: 'p',
  key: 'k',
  operation: 'chat',
  stream: false,
  purpose: 'user',
  status: 'ok',
  httpStatus: 200,
  latencyMs: 1,
  firstByteMs: 1,
  attempts: 1,
  ...o,
});
const logged: string[] = [];
const open = (path: string, o: Partial<JournalOptions> = {}): JournalWriter =>
  new JournalWriter(openSegments(path), { log: (_l, m) => void logged.push(m), ...o });

/** What MongoDB does: all or nothing, and a cursor. Fails as often as told, before or after the commit. */
class FakeSink implements Sink {
  events: JournalEvent[] = [];
  at: Cursor | undefined;
  failBefore = 0;
  failAfter = 0;
  async cursor() {
    return this.at;
  }
  async apply(events: readonly JournalEvent[], cursor: Cursor) {
    if (this.failBefore-- > 0) throw new Error('away');
    this.events.push(...events);
    this.at = cursor;
    if (this.failAfter-- > 0) throw new Error('committed, but nobody heard');
  }
}
async function healed(writer: JournalWriter): Promise<void> {
  for (const until = Date.now() + 10_000; writer.problem !== undefined && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(writer.problem).toBeUndefined();
}
async function applied(path: string, sink: FakeSink, o: Partial<JournalOptions> = {}): Promise<void> {
  const { held } = openStarts(openSegments(path));
  const applier = new Applier(open(path, o), sink, (_l, m) => void logged.push(m), held);
  applier.start();
  await applier.stop(5_000);
}
const ids = (sink: FakeSink): string[] => sink.events.map((e) => e.id);

describe('a line', () => {
  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.nat()), (error, inputTokens) => {
        const entry = { k: 'e' as const, event: event('x', { error, inputTokens }) };
        expect(decodeLine(encodeLine(entry).slice(0, -1))).toEqual(JSON.parse(JSON.stringify(entry)));
      }),
    );
  });
  it('is refused when any byte is missing or changed', () => {
    const line = encodeLine({ k: 's', event: event('x') }).slice(0, -1);
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.boolean(), (i, drop) => {
        const damaged = line.slice(0, i) + (drop ? '' : line[i] === '~' ? '!' : '~') + line.slice(i + 1);
        expect(decodeLine(damaged)).toBeUndefined();
      }),
    );
  });
});

describe('the journal', () => {
  it('is read also where an earlier version wrote every field of each line', async () => {
    const path = folder();
    const writer = open(path);
    writer.close();
    const old = (entry: JournalEntry): string => {
      const json = JSON.stringify(entry);
      return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
    };
    const file = segmentFile(writer.segments, writer.segment);
    for (const id of ['a', 'b']) appendFileSync(file, old({ k: 's', event: event(id) }));
    appendFileSync(file, old({ k: 'e', event: event('a', { inputTokens: 3 }) }));
    expect(openStarts(openSegments(path)).lost).toEqual([event('b', { at: expect.any(String) as unknown as string })]);
    const sink = new FakeSink();
    await applied(path, sink);
    expect(sink.events).toEqual([event('a', { inputTokens: 3, at: expect.any(String) as unknown as string })]);
  });
  it('takes a line that is longer than one read', async () => {
    const path = folder();
    const writer = open(path);
    writer.end(event('a', { error: 'x'.repeat(700_000) }));
    writer.end(event('b'));
    writer.close();
    const sink = new FakeSink();
    await applied(path, sink);
    expect(ids(sink)).toEqual(['a', 'b']);
  });
  it('finds calls without an end, past a torn last line', () => {
    const path = folder();
    const writer = open(path);
    writer.start(event('a'));
    writer.start(event('b'));
    writer.end(event('a'));
    writer.close();
    appendFileSync(segmentFile(writer.segments, writer.segment), encodeLine({ k: 'e', event: event('b') }).slice(0, 40));
    expect(openStarts(openSegments(path)).lost.map((e) => e.id)).toEqual(['b']);
  });
  it('passes over a damaged line in the middle', async () => {
    const path = folder();
    const writer = open(path);
    writer.end(event('a'));
    writer.close();
    appendFileSync(segmentFile(writer.segments, writer.segment), 'rubbish\n');
    appendFileSync(segmentFile(writer.segments, writer.segment), encodeLine({ k: 'e', event: event('b') }));
    const sink = new FakeSink();
    await applied(path, sink);
    expect(ids(sink)).toEqual(['a', 'b']);
  });
  it('refuses new calls while the disk is full, and pays what it owes afterwards', async () => {
    const path = folder();
    let room = encodeLine({ k: 's', event: event('a') }).length + 50; // the end of a does not fit any more
    const write = (fd: number, bytes: Buffer): number => {
      const n = Math.min(room, bytes.length);
      room -= n;
      if (n === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return writeSync(fd, bytes.subarray(0, n));
    };
    const writer = open(path, { write });
    writer.start(event('a'));
    writer.end(event('a'));
    expect([writer.takesCalls, writer.owedLines]).toEqual([false, 1]);
    expect(writer.problem).toBe('the journal cannot be written: calls are refused, 1 lines are owed in memory');
    expect(() => writer.start(event('b'))).toThrow(JournalRefused);
    expect(logged.some((m) => m.includes('new calls are refused'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(() => writer.start(event('b'))).toThrow(/cannot be written/);
    room = 1e9;
    await new Promise((resolve) => setTimeout(resolve, 600));
    writer.start(event('c'));
    writer.end(event('c'));
    writer.close();
    const sink = new FakeSink();
    await applied(path, sink);
    expect(ids(sink)).toEqual(['a', 'c']);
    expect(openStarts(openSegments(path)).lost).toEqual([]);
  });
  it('pays what it owes also when no other call comes', async () => {
    const path = folder();
    let full = false;
    const write = (fd: number, bytes: Buffer): number => {
      if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return writeSync(fd, bytes);
    };
    const writer = open(path, { write });
    writer.start(event('a'));
    full = true;
    writer.end(event('a'));
    expect(writer.takesCalls).toBe(false);
    full = false;
    await healed(writer);
    expect(openStarts(openSegments(path)).lost).toEqual([]);
    writer.close();
  });
  it('refuses new calls beyond its size', () => {
    const writer = open(folder(), { maxBytes: 700 });
    for (let n = 0; n < 3; n++) writer.start(event(`a${n}`));
    expect(() => writer.start(event('b'))).toThrow(/has reached 700 bytes/);
    expect([writer.takesCalls, writer.problem]).toEqual([false, 'the journal is full: calls are refused, 0 lines are owed in memory']);
    writer.close();
  });
});

describe('the journal that is to serve on', () => {
  /** A disk that is full when told. */
  const disk = () => {
    const d = {
      full: false,
      write: (fd: number, bytes: Buffer): number => {
        if (d.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        return writeSync(fd, bytes);
      },
    };
    return d;
  };
  it('takes calls while the disk is full, says so, and writes all of them when it can', async () => {
    const path = folder();
    const d = disk();
    const writer = open(path, { write: d.write, whenFull: 'serve' });
    writer.start(event('a'));
    logged.length = 0;
    d.full = true;
    writer.end(event('a'));
    for (const id of ['b', 'c']) writer.start(event(id));
    writer.end(event('b'));
    expect([writer.takesCalls, writer.owedLines]).toEqual([true, 4]);
    expect(writer.problem).toBe('the journal cannot be written: calls go on, 4 lines are owed in memory');
    expect(logged).toEqual([expect.stringContaining('calls go on and their lines are owed'), expect.stringContaining('lines are owed')]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    writer.start(event('d')); // a try that fails again
    expect(writer.owedLines).toBe(5);
    d.full = false;
    await healed(writer);
    expect(writer.owedLines).toBe(0);
    writer.end(event('c'));
    writer.close();
    expect(openStarts(openSegments(path)).lost.map((e) => e.id)).toEqual(['d']);
    const sink = new FakeSink();
    await applied(path, sink);
    expect(ids(sink)).toEqual(['a', 'b', 'c']);
  });
  it('refuses after all when too much is owed, and takes calls again when that is written', async () => {
    const d = disk();
    const line = encodeLine({ k: 's', event: event('a0') }).length;
    const writer = open(folder(), { write: d.write, whenFull: 'serve', maxOwedBytes: 3 * line });
    d.full = true;
    for (let n = 0; n < 3; n++) writer.start(event(`a${n}`));
    expect(() => writer.start(event('b'))).toThrow(JournalRefused);
    expect([writer.takesCalls, writer.problem]).toEqual([false, expect.stringContaining('calls are refused, 3 lines')]);
    writer.end(event('a0')); // of a call that was taken: kept whatever the bound
    expect(writer.owedLines).toBe(4);
    d.full = false;
    await healed(writer);
    writer.start(event('b'));
    writer.close();
  });
  it('takes calls beyond its size too, and writes them when the applier has made room', async () => {
    const path = folder();
    const writer = open(path, { whenFull: 'serve', maxBytes: 1_500, segmentBytes: 700 });
    writer.start(event('first'));
    for (const id of ['a', 'b', 'c']) {
      writer.start(event(id));
      writer.end(event(id));
    }
    writer.start(event('d'));
    writer.end(event('d'));
    expect(writer.owedLines).toBeGreaterThan(0);
    expect(writer.problem).toContain('the journal is full: calls go on');
    const { owedLines } = writer;
    writer.end(event('first')); // goes to the disk: its segment, and all after it, could not be removed before it is applied
    expect(writer.owedLines).toBe(owedLines);
    const sink = new FakeSink();
    const applier = new Applier(writer, sink, (_l, m) => void logged.push(m));
    applier.start();
    await healed(writer);
    await applier.stop(5_000);
    expect(ids(sink).toSorted()).toEqual(['a', 'b', 'c', 'd', 'first']);
    expect(readdirSync(path).filter((f) => f.endsWith('.log')).length).toBeLessThanOrEqual(3);
  });
  it('is emptied also when the end of its oldest call was owed while the disk was full', async () => {
    const path = folder();
    const d = disk();
    const writer = open(path, { write: d.write, whenFull: 'serve', maxBytes: 1_500, segmentBytes: 700 });
    writer.start(event('first'));
    for (const id of ['a', 'b', 'c']) writer.start(event(id));
    d.full = true;
    for (const id of ['first', 'a', 'b', 'c']) writer.end(event(id));
    writer.start(event('d'));
    writer.end(event('d'));
    d.full = false;
    const sink = new FakeSink();
    const applier = new Applier(writer, sink, (_l, m) => void logged.push(m));
    applier.start();
    await healed(writer);
    await applier.stop(5_000);
    expect(ids(sink)).toEqual(['first', 'a', 'b', 'c', 'd']);
  });
  it('a process that dies meanwhile loses what is owed: the start that was written is a lost call, the others are unknown', () => {
    const path = folder();
    const d = disk();
    const writer = open(path, { write: d.write, whenFull: 'serve' });
    writer.start(event('a'));
    d.full = true;
    writer.end(event('a'));
    writer.start(event('b'));
    expect(openStarts(openSegments(path)).lost.map((e) => e.id)).toEqual(['a']);
    d.full = false;
    writer.close(); // a stop writes them; only a death does not
    expect(openStarts(openSegments(path)).lost.map((e) => e.id)).toEqual(['b']);
  });
  it('keeps each line once and in order, whichever writes fail or are short', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('whole', 'short', 'none'), { maxLength: 12 }), fc.integer({ min: 1, max: 8 }), (fates, n) => {
        const path = folder();
        let closing = false;
        const write = (fd: number, bytes: Buffer): number => {
          const fate = closing ? 'whole' : (fates.shift() ?? 'whole');
          if (fate === 'none') throw new Error('ENOSPC');
          return writeSync(fd, fate === 'short' ? bytes.subarray(0, bytes.length - 3) : bytes);
        };
        const writer = open(path, { write, whenFull: 'serve', segmentBytes: 900 });
        const lines = Array.from({ length: n }, (_, i) => [`s e${i}`, ...(i > 0 ? [`e e${i - 1}`] : [])]).flat();
        for (const line of lines) writer[line.startsWith('s') ? 'start' : 'end'](event(line.slice(2)));
        closing = true;
        writer.close();
        const read = listSegments(writer.segments).flatMap((s) => decode(readFileSync(segmentFile(writer.segments, s)), 0).entries);
        expect(read.map((e) => `${e.k} ${e.id}`)).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the applier', () => {
  it('takes everything once, whatever fails, and removes what is applied', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(2),
        fc.nat(2),
        fc.integer({ min: 400, max: 4000 }),
        async (n, failBefore, failAfter, segmentBytes) => {
          const path = folder();
          const writer = open(path, { segmentBytes });
          for (let i = 0; i < n; i++) {
            writer.start(event(`e${i}`));
            if (i > 0) writer.end(event(`e${i - 1}`));
          }
          writer.close();
          const sink = Object.assign(new FakeSink(), { failBefore, failAfter });
          for (let run = 0; run < 6 && sink.events.length < n - 1; run++) await applied(path, sink, { segmentBytes });
          expect(ids(sink)).toEqual(Array.from({ length: n - 1 }, (_, i) => `e${i}`));
          expect(openStarts(openSegments(path)).lost.map((e) => e.id)).toEqual([`e${n - 1}`]);
          const after = open(path);
          after.end(lostEvent(event(`e${n - 1}`)));
          after.close();
          for (let run = 0; run < 6; run++) await applied(path, sink);
          expect(ids(sink)).toHaveLength(n);
          expect(readdirSync(path).filter((f) => f.endsWith('.log')).length).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 20, examples: [[3, 0, 1, 856]] }, // the example once lost the start of an open call
    );
  }, 60_000);
  it('begins at the beginning when the cursor is of another journal', async () => {
    const path = folder();
    const writer = open(path);
    writer.end(event('a'));
    writer.close();
    const sink = Object.assign(new FakeSink(), { at: { segment: 'ffffffffffff-0000000009', offset: 77, applied: 3 } });
    await applied(path, sink);
    expect([ids(sink), sink.at?.applied]).toEqual([['a'], 4]);
  });
  it('says how far it is behind', async () => {
    const path = folder();
    const writer = open(path);
    const sink = Object.assign(new FakeSink(), { failBefore: 1 });
    const applier = new Applier(writer, sink, (_l, m) => void logged.push(m));
    writer.start(event('a'));
    writer.end(event('a'));
    expect(applier.stats()).toMatchObject({ backlogBytes: writer.offset, failures: 0 });
    applier.start();
    for (let n = 0; n < 100 && sink.events.length === 0; n++) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(applier.stats()).toEqual({ backlogBytes: 0, behindMs: 0, failures: 1 });
    writer.end(event('b'));
    expect(applier.stats().backlogBytes).toBeGreaterThan(0);
    await applier.stop(5_000);
    expect(ids(sink)).toEqual(['a', 'b']);
  });
});
