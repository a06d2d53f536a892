import type { UsageEvent } from '#core/metric/schema.js';
import type { Allowances } from '../allowance/allowances.js';
import type { Factors } from '../allowance/factors.js';
import type { HealthBook } from '../health/book.js';
import type { Pools } from '../http/pools.js';
import type { JournalWriter } from '../journal/writer.js';
import type { Log } from '../log.js';
import type { Credentials } from '../memory/credentials.js';
import type { Inflight } from '../memory/inflight.js';
import type { Memory } from '../memory/memory.js';
import type { PayloadLog } from '../payload/log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { CallFacts } from './record.js';
import type { CallTraces } from './traces.js';

/** What the steps of a call work with. */
export interface Deps {
  memory: Memory;
  inflight: Inflight;
  pools: Pools;
  credentials: Credentials;
  journal: JournalWriter;
  health: HealthBook;
  allowances: Allowances;
  factors: Factors;
  metrics: Metrics;
  traces: CallTraces;
  payloads: PayloadLog;
  log: Log;
  /** told of every event once, when its end line is in the journal */
  observe(event: UsageEvent & { tenant: string }, facts: CallFacts): void;
  /** SHA-256 of the internal key */
  internalHash: Buffer;
  /** how long keys are honoured without word from MongoDB */
  keysValidMs: number;
  /** how long a client may leave its answer unread, ms */
  stuckClientMs: number;
  /** origins of pages that may call from a browser */
  allowedOrigins: ReadonlySet<string>;
}
