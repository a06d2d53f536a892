import { crc32 } from 'node:zlib';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import type { UsageEvent } from '#core/metric/schema.js';

/** An event with the walls it stands behind. */
export type JournalEvent = UsageEvent & { tenant: string; scope: string };
/** `s` before the upstream is called, `e` before the answer ends. Both carry all that is known by then. */
export interface JournalEntry {
  k: 's' | 'e';
  event: JournalEvent;
}

/**
 * `crc32 json\n`: a torn or damaged line is told from a whole one. What is null or an empty list is left out, which halves
 * the line, and with it what is written, read and parsed for each call; `decodeLine` puts it back.
 */
export function encodeLine({ k, event }: JournalEntry): string {
  let json = `{"k":"${k}","event":{`;
  let separator = '';
  for (const key in event) {
    const value = event[key as keyof JournalEvent];
    if (value === null || value === undefined || (typeof value === 'object' && value.length === 0)) continue;
    json += `${separator}"${key}":${JSON.stringify(value)}`;
    separator = ',';
  }
  json += '}}';
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** The entry of one line without its newline, also of a line that has every field; undefined when the line is damaged. */
export function decodeLine(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  const entry = JSON.parse(json) as JournalEntry;
  const event = entry.event as Record<string, unknown>;
  for (const key of BLANKS) if (event[key] === undefined) event[key] = key === 'tries' ? [] : UNKNOWN_YET[key];
  return entry;
}
const BLANKS = Object.keys(UNKNOWN_YET) as (keyof typeof UNKNOWN_YET)[];

/** What becomes of a call whose process died: it may have cost, nobody knows what; its bound stands in the start line already. */
export const lostEvent = (start: JournalEvent): JournalEvent => ({
  ...start,
  status: 'lost',
  error: 'the gateway process ended during the call',
});
