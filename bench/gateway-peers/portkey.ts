/** Portkey's open gateway at the version that works (README of the research: a newer @hono/node-server breaks its streams). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '#cli/ports.js';
import { type Part, startProgram } from './processes.js';

const VERSION = '1.15.2';
const SERVER_VERSION = '1.13.5';
export const PORTKEY_VERSIONS = `@portkey-ai/gateway ${VERSION} with @hono/node-server ${SERVER_VERSION}`;

/** Installed once into `<cacheDir>/bench-portkey`; its install scripts are not run. */
export async function startPortkey(cacheDir: string): Promise<Part> {
  const folder = join(cacheDir, 'bench-portkey');
  const program = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const server = { '@hono/node-server': SERVER_VERSION };
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, dependencies: { '@portkey-ai/gateway': VERSION, ...server }, overrides: server }),
    );
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const port = await freePort();
  const child = await startProgram(process.execPath, [program, '--headless', `--port=${port}`], {
    cwd: folder,
    env: { NODE_ENV: 'production' },
    url: `http://127.0.0.1:${port}/`,
    withinMs: 20_000,
  });
  return { child, port };
}
export const portkeyHeaders = (upstream: number): Record<string, string> => ({
  authorization: 'Bearer none',
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `http://127.0.0.1:${upstream}/v1`,
});
