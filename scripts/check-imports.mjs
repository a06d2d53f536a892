/** What neither the compiler nor the linter can say: relative imports stay in their room, arrows between rooms, and no clock in core. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ROOMS, ROOT } from './lib/setup.mjs';

/** Which rooms a room may enter. cli and test may enter any. */
const ARROWS = {
  core: [],
  store: ['core'],
  adapters: ['core'],
  workflows: ['core'],
  activities: ['core', 'store', 'adapters'],
  gateway: ['core', 'store', 'adapters'],
  worker: ['core', 'store', 'adapters', 'activities'],
  api: ['core', 'store', 'adapters'],
  cli: ROOMS,
};

const IMPORT = /(?:\bfrom|\bimport\s*\(?|\brequire\s*\()\s*['"]([^'"]+)['"]/g;
const problems = [];

function check(room, file) {
  const path = relative(ROOT, file);
  const text = readFileSync(file, 'utf8');
  for (const [, target = ''] of text.matchAll(IMPORT)) {
    if (target.startsWith('.') && relative(join(ROOT, room), resolve(dirname(file), target)).startsWith('..'))
      problems.push(`${path}: ${target} leaves the room ${room}; import #room/file.js instead`);
    const entered = /^#([a-z-]+)\//.exec(target)?.[1];
    if (entered && entered !== room && ARROWS[room] && !ARROWS[room].includes(entered))
      problems.push(`${path}: ${room} may not enter ${entered} (${target})`);
  }
  if (room === 'core' && !file.endsWith('.test.ts') && /\bnew Date\(\s*\)/.test(text))
    problems.push(`${path}: new Date() reads the clock; core/ is pure`);
}

for (const room of ROOMS) {
  for (const entry of readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.(ts|tsx)$/.test(entry.name) && !file.includes(`${sep}node_modules${sep}`)) check(room, file);
  }
}
for (const line of problems) process.stdout.write(`${line}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
