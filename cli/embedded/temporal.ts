/** The embedded Temporal: the CLI's development server with a database file and without its slow polling. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#core/deployment/workflow.js';
import type { PartSpec } from '../part-process.js';
import { findProgram, type Program } from './ladder.js';
import { TEMPORAL } from './pins.js';

export interface TemporalOptions {
  /** Keeps workflows in a file below this folder; without it they live in memory only (tests). */
  readonly dataDir: string | undefined;
  readonly cacheDir: string;
  readonly port: number;
  /** Port of the web UI; without it there is none. */
  readonly uiPort: number | undefined;
  readonly explicit: string | undefined;
  readonly say: (line: string) => void;
  /** Lets tests skip time in their own workflows. */
  readonly timeSkipping?: boolean;
  readonly extraDynamicConfig?: readonly string[];
}

export interface EmbeddedTemporal {
  readonly spec: PartSpec;
  readonly address: string;
  readonly program: Program;
}

/** Without these, every step waits for a 50 ms grid and every timer for a full second (measured). Durations are JSON strings. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=200',
  'history.timerProcessorMaxTimeShift="20ms"',
  'matching.enableFairness=true',
];

/** Finds the CLI and returns how to run the server. Nothing is started here. */
export async function embeddedTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const program = await findProgram({
    pin: TEMPORAL,
    cacheDir: options.cacheDir,
    explicit: options.explicit,
    setting: 'MODELHUB_TEMPORAL_CLI',
    suits,
    say: options.say,
  });
  const address = `127.0.0.1:${options.port}`;
  const spec: PartSpec = {
    name: 'temporal',
    command: program.path,
    args: serverArguments(options),
    leashed: true,
    graceMs: 10_000,
    readyWithinMs: 60_000,
    ready: (signal) => untilServing(address, signal),
    show: 'error',
  };
  return { spec, address, program };
}

/** Command line of the development server. */
export function serverArguments(
  options: Pick<TemporalOptions, 'dataDir' | 'port' | 'uiPort' | 'timeSkipping' | 'extraDynamicConfig'>,
): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'warn', '--log-format', 'json'];
  if (options.uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(options.uiPort), '--ui-disable-news-fetch');
  if (options.dataDir !== undefined) {
    mkdirSync(join(options.dataDir, 'temporal'), { recursive: true, mode: 0o700 });
    args.push('--db-filename', join(options.dataDir, 'temporal', 'temporal.db'));
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  for (const name of SEARCH_ATTRIBUTES) args.push('--search-attribute', `${name}=Keyword`);
  const config = [
    ...DYNAMIC_CONFIG,
    ...(options.timeSkipping ? ['frontend.WorkflowTimeSkippingEnabled=true'] : []),
    ...(options.extraDynamicConfig ?? []),
  ];
  for (const entry of config) args.push('--dynamic-config-value', entry);
  return args;
}

/** The server serves when its default namespace can be described. */
async function untilServing(address: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const connection = await Connection.connect({ address, connectTimeout: '500ms' });
      try {
        await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.describeNamespace({ namespace: 'default' }));
        return;
      } finally {
        await connection.close();
      }
    } catch {
      await sleep(50);
    }
  }
}

function suits(output: string): { version: string } | { reason: string } {
  const version = /temporal version (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (!version) return { reason: 'it does not tell its version; the temporal CLI 1.x is needed' };
  return version.startsWith('1.') ? { version } : { reason: `version ${version} is not 1.x` };
}
