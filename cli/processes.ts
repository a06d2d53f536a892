/** Processes by identity: a pid alone may belong to somebody else by the time we look. */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the system tells it; equal strings mean the same process. */
  readonly started: string;
}

/** Who `pid` is right now; `undefined` when there is no such process or it is only waiting to be collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold anything, so fields are counted after the last one: state is the 3rd field, start time the 22nd.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const started = fields[19];
      return fields[0] === 'Z' || fields[0] === 'X' || started === undefined ? undefined : { pid, started };
    } catch {
      return undefined;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

/** Whether exactly this process is still there. */
export function isRunning(who: ProcessIdentity): boolean {
  return identify(who.pid)?.started === who.started;
}

/** Keeps an identity in a file, whole or not at all. */
export function writeRecord(file: string, who: ProcessIdentity): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(who));
  renameSync(draft, file);
}

/** The identity kept in a file, or `undefined` when there is none that can be read. */
export function readRecord(file: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity>;
    return typeof value.pid === 'number' && typeof value.started === 'string' ? { pid: value.pid, started: value.started } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends the process that a record names, if it is still that process, and removes the record.
 * Waits `patienceMs` first: it may already be stopping by itself.
 */
export async function endRecorded(file: string, patienceMs: number, graceMs: number): Promise<boolean> {
  const who = readRecord(file);
  if (!who || !isRunning(who)) {
    rmSync(file, { force: true });
    return false;
  }
  if (!(await gone(who, patienceMs))) {
    signal(who, 'SIGTERM');
    if (!(await gone(who, graceMs))) {
      signal(who, 'SIGKILL');
      await gone(who, 5_000);
    }
  }
  rmSync(file, { force: true });
  return true;
}

/** Sends a signal to exactly this process. */
export function signal(who: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isRunning(who)) process.kill(who.pid, name);
  } catch {
    // It went away between the look and the signal.
  }
}

/** Waits until the process has gone; false when it is still there after `withinMs`. */
export async function gone(who: ProcessIdentity, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (isRunning(who)) {
    if (Date.now() >= end) return false;
    await sleep(50);
  }
  return true;
}
