/** Small secrets kept in the data folder, readable by their owner only. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Returns the secret in `file`; creates it on the first call. */
export function secretFile(file: string, create: () => string): string {
  if (existsSync(file)) {
    // mongod refuses a key file that others may read, and it is right.
    chmodSync(file, 0o600);
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  }
  const value = create();
  writePrivate(file, value);
  return value;
}

/** Writes a file with mode 0600, whole or not at all. */
export function writePrivate(file: string, value: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, value, { mode: 0o600 });
  renameSync(draft, file);
}
