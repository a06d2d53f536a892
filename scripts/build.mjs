/** `npm run build`: the rooms, the workflow bundle, the pages. Only what is older than its sources. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pageSources, pagesFresh, ROOT, serverFresh, serverSources, sourceHash, writeStamp } from './lib/setup.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

function run(what, command, args) {
  const began = Date.now();
  say(`Building ${what}`);
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (result.error) say(`  ${command} cannot be started: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
  say(`  done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

const force = process.argv.includes('--force');

if (force || !serverFresh()) {
  const hash = sourceHash(serverSources());
  run('the server', process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'workflows', 'cli']);
  const bundler = join(ROOT, 'dist', 'worker', 'bundle.js');
  if (existsSync(bundler)) run('the workflow bundle', process.execPath, [bundler]);
  writeStamp('server', hash);
}

if (force || !pagesFresh()) {
  const hash = sourceHash(pageSources());
  run('the pages', process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', 'build', '-w', 'studio-plugin', '--silent']);
  writeStamp('pages', hash);
}
