import { crc32 } from 'node:zlib';
import type { UsageEvent } from '#core/metric/schema.js';

/** An event with the walls it stands behind. */
export type JournalEvent = UsageEvent & { tenant: string; scope: string };
/** `s` before the upstream is called, `e` before the answer ends. Both carry all that is known by then. */
export interface JournalEntry {
  k: 's' | 'e';
  event: JournalEvent;
}

/** `crc32 json\n`: a torn or damaged line is told from a whole one. */
export function encodeLine(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** The entry of one line without its newline; undefined when the line is damaged. */
export function decodeLine(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  return JSON.parse(json) as JournalEntry;
}

/** What becomes of a call whose process died: it may have cost, nobody knows what. */
export const lostEvent = (start: JournalEvent): JournalEvent => ({
  ...start,
  status: 'lost',
  error: 'the gateway process ended during the call',
});
