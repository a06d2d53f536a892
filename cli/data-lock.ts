/** One supervisor per data folder. */
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endRecorded, identify, isRunning, type ProcessIdentity, readRecord, writeRecord } from './processes.js';

/** The data folder belongs to another supervisor that is alive. */
export class DataFolderBusy extends Error {}

/** Path of the lock in a data folder. */
export function lockFile(dataDir: string): string {
  return join(dataDir, 'supervisor.lock');
}

/** The supervisor that holds a data folder, if it is alive. */
export function lockHolder(dataDir: string): ProcessIdentity | undefined {
  const holder = readRecord(lockFile(dataDir));
  return holder && isRunning(holder) ? holder : undefined;
}

/** Takes the data folder for this process, or says in one sentence who has it. Returns the function that gives it back. */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = lockFile(dataDir);
  const me = identify(process.pid);
  if (!me) throw new Error('This process cannot find its own start time.');
  const draft = `${file}.${process.pid}`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    writeRecord(draft, me);
    try {
      // A link appears with its content, so nobody can read a half-written lock and take it for a dead one.
      linkSync(draft, file);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = lockHolder(dataDir);
      if (holder)
        throw new DataFolderBusy(
          `The data folder ${dataDir} is in use by another hub (process ${holder.pid}); stop that one or set MODELHUB_DATA_DIR to another folder.`,
        );
      // Its holder was killed: the lock means nothing any more.
      rmSync(file, { force: true });
    } finally {
      rmSync(draft, { force: true });
    }
  }
  throw new DataFolderBusy(`The data folder ${dataDir} was taken by another hub at this moment; try again.`);
}

/** Ends what a killed supervisor may have left; its parts are usually stopping by themselves already. */
export async function endLeftovers(dataDir: string, parts: readonly string[]): Promise<string[]> {
  const ended = await Promise.all(
    parts.map(async (part) => ((await endRecorded(join(dataDir, 'run', `${part}.json`), 6_000, 4_000)) ? part : '')),
  );
  return ended.filter((part) => part !== '');
}
