import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` is true; throws with `what` when it does not become true in time. An error of `holds` ends the wait. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not true after ${withinMs / 1000} s: ${what}`);
    await sleep(25);
  }
}
