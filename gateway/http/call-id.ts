import { randomFillSync } from 'node:crypto';

const BYTES = 16;
const pool = Buffer.alloc(BYTES * 256);
let used = pool.length;

/** `req_` and 128 random bits in hex, taken from a pool: asking the system for each would cost as much as parsing the call. */
export function callId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return `req_${pool.toString('hex', used - BYTES, used)}`;
}
