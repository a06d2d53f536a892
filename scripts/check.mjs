/** `npm run check`: the static checks, and how many lines each room has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, nodeProblem, ROOMS, ROOT } from './lib/setup.mjs';
import { runStage, staticStages } from './lib/stages.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const CODE = /\.(ts|tsx|mjs|cjs|css)$/;

function countLines(folder) {
  const lines = { source: 0, test: 0, files: 0, longest: 0, longestFile: '' };
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !CODE.test(entry.name) || /[/\\](node_modules|dist)[/\\]/.test(path)) continue;
    const count = readFileSync(path, 'utf8').split('\n').length - 1;
    const isTest = /\.test\.tsx?$/.test(entry.name) || folder === 'test';
    lines[isTest ? 'test' : 'source'] += count;
    if (isTest) continue;
    lines.files += 1;
    if (count > lines.longest) Object.assign(lines, { longest: count, longestFile: entry.name });
  }
  return lines;
}

function table() {
  const rows = [...ROOMS, 'studio-plugin', 'scripts', 'test', 'bench'].map((room) => ({ room, ...countLines(room) }));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  say('');
  say(`${'room'.padEnd(14)}${'files'.padStart(7)}${'lines'.padStart(8)}${'test lines'.padStart(12)}   longest file`);
  for (const { room, files, source, test, longest, longestFile } of rows)
    say(
      `${room.padEnd(14)}${String(files).padStart(7)}${String(source).padStart(8)}${String(test).padStart(12)}   ${longestFile} ${longest || ''}`,
    );
  say(`${'all'.padEnd(14)}${String(sum('files')).padStart(7)}${String(sum('source')).padStart(8)}${String(sum('test')).padStart(12)}`);
}

const problem = nodeProblem() ?? ensureDependencies(say);
if (problem) {
  say(problem);
  process.exitCode = 1;
} else {
  const results = staticStages().map(runStage);
  table();
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
