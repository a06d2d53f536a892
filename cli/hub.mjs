#!/usr/bin/env node
/** Entry of the command line. Runs before anything is installed, so it may use nothing but Node. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureBuilt, ensureDependencies, nodeProblem, ROOT } from '../scripts/lib/setup.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

const problem = nodeProblem() ?? ensureDependencies(say) ?? ensureBuilt(say);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  createRequire(import.meta.url)(join(ROOT, 'dist', 'cli', 'main.js'));
}
