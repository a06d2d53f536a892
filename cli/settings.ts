/**
 * The one file of the project that reads `process.env`. Everything else receives a `Settings` object.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { allowedHosts } from '#adapters/providers/allow-list.js';
import { externalTemporal, type TemporalSettings } from './temporal-settings.js';

const port = z.coerce.number().int().min(1).max(65535);
const url = z.url({ protocol: /^https?$/ });
const text = z.string().min(1);
const hosts = z.string().transform((value, ctx) => {
  try {
    return allowedHosts(value);
  } catch (error) {
    ctx.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

interface SettingRow {
  readonly type: z.ZodType;
  readonly fallback?: string;
  /** Shown by `--help`; also says what to write when the value is wrong. */
  readonly help: string;
  /** A secret may also come as `<NAME>_FILE`, and its value is never printed. */
  readonly secret?: true;
}

/** Every setting, its default and its help text; `--help`, the parser and its errors all read this table. */
export const SETTINGS = {
  MODELHUB_HOST: { type: text, fallback: '127.0.0.1', help: 'address that pages, API and gateway listen on' },
  MODELHUB_API_PORT: { type: port, fallback: '4310', help: 'port of pages and API, 1 to 65535' },
  MODELHUB_GATEWAY_PORT: { type: port, fallback: '4311', help: 'port of the gateway, 1 to 65535' },
  MODELHUB_TEMPORAL_PORT: { type: port, fallback: '4312', help: 'port of the embedded Temporal server, 1 to 65535' },
  MODELHUB_TEMPORAL_UI_PORT: { type: port, fallback: '4313', help: 'port of its web UI, 1 to 65535' },
  MODELHUB_MONGODB_PORT: { type: port, fallback: '4314', help: 'port of the embedded MongoDB, 1 to 65535' },
  MODELHUB_DATA_DIR: { type: text, fallback: '.modelhub', help: 'folder that holds all data of this hub' },
  MODELHUB_CACHE_DIR: { type: text, fallback: '.cache', help: 'folder for downloads; set it so that one download serves many clones' },
  MODELHUB_MONGODB_URI: {
    type: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must start with mongodb:// or mongodb+srv://'),
    help: 'your own MongoDB replica set instead of the embedded one (mongodb://…)',
    secret: true,
  },
  MODELHUB_MONGOD: { type: text, help: 'path of a mongod binary (6.0 or newer) instead of the downloaded one' },
  MODELHUB_TEMPORAL_CLI: { type: text, help: 'path of a temporal CLI binary (1.x) instead of the downloaded one' },
  MODELHUB_TEMPORAL_UI_URL: { type: url, help: 'address of the web UI of your own Temporal, for links (http://…)' },
  MODELHUB_GATEWAY_URL: { type: url, help: 'address at which the other parts reach the gateway (default: host and gateway port)' },
  MODELHUB_PUBLIC_URL: { type: url, help: 'address at which people reach the pages (default: host and API port)' },
  MODELHUB_INTERNAL_KEY: {
    type: z.string().min(16, 'must have at least 16 characters'),
    help: 'secret that the parts use among themselves (default: created in the data folder)',
    secret: true,
  },
  MODELHUB_KEYRING_FILE: { type: text, help: 'file with the keys that seal credentials (default: keyring.json in the data folder)' },
  MODELHUB_ALLOWED_HOSTS: {
    type: hosts,
    help: 'what connections may reach beside the internet, by commas: loopback, private, addresses, blocks, host names; or none (default: loopback,private when MODELHUB_HOST is of this machine alone, else none)',
  },
  MODELHUB_JOURNAL_FULL: {
    type: z.enum(['refuse', 'serve']),
    fallback: 'refuse',
    help: "what the gateway does with calls while its journal's disk is full: refuse them, or serve them and keep their usage in memory until it can be written (lost when the process dies)",
  },
  MODELHUB_GATEWAY_DRAIN_MS: {
    type: z.coerce.number().int().min(0).max(15_000),
    fallback: '1000',
    help: 'how long a gateway that is told to stop still takes calls while /readyz says no, 0 to 15000 milliseconds; calls that run have 16 s in all',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: { type: url, help: 'OTLP/HTTP receiver for traces of the gateway, off when not set (http://…:4318)' },
  MODELHUB_LOG_LEVEL: { type: z.enum(['debug', 'info', 'warn', 'error']), fallback: 'info', help: 'debug, info, warn or error' },
  MODELHUB_TEST: { type: flag, fallback: '0', help: 'short timings for tests, 0 or 1' },
} as const satisfies Record<string, SettingRow>;

/** Nobody but this machine's own users reaches a hub that listens there. */
const ONLY_HERE = /^(localhost|127(\.\d+){3}|::1)$/;

export type SettingName = keyof typeof SETTINGS;
type Environment = Readonly<Record<string, string | undefined>>;

export interface Ports {
  readonly api: number;
  readonly gateway: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly mongodb: number;
}

export interface Settings {
  readonly projectDir: string;
  readonly host: string;
  readonly ports: Ports;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly mongodbUri: string | undefined;
  readonly mongod: string | undefined;
  readonly temporalCli: string | undefined;
  /** Present when the environment names a Temporal server; then none is embedded. */
  readonly temporal: TemporalSettings | undefined;
  readonly temporalUiUrl: string | undefined;
  readonly gatewayUrl: string;
  readonly publicUrl: string;
  readonly internalKey: string | undefined;
  readonly keyringFile: string;
  /** What connections may reach that is not public: `AddressGuard`. */
  readonly allowedHosts: readonly string[];
  /** Calls while the gateway's journal cannot be written. */
  readonly journalFull: 'refuse' | 'serve';
  /** How long a gateway that stops still takes calls, ms. */
  readonly gatewayDrainMs: number;
  /** Where traces go; none when it is not set. */
  readonly otlpEndpoint: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly testMode: boolean;
  /** True below `npm start`: then the death of npm must stop the hub too. */
  readonly startedByNpm: boolean;
  /** What looks like a mistake but does no harm, for the person who starts the hub. */
  readonly warnings: readonly string[];
}

/** A setting that cannot be used; the message names it and says what to do. */
export class SettingsError extends Error {}

/** The project's root folder, found from the sources and from `dist/` alike. */
export function projectDir(from = __dirname): string {
  if (existsSync(join(from, 'package.json')) && existsSync(join(from, 'cli', 'hub.mjs'))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new SettingsError('The project folder (with package.json and cli/hub.mjs) was not found; run hub from its clone.');
  return projectDir(parent);
}

/** Reads and checks all settings; throws one `SettingsError` that lists everything that is wrong. */
export function loadSettings(env: Environment = process.env): Settings {
  const problems: string[] = [];
  const read = <T>(name: SettingName): T | undefined => {
    const raw = rawValue(name, env, problems);
    if (raw === undefined) return undefined;
    const row: SettingRow = SETTINGS[name];
    const parsed = row.type.safeParse(raw);
    if (parsed.success) return parsed.data as T;
    const shown = row.secret ? '(hidden)' : JSON.stringify(raw);
    problems.push(`${name}=${shown}: ${parsed.error.issues[0]?.message ?? 'not usable'}. Expected: ${row.help}.`);
    return undefined;
  };
  const root = projectDir();
  const host = read<string>('MODELHUB_HOST') ?? '127.0.0.1';
  const ports: Ports = {
    api: read('MODELHUB_API_PORT') ?? 0,
    gateway: read('MODELHUB_GATEWAY_PORT') ?? 0,
    temporal: read('MODELHUB_TEMPORAL_PORT') ?? 0,
    temporalUi: read('MODELHUB_TEMPORAL_UI_PORT') ?? 0,
    mongodb: read('MODELHUB_MONGODB_PORT') ?? 0,
  };
  problems.push(...samePorts(ports));
  const dataDir = resolve(root, read<string>('MODELHUB_DATA_DIR') ?? '.modelhub');
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const temporal = externalTemporal(env, problems);
  const settings: Settings = {
    projectDir: root,
    host,
    ports,
    dataDir,
    cacheDir: resolve(root, read<string>('MODELHUB_CACHE_DIR') ?? '.cache'),
    mongodbUri: read('MODELHUB_MONGODB_URI'),
    mongod: read('MODELHUB_MONGOD'),
    temporalCli: read('MODELHUB_TEMPORAL_CLI'),
    temporal,
    temporalUiUrl: read<string>('MODELHUB_TEMPORAL_UI_URL') ?? (temporal ? undefined : `http://127.0.0.1:${ports.temporalUi}`),
    gatewayUrl: read('MODELHUB_GATEWAY_URL') ?? `http://${reachable}:${ports.gateway}`,
    publicUrl: read('MODELHUB_PUBLIC_URL') ?? `http://${reachable}:${ports.api}`,
    internalKey: read('MODELHUB_INTERNAL_KEY'),
    keyringFile: resolve(root, read<string>('MODELHUB_KEYRING_FILE') ?? join(dataDir, 'keyring.json')),
    allowedHosts: read<string[]>('MODELHUB_ALLOWED_HOSTS') ?? (ONLY_HERE.test(host) ? ['loopback', 'private'] : []),
    journalFull: read<Settings['journalFull']>('MODELHUB_JOURNAL_FULL') ?? 'refuse',
    gatewayDrainMs: read('MODELHUB_GATEWAY_DRAIN_MS') ?? 0,
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT'),
    logLevel: read<Settings['logLevel']>('MODELHUB_LOG_LEVEL') ?? 'info',
    testMode: read<boolean>('MODELHUB_TEST') ?? false,
    startedByNpm: env['npm_lifecycle_event'] !== undefined,
    warnings: unknownNames(env),
  };
  if (problems.length > 0) throw new SettingsError(`Settings cannot be used:\n  ${problems.join('\n  ')}`);
  return settings;
}

/** The environment for a child: ours plus `extra`; an `undefined` removes a name. */
export function childEnvironment(extra: Environment): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...extra })) if (value !== undefined) merged[name] = value;
  return merged;
}

