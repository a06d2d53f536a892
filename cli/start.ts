/** `hub start`: servers, migration, parts, one screen; then it watches until it is told to stop. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBootstrap } from '#store/bootstrap.js';
import { newKey } from '#store/identity.js';
import { migrate } from '#store/migrate.js';
import { endLeftovers, lockDataFolder } from './data-lock.js';
import { embeddedMongod } from './embedded/mongod.js';
import { embeddedTemporal } from './embedded/temporal.js';
import type { PartSpec } from './part-process.js';
import { NODE_FLAGS, PART_NAMES, type PartName } from './part-plan.js';
import { PortsTaken, takenPorts } from './ports.js';
import { readyScreen } from './screen.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { secretFile } from './secret-file.js';
import type { Settings } from './settings.js';
import { untilStopped } from './stop-signals.js';
import { Supervisor } from './supervisor.js';
import { wantedPorts } from './wanted-ports.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts the hub and stays until it is stopped. */
export async function start(settings: Settings): Promise<void> {
  const began = Date.now();
  const { dataDir } = settings;
  for (const warning of settings.warnings) say(`Note: ${warning}`);
  const unlock = lockDataFolder(dataDir);
  mkdirSync(join(dataDir, 'run'), { recursive: true, mode: 0o700 });
  const supervisor = new Supervisor({ dataDir, say });
  const stopped = untilStopped(supervisor, settings.startedByNpm, say);
  try {
    const left = await endLeftovers(dataDir, ['mongodb', 'temporal', ...PART_NAMES]);
    if (left.length > 0) say(`Ended what an earlier run had left: ${left.join(', ')}`);
    const taken = await takenPorts(wantedPorts(settings));
    if (taken.length > 0) throw new PortsTaken(taken.join('\n'));
    await Promise.race([startAll(settings, supervisor), stopped.requested]);
    if (!stopped.isRequested()) say(readyScreen(settings, { seconds: (Date.now() - began) / 1000, adminKey: keyToShow(dataDir) }));
    await stopped.requested;
  } finally {
    await supervisor.stop();
    unlock();
    stopped.end();
  }
}

/** The admin key goes on the screen of the first start that succeeds, and only there. */
function keyToShow(dataDir: string): string | undefined {
  const shown = join(dataDir, 'started');
  const file = join(dataDir, 'admin-key');
  if (existsSync(shown)) return undefined;
  writeFileSync(shown, '');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

async function startAll(settings: Settings, supervisor: Supervisor): Promise<void> {
  const servers = await startServers(settings, supervisor);
  if (settings.temporal) for (const line of await ensureSearchAttributes(settings.temporal)) say(line);
  say('Migrating the database');
  await migrate(servers.mongodbUri);
  // Written down before it is valid: a crash in between must not lose the only key.
  const keyFile = join(settings.dataDir, 'admin-key');
  const existed = existsSync(keyFile);
  const { adminKey } = await ensureBootstrap(servers.mongodbUri, secretFile(keyFile, newKey));
  // an external database that had its administrators before
  if (!adminKey && !existed) rmSync(keyFile);
  say(`Starting ${PART_NAMES.join(', ')}`);
  const env = partEnvironment(settings, servers);
  await Promise.all(PART_NAMES.map((name) => supervisor.add(nodePart(name, env, settings))));
}

interface Servers {
  readonly mongodbUri: string;
  /** Set when the server is embedded; an external one comes from the environment, which the parts inherit. */
  readonly temporalAddress: string | undefined;
}

async function startServers(settings: Settings, supervisor: Supervisor): Promise<Servers> {
  const { dataDir, cacheDir, ports } = settings;
  const mongod = settings.mongodbUri
    ? undefined
    : await embeddedMongod({ dataDir, cacheDir, port: ports.mongodb, explicit: settings.mongod, say });
  const temporal = settings.temporal
    ? undefined
    : await embeddedTemporal({ dataDir, cacheDir, port: ports.temporal, uiPort: ports.temporalUi, explicit: settings.temporalCli, say });
  const programs = [mongod && `MongoDB ${mongod.program.version}`, temporal && `Temporal CLI ${temporal.program.version}`].filter(Boolean);
  if (programs.length > 0) say(`Starting ${programs.join(' and ')}`);
  await Promise.all([mongod, temporal].map(async (server) => server && supervisor.add(server.spec)));
  return { mongodbUri: mongod?.uri ?? settings.mongodbUri ?? '', temporalAddress: temporal?.address };
}

function partEnvironment(settings: Settings, servers: Servers): Record<string, string | undefined> {
  const internalKey =
    settings.internalKey ?? secretFile(join(settings.dataDir, 'internal-key'), () => randomBytes(32).toString('base64url'));
  return {
    MODELHUB_DATA_DIR: settings.dataDir,
    MODELHUB_KEYRING_FILE: settings.keyringFile,
    MODELHUB_MONGODB_URI: servers.mongodbUri,
    MODELHUB_MONGODB_URI_FILE: undefined,
    MODELHUB_INTERNAL_KEY: internalKey,
    MODELHUB_INTERNAL_KEY_FILE: undefined,
    ...(servers.temporalAddress ? { TEMPORAL_ADDRESS: servers.temporalAddress, MODELHUB_TEMPORAL_UI_URL: settings.temporalUiUrl } : {}),
  };
}

function nodePart(name: PartName, env: Record<string, string | undefined>, settings: Settings): PartSpec {
  return {
    name,
    command: process.execPath,
    args: [...(NODE_FLAGS[name] ?? []), join(settings.projectDir, 'dist', 'cli', 'main.js'), 'part', name],
    env,
    leashed: false,
    graceMs: name === 'worker' || name === 'gateway' ? 30_000 : 10_000,
    readyWithinMs: 60_000,
    ready: 'message',
    show: 'warn',
  };
}
