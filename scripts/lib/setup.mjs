/** What must be there before our own code can run: Node, dependencies, build. Plain JavaScript without dependencies. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Rooms whose sources end in `dist/`. */
export const ROOMS = ['core', 'store', 'adapters', 'workflows', 'activities', 'gateway', 'worker', 'api', 'cli'];

const NODE_NEEDED = [20, 19];

/** One sentence when this Node is too old, else nothing. */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return undefined;
  return `Node ${version} is too old: the Model Hub needs Node ${NODE_NEEDED.join('.')} or newer; install it from nodejs.org or with a version manager.`;
}

/** Installs the locked dependencies when they are missing or stale. Returns a sentence when that fails. */
export function ensureDependencies(say) {
  if (dependenciesFresh()) return undefined;
  const lock = join(ROOT, 'package-lock.json');
  if (!existsSync(lock)) return 'package-lock.json is missing; take a complete clone of the repository.';
  say('Installing the locked dependencies (npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: ROOT, stdio: 'inherit' });
  if (result.error) return `npm cannot be started (${result.error.message}); install npm, it usually comes with Node.`;
  if (result.status !== 0)
    return `npm ci failed with code ${result.status}; its message is above. Check the network and npm's registry setting, then try again.`;
  stampDependencies();
  return undefined;
}

/** Whether node_modules is what package-lock.json says. */
export function dependenciesFresh() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const stamp = join(ROOT, 'node_modules', '.modelhub-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return true;
  // Somebody ran npm by hand: npm's own record tells whether it fits.
  if (!sameLock(installed)) return false;
  stampDependencies();
  return true;
}

function sameLock(installedFile) {
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const names = Object.keys(wanted).filter((name) => name.startsWith('node_modules/'));
  const missing = names.some((name) => {
    const here = installed[name];
    if (!here) return !wanted[name].optional && !wanted[name].devOptional && !wanted[name].peer;
    return here.version !== wanted[name].version || here.integrity !== wanted[name].integrity;
  });
  return !missing && Object.keys(installed).every((name) => wanted[name]);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
}

function stampDependencies() {
  writeFileSync(join(ROOT, 'node_modules', '.modelhub-lock'), lockHash());
}

/** Builds what is missing or older than its sources. Returns a sentence when that fails. */
export function ensureBuilt(say) {
  if (buildFresh()) return undefined;
  const result = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT, stdio: 'inherit' });
  if (result.status === 0) return undefined;
  say('');
  return 'The build failed; its messages are above. Correct the sources, or take a clean clone.';
}

/** Whether the server's code and the pages are built from the sources as they are now. */
export function buildFresh() {
  return serverFresh() && pagesFresh();
}

/** Whether `dist/` fits the sources of the rooms. */
export function serverFresh() {
  return existsSync(join(ROOT, 'dist', 'cli', 'main.js')) && readStamp('server') === sourceHash(serverSources());
}

/** Whether the pages fit their sources; true as long as there are none. */
export function pagesFresh() {
  if (!existsSync(join(ROOT, 'studio-plugin', 'vite.config.ts'))) return true;
  return existsSync(join(ROOT, 'studio-plugin', 'dist')) && readStamp('pages') === sourceHash(pageSources());
}

/** Remembers that `which` was built from the sources with this hash (taken before the build began). */
export function writeStamp(which, hash) {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, 'dist', `.${which}-stamp`), hash);
}

/** Files that the server's code is made of. */
export function serverSources() {
  return [...ROOMS, 'package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json'];
}

/** Files that the pages are made of. */
export function pageSources() {
  return ['studio-plugin', 'core', 'package-lock.json'];
}

/** A hash over paths, sizes and times: cheap, and changes with every edit. */
export function sourceHash(entries) {
  const hash = createHash('sha256');
  const add = (path) => {
    const full = join(ROOT, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(full).sort()) {
      if (name === 'node_modules' || name === 'dist' || /\.test\.tsx?$/.test(name)) continue;
      add(join(path, name));
    }
  };
  for (const entry of entries) add(entry);
  return hash.digest('hex');
}

function readStamp(which) {
  const file = join(ROOT, 'dist', `.${which}-stamp`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