function rawValue(name: SettingName, env: Environment, problems: string[]): string | undefined {
  const row: SettingRow = SETTINGS[name];
  const direct = env[name]?.trim();
  const file = row.secret ? env[`${name}_FILE`]?.trim() : undefined;
  if (direct && file) problems.push(`${name} and ${name}_FILE are both set; keep one of them.`);
  if (direct) return direct;
  if (file) {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(
        `${name}_FILE=${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}); check the path and its mode.`,
      );
      return undefined;
    }
  }
  return row.fallback;
}

/** A misspelt setting must not silently do nothing. */
function unknownNames(env: Environment): string[] {
  const known = new Set<string>(Object.keys(SETTINGS));
  const rows: Record<string, SettingRow> = SETTINGS;
  for (const [name, row] of Object.entries(rows)) if (row.secret) known.add(`${name}_FILE`);
  return Object.keys(env)
    .filter((name) => name.startsWith('MODELHUB_') && !known.has(name))
    .map((name) => `${name} is not a setting; see npm start -- --help for the list.`);
}

function samePorts(ports: Ports): string[] {
  const seen = new Map<number, string>();
  const problems: string[] = [];
  for (const [name, value] of Object.entries(ports)) {
    const other = seen.get(value);
    if (other !== undefined && value !== 0) problems.push(`port ${value} is given to both ${other} and ${name}; choose different ones.`);
    seen.set(value, name);
  }
  return problems;
}
