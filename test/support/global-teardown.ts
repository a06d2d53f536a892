import { rmSync } from 'node:fs';
import type { Supervisor } from '#cli/supervisor.js';

/** jest calls this after the last integration test. */
export default async function globalTeardown(): Promise<void> {
  const { __MODELHUB_RUN__: run } = globalThis as { __MODELHUB_RUN__?: { supervisor: Supervisor; folder: string } };
  if (!run) return;
  await run.supervisor.stop();
  rmSync(run.folder, { recursive: true, force: true });
}
