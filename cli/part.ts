/** `hub part <name>`: one part in this process, on the supervisor's leash (its pipe to our stdin). */
import { partPlan, type PartName } from './part-plan.js';
import { loadSettings, type Settings } from './settings.js';

/** What every part's `start` function returns. */
export interface RunningPart {
  stop(): Promise<void>;
}

/** A part that has not stopped by itself after this time is ended hard. */
const STOP_WITHIN_MS = 25_000;

/** Starts the part, reports that it is ready, and stops it when the supervisor says so or is gone. */
export async function runPart(name: PartName): Promise<void> {
  const settings = loadSettings();
  let running: RunningPart | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), settings.testMode ? 5_000 : STOP_WITHIN_MS).unref();
    void Promise.resolve(running?.stop()).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${name} did not stop cleanly: ${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  if (process.send) process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
  process.on('disconnect', stop);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  running = await start(name, settings);
  process.send?.({ ready: true });
}

/** Only the one part is loaded: a gateway must not carry the API's memory. */
async function start(name: PartName, settings: Settings): Promise<RunningPart> {
  const plan = partPlan(settings);
  switch (name) {
    case 'api':
      return (await import('#api/main.js')).startApi(plan.api);
    case 'gateway':
      return (await import('#gateway/main.js')).startGateway(plan.gateway);
    case 'worker':
      return (await import('#worker/main.js')).startWorker({ ...plan.worker, onFatal: (error) => endHard(name, error) });
    case 'runner':
      return (await import('#adapters/targets/local/runner.js')).startRunner(plan.runner);
  }
}

/** A worker whose poll loop has failed would live on without working; the supervisor starts a new one. */
function endHard(name: PartName, error: unknown): void {
  process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
