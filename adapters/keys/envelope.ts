import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Sealed } from '#core/connection/schema.js';

const ALG = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

interface Box {
  iv: Buffer;
  tag: Buffer;
  ct: Buffer;
}
function encrypt(key: Buffer, plain: Buffer, aad: Buffer): Box {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(ALG, key, iv);
  cipher.setAAD(aad);
  const ct = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv, tag: cipher.getAuthTag(), ct };
}
function decrypt(key: Buffer, box: Box, aad: Buffer): Buffer {
  const decipher = createDecipheriv(ALG, key, box.iv, { authTagLength: TAG });
  decipher.setAAD(aad);
  decipher.setAuthTag(box.tag);
  return Buffer.concat([decipher.update(box.ct), decipher.final()]);
}

/** Length-prefixed, so that no two lists of parts give the same bytes. */
const aadOf = (bound: readonly string[], kek: string): Buffer => Buffer.from(JSON.stringify([kek, ...bound]));

/** A data key of its own for each secret, wrapped by the key `kek`. */
export function sealEnvelope(kek: { id: string; key: Buffer }, secret: string, bound: readonly string[]): Sealed {
  const aad = aadOf(bound, kek.id);
  const dek = randomBytes(32);
  const inner = encrypt(dek, Buffer.from(secret, 'utf8'), aad);
  const outer = encrypt(kek.key, dek, aad);
  dek.fill(0);
  return {
    v: 1,
    alg: 'A256GCM',
    kek: kek.id,
    wrappedDek: Buffer.concat([outer.iv, outer.tag, outer.ct]).toString('base64'),
    iv: inner.iv.toString('base64'),
    tag: inner.tag.toString('base64'),
    ct: inner.ct.toString('base64'),
  };
}

export function openEnvelope(key: Buffer, s: Sealed, bound: readonly string[]): string {
  const aad = aadOf(bound, s.kek);
  try {
    const w = Buffer.from(s.wrappedDek, 'base64');
    const dek = decrypt(key, { iv: w.subarray(0, IV), tag: w.subarray(IV, IV + TAG), ct: w.subarray(IV + TAG) }, aad);
    const box = { iv: Buffer.from(s.iv, 'base64'), tag: Buffer.from(s.tag, 'base64'), ct: Buffer.from(s.ct, 'base64') };
    return decrypt(dek, box, aad).toString('utf8');
  } catch {
    // the cause could carry bytes; what went wrong is always one of these
    throw new Error(
      `a sealed credential of ${bound.slice(0, 3).join('/')} does not open: it was changed, moved, or sealed under another key`,
    );
  }
}
