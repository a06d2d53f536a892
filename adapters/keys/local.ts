import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync, fsyncSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { openEnvelope, sealEnvelope } from './envelope.js';
import type { Keyring } from './keyring.js';

/** `current` seals, every other key still opens. */
const file = z.object({ current: z.string(), keys: z.record(z.string(), z.string().length(44)) });

/**
 * The keyring of an installation: a file that only its owner can read, made at the first start. Several processes may start
 * at once; the first one's file stands. Refuses a file that others can read, and keys that are no random bytes.
 */
export function openKeyring(path: string): Keyring {
  ensure(path);
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path} can be read by others; run: chmod 600 ${path}`);
  const ring = file.parse(JSON.parse(readFileSync(path, 'utf8')));
  const keys = new Map(Object.entries(ring.keys).map(([id, k]) => [id, strong(path, id, Buffer.from(k, 'base64'))]));
  const keyOf = (id: string): Buffer => {
    const key = keys.get(id);
    if (!key) throw new Error(`the key "${id}" is not in ${path}; restore the keyring that the credential was sealed under`);
    return key;
  };
  return {
    seal: (secret, bound) => sealEnvelope({ id: ring.current, key: keyOf(ring.current) }, secret, bound),
    open: (sealed, bound) => openEnvelope(keyOf(sealed.kek), sealed, bound),
    current: () => ring.current,
  };
}

function ensure(path: string): void {
  try {
    statSync(path);
    return;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ENOENT') throw e;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const id = `k-${randomBytes(4).toString('hex')}`;
  const text = JSON.stringify({ current: id, keys: { [id]: randomBytes(32).toString('base64') } });
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const fd = openSync(mine, 'wx', 0o600);
  writeSync(fd, text);
  fsyncSync(fd);
  closeSync(fd);
  try {
    linkSync(mine, path); // unlike rename, this leaves another process's file alone
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
  } finally {
    unlinkSync(mine);
  }
}

/** A key that somebody typed is no key: 32 random bytes have (almost surely) more than 12 different ones. */
function strong(path: string, id: string, key: Buffer): Buffer {
  if (key.length !== 32 || new Set(key).size < 12) throw new Error(`the key "${id}" in ${path} is not 32 random bytes`);
  return key;
}
