import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunnerClient } from '#adapters/targets/local/client.js';
import type { Order } from '#adapters/targets/local/protocol.js';
import { startRunner } from '#adapters/targets/local/runner.js';
import { until } from '../support/until.js';

/** A server that is healthy at once. */
const SERVER = `require('http').createServer((q,s)=>s.end(String(process.pid))).listen(Number(process.argv[1]),'127.0.0.1');console.log('listening');process.on('SIGTERM',()=>process.exit(0))`;
const order = (over: Partial<Order> = {}): Order => ({
  fence: 1,
  replicas: 2,
  command: [process.execPath, '-e', SERVER, '{port}'],
  healthPath: '/health',
  startTimeoutSeconds: 10,
  ...over,
});
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

let dir: string;
let runner: Awaited<ReturnType<typeof startRunner>> | undefined;
let client: RunnerClient;
let child: ChildProcess | undefined;
const socket = (): string => join(dir, 'r.sock');
const ready = (set: string, n: number) =>
  until(`${n} replicas of ${set} are ready`, async () => (await client.view(set)).replicas.filter((r) => r.state === 'ready').length === n);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'modelhub-runner-'));
  runner = await startRunner({ dataDir: dir, socketPath: socket() });
  client = new RunnerClient(socket());
});
afterEach(async () => {
  await client.close();
  await runner?.stop();
  child?.kill('SIGKILL');
});

describe('the runner of local models', () => {
  test('starts what is ordered, and asking twice starts nothing twice', async () => {
    await client.ensure('s', order());
    await ready('s', 2);
    const pids = (await client.view('s')).replicas.map((r) => r.pid);
    await client.ensure('s', order());
    expect((await client.view('s')).replicas.map((r) => r.pid)).toEqual(pids);
    expect(new Set(pids).size).toBe(2);
  });
  test('restarts a killed replica on the same port', async () => {
    await client.ensure('s', order({ replicas: 1 }));
    await ready('s', 1);
    const before = (await client.view('s')).replicas[0];
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until('it has another pid', async () => {
      const r = (await client.view('s')).replicas[0];
      return r?.state === 'ready' && r.pid !== before?.pid;
    });
    expect((await client.view('s')).replicas[0]).toMatchObject({ endpoint: before?.endpoint, restarts: 1 });
  });
  test('a command that never becomes healthy fails within its time, with its log', async () => {
    await client.ensure(
      's',
      order({ replicas: 1, startTimeoutSeconds: 1, command: ['/bin/sh', '-c', 'echo no weights at {port}; exit 3'] }),
    );
    await until('it has failed', async () => (await client.view('s')).replicas[0]?.state === 'failed');
    const r = (await client.view('s')).replicas[0];
    expect(await client.log('s', r?.name ?? '', 10)).toContain('no weights at');
  });
  test('an order that is older than the last one is refused, also after the removal', async () => {
    await client.ensure('s', order({ fence: 5, replicas: 1 }));
    await client.remove('s', 6);
    await expect(client.ensure('s', order({ fence: 5 }))).rejects.toMatchObject({ code: 'stale-state' });
    expect((await client.view('s')).replicas).toEqual([]);
  });
  test('the hub’s secrets do not reach a model server', async () => {
    process.env['MODELHUB_INTERNAL_KEY'] = 'canary-1';
    const command = [process.execPath, '-e', `${SERVER};console.log(JSON.stringify(process.env))`, '{port}'];
    await client.ensure('s', order({ replicas: 1, command }));
    await ready('s', 1);
    expect(await client.log('s', 's-0', 50)).not.toContain('canary-1');
    delete process.env['MODELHUB_INTERNAL_KEY'];
  });
  test('kill -9 of the runner ends its replicas, and the next runner starts them again on the same ports', async () => {
    await runner?.stop();
    runner = undefined;
    await client.close();
    const start = async (): Promise<void> => {
      child = spawn(
        process.execPath,
        [
          '-e',
          `require('${process.cwd()}/dist/adapters/targets/local/runner.js').startRunner({dataDir:'${dir}',socketPath:'${socket()}'}).then(()=>console.log('up'))`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout ?? child, 'data');
      client = new RunnerClient(socket());
    };
    await start();
    await client.ensure('s', order());
    await ready('s', 2);
    const before = (await client.view('s')).replicas;
    await client.close();
    child?.kill('SIGKILL');
    await until('they are gone', () => before.every((r) => !alive(r.pid ?? 0)));
    await start();
    await ready('s', 2);
    expect((await client.view('s')).replicas.map((r) => r.endpoint)).toEqual(before.map((r) => r.endpoint));
    await client.remove('s', 2);
  });
});
