/** Log files of the parts. Parts write to the file itself, so that no line is lost when the supervisor dies. */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROTATE_ABOVE = 10 * 1024 * 1024;

/** Path of a part's log. */
export function logFile(logDir: string, part: string): string {
  return join(logDir, `${part}.log`);
}

/** Opens a part's log for appending; one that has grown is put aside first. */
export function openLog(logDir: string, part: string): { readonly fd: number; close(): void } {
  mkdirSync(logDir, { recursive: true });
  const file = logFile(logDir, part);
  if (existsSync(file) && statSync(file).size > ROTATE_ABOVE) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a', 0o600);
  return { fd, close: () => closeSync(fd) };
}

/** Size of a log now; reading from there shows only what comes later. */
export function logSize(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/** Reads whole lines from an offset on, at most 256 kB at once. */
export function readLines(file: string, offset: number): { readonly lines: string[]; readonly next: number } {
  const size = logSize(file);
  // Rotated meanwhile: begin anew.
  const from = size < offset ? 0 : offset;
  const buffer = Buffer.alloc(Math.min(size - from, 256 * 1024));
  if (buffer.length === 0) return { lines: [], next: from };
  const fd = openSync(file, 'r');
  const count = readSync(fd, buffer, 0, buffer.length, from);
  closeSync(fd);
  const last = buffer.lastIndexOf(10, count - 1);
  if (last < 0) return { lines: [], next: count === 256 * 1024 ? from + count : from };
  return { lines: buffer.toString('utf8', 0, last).split('\n'), next: from + last + 1 };
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, count: number): string[] {
  const { lines } = readLines(file, Math.max(0, logSize(file) - 64 * 1024));
  return lines.filter((line) => line.trim() !== '').slice(-count);
}
