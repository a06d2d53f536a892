import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files of one journal: `<journal id>-<number>.log`. The id is drawn once a folder, so that a cursor of another journal
 * (a lost data folder, a copied database) is never taken for one of this.
 */
export interface Segments {
  folder: string;
  journalId: string;
}

export function openSegments(folder: string): Segments {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'id');
  if (!existsSync(file)) writeFileSync(file, randomBytes(6).toString('hex'), { mode: 0o600, flush: true });
  return { folder, journalId: readFileSync(file, 'utf8').trim() };
}

export const segmentName = (s: Segments, n: number): string => `${s.journalId}-${String(n).padStart(10, '0')}`;
export const segmentFile = (s: Segments, n: number): string => join(s.folder, `${segmentName(s, n)}.log`);

/** Number of a segment of this journal, else undefined. */
export function segmentNumber(s: Segments, name: string): number | undefined {
  const match = /^([0-9a-f]+)-(\d{10})(\.log)?$/.exec(name);
  return match?.[1] === s.journalId ? Number(match[2]) : undefined;
}

/** Numbers of the segments on disk, in order. */
export function listSegments(s: Segments): number[] {
  return readdirSync(s.folder)
    .map((name) => segmentNumber(s, name))
    .filter((n) => n !== undefined)
    .sort((a, b) => a - b);
}

/** more than a line has */
const PROBE_BYTES = 16_384;
/** Throws when the disk has no room for a line. */
export function probe({ folder }: Segments): void {
  const file = join(folder, 'probe');
  try {
    writeFileSync(file, Buffer.alloc(PROBE_BYTES));
  } finally {
    rmSync(file, { force: true });
  }
}
