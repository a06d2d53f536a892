import { join } from 'node:path';
import { ensureBootstrap } from '#store/bootstrap.js';
import { migrate } from '#store/migrate.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { writePrivate } from './secret-file.js';
import { type Settings, SettingsError } from './settings.js';

/** `hub migrate`: for installations that start the parts themselves (containers). */
export async function migrateCommand(settings: Settings): Promise<number> {
  if (!settings.mongodbUri) throw new SettingsError('MODELHUB_MONGODB_URI is not set; the embedded MongoDB is migrated by npm start.');
  if (settings.temporal) for (const line of await ensureSearchAttributes(settings.temporal)) process.stdout.write(`${line}\n`);
  await migrate(settings.mongodbUri);
  const { adminKey } = await ensureBootstrap(settings.mongodbUri);
  if (adminKey) {
    const file = join(settings.dataDir, 'admin-key');
    writePrivate(file, adminKey);
    process.stdout.write(`The admin key is in ${file}\n`);
  }
  process.stdout.write('The database is up to date\n');
  return 0;
}
