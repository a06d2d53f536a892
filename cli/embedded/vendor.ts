/** The last rung: the vendor's own archive over https. What it unpacks to must have the pinned hash. */
import { execFile } from 'node:child_process';
import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { VendorPin } from './pins.js';
import { showProgress } from './progress.js';

const run = promisify(execFile);

/** Downloads and unpacks a vendor's archive into `folder`; returns the path of the program (not yet checked). */
export async function downloadFromVendor(pin: VendorPin, folder: string, what: string): Promise<string> {
  const response = await fetch(pin.url, { signal: AbortSignal.timeout(600_000) }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${new URL(pin.url).hostname} cannot be reached (${cause})`);
  });
  if (!response.ok || !response.body) throw new Error(`${new URL(pin.url).hostname} answered ${response.status}`);
  const archive = join(folder, 'vendor.tgz');
  const bytes = Number(response.headers.get('content-length') ?? 100e6);
  const done = showProgress(what, bytes, () => statSync(archive, { throwIfNoEntry: false })?.size ?? 0);
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  } finally {
    done();
  }
  await run('tar', ['-xzf', archive, '-C', folder, pin.member]);
  return join(folder, pin.member);
}
