/**
 * `node scripts/import-models.mjs <file> [--snapshot YYYY-MM-DD] [--out <file>]`: models.dev's data (the snapshot format, or its own
 * api.json) becomes the committed seed. Same file, same seed. A running hub takes a new seed over at its next start.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/setup.mjs';
import { offeringsOf } from './lib/models-dev/offerings.mjs';
import { assertModelsDev, readProviders } from './lib/models-dev/read.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const option = (name) => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
};
const told = option('--snapshot');
const SEED = option('--out') ?? join(ROOT, 'store', 'seed', 'models.jsonl');
const [file] = args;
if (!file || (told !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(told))) {
  say('Name the file to read: node scripts/import-models.mjs <models-dev.json or api.json> [--snapshot YYYY-MM-DD] [--out <file>]');
  process.exit(1);
}

const { source, providers } = readProviders(JSON.parse(readFileSync(file, 'utf8')));
assertModelsDev({ providers });
const snapshot = told ?? /\d{4}-\d{2}-\d{2}/.exec(source ?? '')?.[0] ?? statSync(file).mtime.toISOString().slice(0, 10);
const { offerings, skipped } = offeringsOf(providers, snapshot);
const head = {
  attribution: source ?? `models.dev (MIT), snapshot of ${snapshot}`,
  snapshot,
  offerings: offerings.length,
  providers: Object.fromEntries(
    [...providers].sort((a, b) => (a.id < b.id ? -1 : 1)).map((p) => [p.id, { name: p.name, ...(p.doc ? { doc: p.doc } : {}) }]),
  ),
};
writeFileSync(`${SEED}.new`, `${[head, ...offerings].map((o) => JSON.stringify(o)).join('\n')}\n`);
renameSync(`${SEED}.new`, SEED);
say(
  `${offerings.length} offerings of ${providers.length} providers in ${SEED}, ${offerings.filter((o) => !o.price).length} unpriced, snapshot ${snapshot}`,
);
for (const id of skipped) say(`left out, its id cannot stand in a URL: ${id}`);
