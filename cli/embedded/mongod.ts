/** The embedded MongoDB: one mongod as a single-node replica set with authentication. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartSpec } from '../part-process.js';
import { secretFile, writePrivate } from '../secret-file.js';
import { findProgram, NoProgram, type Program } from './ladder.js';
import { makePrimary } from './mongod-replica-set.js';
import { MONGOD } from './pins.js';

export interface MongodOptions {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly port: number;
  readonly explicit: string | undefined;
  readonly say: (line: string) => void;
  readonly testMode?: boolean;
}

export interface EmbeddedMongod {
  readonly spec: PartSpec;
  readonly uri: string;
  readonly program: Program;
}

/** Exit codes of mongod that have a plain meaning. */
const EXIT_CODES: Record<number, string> = {
  1: 'it refused its settings or its key file (the key file must have mode 0600)',
  14: 'its data files cannot be used; restore a backup or start with --reset',
  48: 'its port is in use; set MODELHUB_MONGODB_PORT to a free port',
  62: 'its data was written by another version of MongoDB; use that version (MODELHUB_MONGOD)',
  100: 'its data folder is in use by another mongod, or the disk is full',
  132: 'this processor lacks AVX; set MODELHUB_MONGODB_URI to a MongoDB elsewhere',
};

/** Finds mongod, prepares its folder and returns how to run it. Nothing is started here. */
export async function embeddedMongod(options: MongodOptions): Promise<EmbeddedMongod> {
  checkProcessor();
  const folder = join(options.dataDir, 'mongodb');
  const dbPath = join(folder, 'db');
  mkdirSync(dbPath, { recursive: true, mode: 0o700 });
  const versionFile = join(folder, 'version');
  const kept = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : undefined;
  const program = await findProgram({
    pin: MONGOD,
    cacheDir: options.cacheDir,
    explicit: options.explicit,
    setting: 'MODELHUB_MONGOD',
    suits: (output) => suits(output, kept),
    ...(kept && kept !== MONGOD.version
      ? { doNotFetch: `${MONGOD.version} does not suit the data folder, which was written by ${kept}` }
      : {}),
    say: options.say,
  });
  writePrivate(versionFile, major(program.version));
  const keyFile = join(folder, 'keyfile');
  secretFile(keyFile, () => randomBytes(384).toString('base64'));
  const password = secretFile(join(folder, 'password'), () => randomBytes(24).toString('hex'));
  const { port } = options;
  const spec: PartSpec = {
    name: 'mongodb',
    command: program.path,
    args: mongodArguments({ dbPath, keyFile, port, testMode: options.testMode ?? false }),
    leashed: true,
    graceMs: 20_000,
    readyWithinMs: 60_000,
    ready: (signal) => makePrimary({ port, password, signal }),
    explain: (code) => EXIT_CODES[code],
    show: 'error',
  };
  return { spec, program, uri: `mongodb://hub:${password}@127.0.0.1:${port}/modelhub?replicaSet=hub&authSource=admin` };
}

function mongodArguments(o: { dbPath: string; keyFile: string; port: number; testMode: boolean }): string[] {
  const parameters = ['diagnosticDataCollectionEnabled=false', 'transactionLifetimeLimitSeconds=5'];
  if (o.testMode) parameters.push('ttlMonitorSleepSecs=1');
  return [
    ...['--replSet', 'hub', '--bind_ip', '127.0.0.1', '--port', String(o.port), '--dbpath', o.dbPath, '--keyFile', o.keyFile],
    // Without these two, mongod takes half of the memory and 5 % of the disk.
    ...['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '512'],
    // No zlib: CVE-2025-14847 reads memory through it.
    ...['--networkMessageCompressors', 'snappy,zstd'],
    // No socket file below /tmp: two hubs on one machine must not share anything.
    '--nounixsocket',
    ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
  ];
}

function suits(output: string, kept: string | undefined): { version: string } | { reason: string } {
  const version = /db version v(\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (!version) return { reason: 'it does not tell its version' };
  if (Number(version.split('.')[0]) < 6) return { reason: `version ${version} is too old, 6.0 or newer is needed` };
  if (kept && kept !== major(version)) return { reason: `version ${version} does not suit the data folder, which was written by ${kept}` };
  return { version };
}

function major(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** mongod dies by an illegal instruction on a processor without AVX: say so before. */
function checkProcessor(): void {
  if (hasAvx() === false)
    throw new NoProgram('This processor has no AVX, which MongoDB needs; set MODELHUB_MONGODB_URI to a MongoDB on another machine.');
}

/** Whether the processor has AVX; `undefined` where the question does not arise or cannot be answered. */
export function hasAvx(): boolean | undefined {
  if (process.arch !== 'x64' || process.platform !== 'linux') return undefined;
  try {
    return /\bavx\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return undefined;
  }
}
