/** The options of each part, made from the settings in one place. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Settings, SettingsError } from './settings.js';
import type { TemporalSettings } from './temporal-settings.js';

/** Node parts in the order in which they start; they stop the other way round. */
export const PART_NAMES = ['runner', 'worker', 'gateway', 'api'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What a call leaves behind lives for milliseconds: a small young generation stays in the processor's cache and saves 40 MB. */
export const NODE_FLAGS: Readonly<Partial<Record<PartName, readonly string[]>>> = { gateway: ['--max-semi-space-size=8'] };

export interface TemporalOptions extends TemporalSettings {
  /** Where people can look at a workflow. */
  readonly uiUrl?: string;
}

/** Options for the four parts; throws when a server's address is missing. */
export function partPlan(settings: Settings) {
  const { host, ports, dataDir, keyringFile, gatewayUrl, logLevel, allowedHosts } = settings;
  const mongodbUri = needed(settings.mongodbUri, 'MODELHUB_MONGODB_URI');
  const internalKey = needed(settings.internalKey, 'MODELHUB_INTERNAL_KEY');
  const server = needed(settings.temporal, 'TEMPORAL_ADDRESS');
  const temporal: TemporalOptions = { ...server, ...(settings.temporalUiUrl ? { uiUrl: settings.temporalUiUrl } : {}) };
  const bundlePath = join(settings.projectDir, 'dist', 'workflow-bundle.js');
  const pagesDir = join(settings.projectDir, 'studio-plugin', 'dist');
  const socketPath = runnerSocket(dataDir);
  const common = { mongodbUri, internalKey, keyringFile, dataDir, logLevel, allowedHosts, testMode: settings.testMode };
  return {
    api: { ...common, host, port: ports.api, temporal, gatewayUrl, publicUrl: settings.publicUrl, pagesDir, runnerSocket: socketPath },
    gateway: {
      ...common,
      host,
      port: ports.gateway,
      allowedOrigins: pageOrigins(settings),
      otlpEndpoint: settings.otlpEndpoint,
      journalFull: settings.journalFull,
      drainMs: settings.gatewayDrainMs,
    },
    worker: { ...common, temporal, gatewayUrl, runnerSocket: socketPath, bundlePath },
    runner: { dataDir, socketPath, logLevel },
  };
}

/** The runner's socket: in the data folder, or, where that path is too long for a socket, a short one that belongs to it alone. */
export function runnerSocket(dataDir: string): string {
  const plain = join(dataDir, 'runner.sock');
  if (plain.length <= 100) return plain;
  return join(tmpdir(), `modelhub-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}.sock`);
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new SettingsError(`${name} is not set; a part alone needs it. Start the whole hub with npm start, or set it.`);
  return value;
}

/** Where browsers have the pages from: the public address, and this machine under both of its names. */
function pageOrigins({ publicUrl, ports, host }: Settings): string[] {
  const here = host === '127.0.0.1' ? [`http://localhost:${ports.api}`, `http://127.0.0.1:${ports.api}`] : [];
  return [...new Set([new URL(publicUrl).origin, ...here])];
}
