/** Is this installation whole? */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lockHolder } from '../data-lock.js';
import { cachedPath } from '../embedded/ladder.js';
import { MONGOD, type ProgramPin, TEMPORAL } from '../embedded/pins.js';
import { takenPorts } from '../ports.js';
import type { Settings } from '../settings.js';
import { wantedPorts } from '../wanted-ports.js';
import { type Check, note, ok, wrong } from './finding.js';

const run = promisify(execFile);

/** Checks of what lies in the project, the cache and the data folder. */
export function installationChecks(settings: Settings): Check[] {
  return [
    { name: 'dependencies', look: () => dependencies(settings.projectDir) },
    { name: 'build', look: () => build(settings.projectDir) },
    ...(settings.mongodbUri ? [] : [program(MONGOD, settings.mongod, settings.cacheDir)]),
    ...(settings.temporal ? [] : [program(TEMPORAL, settings.temporalCli, settings.cacheDir)]),
    { name: 'data folder', look: () => dataFolder(settings.dataDir) },
    { name: 'secrets', look: () => secrets(settings) },
    { name: 'ports', look: () => ports(settings) },
  ];
}

function dependencies(projectDir: string) {
  const stamp = join(projectDir, 'node_modules', '.modelhub-lock');
  const hash = createHash('sha256')
    .update(readFileSync(join(projectDir, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return ok('installed as locked');
  return wrong('do not fit package-lock.json', 'Run npm ci.');
}

function build(projectDir: string) {
  const missing = [join('dist', 'cli', 'main.js'), join('dist', 'workflow-bundle.js'), join('studio-plugin', 'dist', 'index.html')].filter(
    (path) => !existsSync(join(projectDir, path)),
  );
  return missing.length === 0
    ? ok('server, workflows and pages are built')
    : wrong(`${missing.join(', ')} is missing`, 'Run npm run build.');
}

/** Running the program shows what no list of libraries can: whether it starts on this machine. */
function program(pin: ProgramPin, explicit: string | undefined, cacheDir: string): Check {
  return {
    name: pin.name,
    look: async () => {
      const path = explicit ?? cachedPath({ pin, cacheDir });
      if (!existsSync(path))
        return explicit ? wrong(`${path} does not exist`, 'Correct the setting.') : note('not fetched yet; npm start does it');
      try {
        const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
        return ok(`${stdout.split('\n')[0]?.trim()} (${path})`);
      } catch (error) {
        const reason = (error as { stderr?: string }).stderr?.trim() || String(error);
        return wrong(`${path} does not run: ${reason}`, 'Debian and Ubuntu: apt-get install libcurl4 libssl3 liblzma5.');
      }
    },
  };
}

function dataFolder(dataDir: string) {
  if (!existsSync(dataDir)) return note(`${dataDir} does not exist yet; npm start creates it`);
  const mode = statSync(dataDir).mode & 0o777;
  if ((mode & 0o077) !== 0) return wrong(`${dataDir} can be read by others (mode ${mode.toString(8)})`, `Run chmod 700 ${dataDir}.`);
  const versionFile = join(dataDir, 'mongodb', 'version');
  const version = existsSync(versionFile) ? `, written by MongoDB ${readFileSync(versionFile, 'utf8').trim()}` : '';
  return ok(`${dataDir}${version}`);
}

function secrets(settings: Settings) {
  const files = ['admin-key', 'internal-key', 'mongodb/keyfile', 'mongodb/password'].map((name) => join(settings.dataDir, name));
  const open = [...files, settings.keyringFile].filter((file) => existsSync(file) && (statSync(file).mode & 0o077) !== 0);
  return open.length === 0
    ? ok('readable by their owner only')
    : wrong(`${open.join(', ')} can be read by others`, `Run chmod 600 ${open.join(' ')}.`);
}

async function ports(settings: Settings) {
  const holder = lockHolder(settings.dataDir);
  if (holder) return ok(`held by the running hub (process ${holder.pid})`);
  const taken = await takenPorts(wantedPorts(settings));
  return taken.length === 0 ? ok('free') : wrong(taken.join(' '), 'Nothing of this hub is running now.');
}
