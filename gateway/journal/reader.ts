import { open } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { decodeLine, type JournalEvent, startedCall } from './line.js';
import { listSegments, type Segments, segmentFile } from './segments.js';

/** A start line is read whole only where it is asked for. */
export type ReadEntry = { k: 's'; id: string; event: JournalEvent | undefined } | { k: 'e'; id: string; event: JournalEvent };
export interface Read {
  entries: ReadEntry[];
  /** offset after the last whole line */
  offset: number;
  /** damaged lines that were passed over */
  damaged: number;
}

/** Whole lines of `bytes`; what follows the last newline is not there yet (or torn, when nobody writes any more). */
export function decode(bytes: Buffer, from: number, limit = Number.POSITIVE_INFINITY, starts: 'whole' | 'named' = 'named'): Read {
  const entries: ReadEntry[] = [];
  let at = 0;
  let damaged = 0;
  while (entries.length < limit) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) break;
    const line = bytes.toString('utf8', at, end);
    const id = starts === 'named' ? startedCall(line) : undefined;
    const entry = id === undefined ? decodeLine(line) : undefined;
    if (id !== undefined) entries.push({ k: 's', id, event: undefined });
    else if (entry) entries.push({ k: entry.k, id: entry.event.id, event: entry.event });
    else damaged++;
    at = end + 1;
  }
  return { entries, offset: from + at, damaged };
}

const READ_BYTES = 256 * 1024;

/** Up to `limit` entries from `offset` on. `until` is the length up to which the segment may be read. */
export async function readSegment(file: string, offset: number, until: number, limit: number): Promise<Read> {
  if (until <= offset) return { entries: [], offset, damaged: 0 };
  const handle = await open(file, 'r');
  try {
    // again, and more, only when a single line is longer
    for (let most = READ_BYTES; ; most *= 4) {
      const size = Math.min(until - offset, most);
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(size), 0, size, offset);
      const read = decode(buffer.subarray(0, bytesRead), offset, limit);
      if (read.offset > offset || bytesRead < most) return read;
    }
  } finally {
    await handle.close();
  }
}

/** Starts without an end in all segments on disk: calls that died with their process. Run before the first new call. */
export function openStarts(s: Segments): { lost: JournalEvent[]; held: Map<string, number>; damaged: number } {
  const open = new Map<string, JournalEvent>();
  /** call → segment of its start, which must stay until the call's end is applied */
  const held = new Map<string, number>();
  let damaged = 0;
  for (const n of listSegments(s)) {
    const read = decode(readFileSync(segmentFile(s, n)), 0, Number.POSITIVE_INFINITY, 'whole');
    damaged += read.damaged;
    for (const { k, id, event } of read.entries) {
      if (k === 's' && event) {
        open.set(id, event);
        held.set(id, n);
      } else {
        open.delete(id);
        held.delete(id);
      }
    }
  }
  return { lost: [...open.values()], held, damaged };
}
