/** The checks that need no server. Each is one line of the result. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const bin = (path) => [process.execPath, join(ROOT, 'node_modules', path)];
const script = (name) => [process.execPath, join(ROOT, 'scripts', name)];

/** All static checks in the order in which they run. */
export function staticStages() {
  const tsc = bin('typescript/bin/tsc');
  const stages = [
    { name: 'format', command: [...bin('@biomejs/biome/bin/biome'), 'format', '.', '--max-diagnostics=20'] },
    { name: 'arrows and types', command: [...tsc, '-b'] },
    { name: 'lint', command: [...bin('oxlint/bin/oxlint'), '--type-aware', '--quiet', '.'] },
    { name: 'imports', command: script('check-imports.mjs') },
    { name: 'dead code', command: [...bin('knip/bin/knip.js'), '--no-progress'] },
  ];
  if (existsSync(join(ROOT, 'studio-plugin', 'tsconfig.json')))
    stages.splice(2, 0, { name: 'types of the pages', command: [...tsc, '--noEmit', '-p', 'studio-plugin'] });
  return stages;
}

/** The build: what browser tests and the supervisor tests run. */
export const BUILD_STAGE = { name: 'build', command: script('build.mjs') };

/** Runs a check, shows its output only when it fails, and returns whether it passed. */
export function runStage({ name, command }) {
  const began = Date.now();
  const [program, ...args] = command;
  const result = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const passed = result.status === 0;
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
  if (!passed) process.stdout.write(`${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}\n`);
  return passed;
}
