import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#cli/ports.js';
import { projectDir } from '#cli/settings.js';
import { testServers } from '../support/servers.js';

let dataDir = '';
let ports: number[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'modelhub-command-'));
  ports = await Promise.all([1, 2, 3, 4, 5].map(freePort));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly output: string;
}

/** Runs the built command line as a user would, but on ports and a folder of its own. */
function hub(args: string[], env: Record<string, string> = {}): Promise<Result> {
  const names = ['API', 'GATEWAY', 'TEMPORAL', 'TEMPORAL_UI', 'MONGODB'];
  const own = Object.fromEntries(names.map((name, index) => [`MODELHUB_${name}_PORT`, String(ports[index])]));
  const options = { env: { ...process.env, ...own, MODELHUB_DATA_DIR: dataDir, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(projectDir(), 'dist', 'cli', 'main.js'), ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
}

test('a taken port is reported with its number and its setting', async () => {
  const port = ports[1] ?? 0;
  const squatter = await listen(port);
  const { code, output } = await hub(['start']);
  squatter.close();
  expect(output).toBe(`Port ${port} for the gateway is taken by another program; stop it or set MODELHUB_GATEWAY_PORT to a free port.\n`);
  expect(code).toBe(1);
});

test('a wrong setting ends the start with its name', async () => {
  const { code, output } = await hub(['start'], { MODELHUB_API_PORT: '99999' });
  expect(output).toContain('MODELHUB_API_PORT="99999"');
  expect(code).toBe(1);
});

test('--help lists commands and settings', async () => {
  const { code, output } = await hub(['start', '--help']);
  expect(output).toContain('MODELHUB_MONGODB_URI');
  expect(output).toContain('doctor');
  expect(code).toBe(0);
});

test('--reset deletes nothing when nobody can answer, nor in a folder that is not ours', async () => {
  mkdirSync(join(dataDir, 'logs'));
  const unasked = await hub(['start', '--reset']);
  expect(unasked.output).toContain('Nobody can answer here (no terminal); add --yes');
  expect(unasked.code).toBe(1);
  expect(existsSync(join(dataDir, 'logs'))).toBe(true);
  rmSync(join(dataDir, 'logs'), { recursive: true });
  writeFileSync(join(dataDir, 'thesis.txt'), 'years of work');
  const foreign = await hub(['start', '--reset', '--yes']);
  expect(foreign.output).toContain('does not look like a data folder of the Model Hub; nothing was deleted');
  expect(existsSync(join(dataDir, 'thesis.txt'))).toBe(true);
});

test('doctor tells what is right and what is wrong, and how to put it right', async () => {
  const { mongodbUri, temporalAddress } = testServers();
  const external = { MODELHUB_MONGODB_URI: mongodbUri, TEMPORAL_ADDRESS: temporalAddress };
  const well = await hub(['doctor'], external);
  expect(well.output).toMatch(/ok +MongoDB: 6\.\d+\.\d+, replica set hub, authenticated/);
  expect(well.output).toMatch(/ok +Temporal: .* namespace default/);
  expect(well.output).toMatch(/note +hub: is not running/);
  writeFileSync(join(dataDir, 'internal-key'), 'x', { mode: 0o644 });
  const ill = await hub(['doctor'], { ...external, TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(ill.output).toMatch(/wrong +Temporal: 127\.0\.0\.1:1/);
  expect(ill.output).toMatch(/wrong +secrets: .*internal-key can be read by others\n +Run chmod 600/);
  expect(ill.code).toBe(1);
});
