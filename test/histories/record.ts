/**
 * `node --import tsx --conditions=modelhub-source test/histories/record.ts`: records one history per branch of the
 * deployment workflow from a real server. Old files are kept for ever: a new version of the workflow must replay them all.
 */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { embeddedTemporal } from '#cli/embedded/temporal.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { Supervisor } from '#cli/supervisor.js';
import { STEP_REFUSED } from '#core/deployment/activities.js';
import { deployArgs, startHarness, until, verbArgs, World } from '../workflows/world.js';

type Harness = Awaited<ReturnType<typeof startHarness>>;
const live = (w: World, stable: string): Promise<void> => until(`${stable} is live`, () => w.view?.phase === 'live' && w.view.stable === stable);

const CASES: Record<string, (h: Harness, w: World) => Promise<void>> = {
  async 'two-revisions-and-rollback'(h, w) {
    await h.workflows.deploy(h.id, deployArgs(1));
    await live(w, 'd1');
    await h.workflows.deploy(h.id, deployArgs(2));
    await live(w, 'd2');
    await h.workflows.send(h.id, 'rollback', verbArgs());
    await live(w, 'd1');
  },
  async 'refused-step-retry-retire'(h, w) {
    let failed = false;
    w.during = (step) => {
      if (step !== 'provision' || failed) return Promise.resolve();
      failed = true;
      return Promise.reject(ApplicationFailure.create({ type: STEP_REFUSED, message: 'no', nonRetryable: true, details: [{ code: 'x' }] }));
    };
    await h.workflows.deploy(h.id, deployArgs(1, 'local'));
    await until('it fails', () => w.view?.phase === 'failed');
    await h.workflows.send(h.id, 'retry', verbArgs());
    await live(w, 'd1');
    await h.workflows.send(h.id, 'retire', verbArgs());
    await until('it is retired', () => w.view?.phase === 'retired');
  },
  async 'rollback-cuts-a-step-short'(h, w) {
    await h.workflows.deploy(h.id, deployArgs(1));
    await live(w, 'd1');
    let release = (): void => undefined;
    w.during = (step) => (step === 'warm' ? new Promise<void>((r) => (release = r)) : Promise.resolve());
    await h.workflows.deploy(h.id, deployArgs(2));
    await until('it hangs', () => w.calls.at(-1) === 'warm d2');
    await h.workflows.send(h.id, 'rollback', verbArgs());
    await until('the route is back', () => w.routes.at(-1)?.revisions.every((r) => r.digest !== 'd2') === true);
    release();
  },
  async 'pause-resume-abort'(h, w) {
    let release = (): void => undefined;
    w.during = (step) => (step === 'validate' ? new Promise<void>((r) => (release = r)) : Promise.resolve());
    await h.workflows.deploy(h.id, deployArgs(1));
    await until('it validates', () => w.calls.length === 1);
    await h.workflows.send(h.id, 'pause', verbArgs());
    release();
    await until('validate is done', () => w.view?.rollout?.steps[0]?.state === 'done');
    await h.workflows.send(h.id, 'resume', verbArgs());
    await live(w, 'd1');
  },
};

async function main(): Promise<void> {
  const supervisor = new Supervisor({ dataDir: mkdtempSync(join(tmpdir(), 'modelhub-record-')), say: () => undefined });
  const settings = loadSettings();
  const temporal = await embeddedTemporal({ dataDir: undefined, cacheDir: settings.cacheDir, port: await freePort(), uiPort: undefined, explicit: settings.temporalCli, say: () => undefined });
  await supervisor.add(temporal.spec);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  for (const [name, play] of Object.entries(CASES)) {
    const file = join('test/histories/deployment', `${name}.json`);
    if (existsSync(file)) continue;
    const world = new World();
    const h = await startHarness(temporal.address, 'dist/workflow-bundle.js', {}, world);
    await play(h, world);
    await new Promise((r) => setTimeout(r, 500));
    writeFileSync(file, historyToJSON(await client.workflow.getHandle(h.workflowId).fetchHistory()));
    await h.stop();
    process.stdout.write(`${file}\n`);
  }
  await connection.close();
  await supervisor.stop();
}
main().catch((e: unknown) => {
  process.stderr.write(`${String(e)}\n`);
  process.exit(1);
});
