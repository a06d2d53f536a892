/** `--reset`: deletes the data folder, after asking. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { askForYes } from './ask.js';
import { DataFolderBusy, endLeftovers, lockHolder } from './data-lock.js';
import { PART_NAMES } from './part-plan.js';
import type { Settings } from './settings.js';

/** Deletes all data of this hub; false when the user did not want it after all. */
export async function reset(settings: Settings, yes: boolean): Promise<boolean> {
  const { dataDir } = settings;
  if (!existsSync(dataDir)) return true;
  const holder = lockHolder(dataDir);
  if (holder)
    throw new DataFolderBusy(`The data folder ${dataDir} is in use by a running hub (process ${holder.pid}); stop it before --reset.`);
  // A wrong MODELHUB_DATA_DIR must not cost somebody a home folder.
  const ours = ['supervisor.lock', 'run', 'logs', 'mongodb', 'temporal', 'internal-key'].some((name) => existsSync(join(dataDir, name)));
  if (!ours) throw new DataFolderBusy(`${dataDir} does not look like a data folder of the Model Hub; nothing was deleted.`);
  const question = `This deletes all data of the hub in ${dataDir}: models, deployments, keys, usage and workflows. It cannot be undone.`;
  if (!(await askForYes(question, yes))) return false;
  await endLeftovers(dataDir, ['mongodb', 'temporal', ...PART_NAMES]);
  rmSync(dataDir, { recursive: true, force: true });
  process.stdout.write(`Deleted ${dataDir}\n`);
  return true;
}
