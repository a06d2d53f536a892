/** npm cannot tell us when it is killed with -9, so the processes above us are watched. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './processes.js';

const SHELLS = new Set(['sh', 'dash', 'bash', 'zsh', 'ash', 'busybox']);

/** npm, and the shell that it may have put between itself and us. */
export function npmAbove(pid = process.ppid): ProcessIdentity[] {
  const parent = identify(pid);
  if (!parent) return [];
  const { name, parentPid } = nameAndParent(pid);
  // Above npm is the user's own shell, and that may go without meaning us.
  const npm = SHELLS.has(name) && parentPid > 1 ? identify(parentPid) : undefined;
  return npm ? [parent, npm] : [parent];
}

/** Calls `lost` once when one of these processes has gone; returns the function that ends the watch. */
export function watchAbove(above: readonly ProcessIdentity[], lost: () => void): () => void {
  const timer = setInterval(() => {
    if (above.every(isRunning)) return;
    clearInterval(timer);
    lost();
  }, 500);
  return () => clearInterval(timer);
}

function nameAndParent(pid: number): { readonly name: string; readonly parentPid: number } {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const close = stat.lastIndexOf(')');
      return { name: stat.slice(stat.indexOf('(') + 1, close), parentPid: Number(stat.slice(close + 2).split(' ')[1]) };
    }
    const [ppid = '0', ...name] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return { name: basename(name.join(' ')), parentPid: Number(ppid) };
  } catch {
    return { name: '', parentPid: 0 };
  }
}
