import { open } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { decodeLine, type JournalEntry } from './line.js';
import { listSegments, type Segments, segmentFile } from './segments.js';

export interface Read {
  entries: JournalEntry[];
  /** offset after the last whole line */
  offset: number;
  /** damaged lines that were passed over */
  damaged: number;
}

/** Whole lines of `bytes`; what follows the last newline is not there yet (or torn, when nobody writes any more). */
export function decode(bytes: Buffer, from: number, limit = Number.POSITIVE_INFINITY): Read {
  const entries: JournalEntry[] = [];
  let at = 0;
  let damaged = 0;
  while (entries.length < limit) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) break;
    const entry = decodeLine(bytes.toString('utf8', at, end));
    if (entry) entries.push(entry);
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
export function openStarts(s: Segments): { lost: JournalEntry['event'][]; held: Map<string, number>; damaged: number } {
  const open = new Map<string, JournalEntry['event']>();
  /** call → segment of its start, which must stay until the call's end is applied */
  const held = new Map<string, number>();
  let damaged = 0;
  for (const n of listSegments(s)) {
    const read = decode(readFileSync(segmentFile(s, n)), 0);
    damaged += read.damaged;
    for (const { k, event } of read.entries) {
      if (k === 's') {
        open.set(event.id, event);
        held.set(event.id, n);
      } else {
        open.delete(event.id);
        held.delete(event.id);
      }
    }
  }
  return { lost: [...open.values()], held, damaged };
}
