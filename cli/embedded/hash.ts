import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** A download is not what was pinned. It is never used, whatever else fails. */
export class WrongHash extends Error {}

/** SHA-256 of a file, as hex. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Throws when a file is not the one that was pinned. */
export async function checkSha256(file: string, expected: string, what: string): Promise<void> {
  const found = await sha256File(file);
  if (found !== expected) throw new WrongHash(`${what} has sha256 ${found}, but ${expected} is pinned; it was not used`);
}
