import type { Pools } from '../http/pools.js';
import type { JournalWriter } from '../journal/writer.js';
import type { Log } from '../log.js';
import type { Credentials } from '../memory/credentials.js';
import type { Inflight } from '../memory/inflight.js';
import type { Memory } from '../memory/memory.js';

/** What the steps of a call work with. */
export interface Deps {
  memory: Memory;
  inflight: Inflight;
  pools: Pools;
  credentials: Credentials;
  journal: JournalWriter;
  log: Log;
  /** SHA-256 of the internal key, hex */
  internalHash: Buffer;
  /** how long keys are honoured without word from MongoDB */
  keysValidMs: number;
}
