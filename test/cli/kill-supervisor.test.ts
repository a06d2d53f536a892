import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gone, identify, type ProcessIdentity, readRecord, signal } from '#cli/processes.js';
import { until } from '../support/until.js';

let dataDir = '';
let hubs: ChildProcess[] = [];

interface Hub {
  readonly child: ChildProcess;
  output(): string;
}

function startHub(): Hub {
  const child = spawn(process.execPath, [join(__dirname, 'stub-hub.cjs'), dataDir, join(dataDir, 'journal')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  hubs.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, output: () => text };
}

const recorded = (): ProcessIdentity[] => ['server', 'node'].flatMap((name) => readRecord(join(dataDir, 'run', `${name}.json`)) ?? []);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'modelhub-kill-'));
  hubs = [];
});

afterEach(async () => {
  const parts = recorded();
  for (const hub of hubs) hub.kill('SIGKILL');
  for (const part of parts) await gone(part, 5_000);
  rmSync(dataDir, { recursive: true, force: true });
});

test('kill -9 of the supervisor leaves no orphan, and the next start works', async () => {
  const first = startHub();
  await until('the first hub is ready', () => first.output().includes('ready'));
  // a leash writes its own record, which may be a moment after its server is there
  await until('both parts are recorded', () => recorded().length === 2);
  const parts = recorded();
  first.child.kill('SIGKILL');
  for (const part of parts) expect(await gone(part, 5_000)).toBe(true);
  const second = startHub();
  await until('the second hub is ready', () => second.output().includes('ready'));
});

test('kill -9 of supervisor and leash together: the next start ends what is left', async () => {
  const first = startHub();
  await until('the first hub is ready', () => first.output().includes('ready'));
  const [server] = recorded();
  const leash = server && identify(parentOf(server.pid));
  expect(server && leash).toBeDefined();
  if (!server || !leash) return;
  // The leash goes first, so that it cannot do its work; then the supervisor, before it can do its own.
  first.child.kill('SIGSTOP');
  signal(leash, 'SIGKILL');
  first.child.kill('SIGKILL');
  const second = startHub();
  await until('the second hub is ready', () => second.output().includes('ready'));
  expect(await gone(server, 0)).toBe(true);
});

test('a second supervisor on the same data folder is refused in one sentence', async () => {
  const first = startHub();
  await until('the first hub is ready', () => first.output().includes('ready'));
  const second = startHub();
  await until('the second hub has ended', () => second.child.exitCode !== null);
  expect(second.output()).toBe(
    `The data folder ${dataDir} is in use by another hub (process ${first.child.pid}); stop that one or set MODELHUB_DATA_DIR to another folder.\n`,
  );
});

function parentOf(pid: number): number {
  const text = execFileSync('sh', ['-c', `grep PPid /proc/${pid}/status || ps -o ppid= -p ${pid}`], { encoding: 'utf8' });
  return Number(/\d+/.exec(text)?.[0]);
}
