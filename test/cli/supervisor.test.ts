import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartSpec } from '#cli/part-process.js';
import { gone, identify, readRecord, signal } from '#cli/processes.js';
import { Supervisor } from '#cli/supervisor.js';
import { until } from '../support/until.js';

let dataDir = '';
let lines: string[] = [];
let supervisor: Supervisor;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'modelhub-supervisor-'));
  lines = [];
  supervisor = new Supervisor({ dataDir, say: (line) => lines.push(line), backoff: { firstMs: 50, maxMs: 200, resetAfterMs: 30_000 } });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function part(name: string, more: Partial<PartSpec> = {}): PartSpec {
  return {
    name,
    command: process.execPath,
    args: [join(__dirname, 'stub-part.cjs'), name, join(dataDir, 'journal')],
    leashed: false,
    graceMs: 1_000,
    readyWithinMs: 10_000,
    ready: 'message',
    show: 'error',
    ...more,
  };
}

const journal = (): string[] =>
  existsSync(join(dataDir, 'journal')) ? readFileSync(join(dataDir, 'journal'), 'utf8').trim().split('\n') : [];
const starts = (name: string): number => journal().filter((line) => line.startsWith(`${name} started`)).length;
const server = (): PartSpec => part('server', { leashed: true, ready: () => until('the server was started', () => starts('server') > 0) });

test('a killed part is started again, with a visible line', async () => {
  await supervisor.add(part('api'));
  process.kill(supervisor.pidOf('api') ?? 0, 'SIGKILL');
  await until('the api is back', () => lines.some((line) => line.startsWith('api is back')));
  expect(lines[0]).toBe('api was ended by SIGKILL; starting it again in 0.05 s');
  expect(starts('api')).toBe(2);
});

test('parts stop in reverse order, each by its own clean end', async () => {
  await supervisor.add(server());
  await supervisor.add(part('worker'));
  await supervisor.add(part('api'));
  await supervisor.stop();
  expect(journal().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'server started',
    'worker started',
    'api started',
    'api stopped',
    'worker stopped',
    'server stopped',
  ]);
});

test('a deaf part is killed after its grace', async () => {
  await supervisor.add(part('worker', { env: { STUB: 'deaf' }, graceMs: 200 }));
  const who = identify(supervisor.pidOf('worker') ?? 0);
  await supervisor.stop();
  expect(who && (await gone(who, 0))).toBe(true);
});

test('when the leash itself is killed, its program is ended before a new one starts', async () => {
  await supervisor.add(server());
  const program = readRecord(join(dataDir, 'run', 'server.json'));
  process.kill(supervisor.pidOf('server') ?? 0, 'SIGKILL');
  await until('the server was started twice', () => starts('server') === 2);
  expect(program && (await gone(program, 0))).toBe(true);
});

test('a program killed below its leash is started again', async () => {
  await supervisor.add(server());
  const program = readRecord(join(dataDir, 'run', 'server.json'));
  if (program) signal(program, 'SIGKILL');
  await until('the server was started twice', () => starts('server') === 2);
  expect(lines[0]).toContain('server stopped with code 137');
});

test('a part that cannot start says so with the end of its log', async () => {
  const failing = part('api', { env: { STUB: 'fails' }, explain: (code) => (code === 3 ? 'it is a stub' : undefined) });
  await expect(supervisor.add(failing)).rejects.toThrow(/api stopped: it is a stub before it was ready.*\n.*Error: the stub cannot start/);
});

test('a part that does not become ready is given up', async () => {
  const slow = part('api', { ready: () => new Promise(() => undefined), readyWithinMs: 100 });
  await expect(supervisor.add(slow)).rejects.toThrow('api was not ready after 0.1 s');
});
