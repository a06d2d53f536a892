/** Ways in which the supervisor is told to stop. */
import { npmAbove, watchAbove } from './npm-watch.js';
import type { Supervisor } from './supervisor.js';

export interface StopSignals {
  /** Resolves (with nothing) at the first wish to stop. */
  readonly requested: Promise<undefined>;
  isRequested(): boolean;
  end(): void;
}

/** Ctrl-C, SIGTERM, SIGHUP, or the death of npm above us; a second Ctrl-C kills. */
export function untilStopped(supervisor: Pick<Supervisor, 'kill'>, belowNpm: boolean, say: (line: string) => void): StopSignals {
  let wishes = 0;
  let resolve: (value: undefined) => void = () => undefined;
  const requested = new Promise<undefined>((done) => {
    resolve = done;
  });
  const wish = (why: string): void => {
    wishes += 1;
    if (wishes === 1) {
      say(`${why}: stopping (once more kills)`);
      resolve(undefined);
      return;
    }
    say('Killing all parts');
    supervisor.kill();
    process.exit(130);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const handlers = names.map((name) => [name, () => wish(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  const unwatch = belowNpm ? watchAbove(npmAbove(), () => wishes === 0 && wish('npm has gone')) : () => undefined;
  return {
    requested,
    isRequested: () => wishes > 0,
    end: () => {
      unwatch();
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
