import { type CallSubjects, subjectOf } from '#core/limit/claim.js';
import { LIMIT_SUBJECTS, type LimitSubject } from '#core/limit/schema.js';

const BUCKETS = 12;
const BUCKET_MS = 5_000;

/** What went through this gateway for one subject in the last minute (to 5 s). */
export interface Signal {
  requests: number;
  failures: number;
  nanoDollars: number;
}
interface Ring {
  /** the bucket number that each place holds */
  of: Float64Array;
  /** requests, failures, nano-dollars of each place */
  sums: Float64Array;
}

/** The last minute of each subject of a call, in 384 bytes each. Beyond `most` subjects the one that was first seen goes. */
export class Signals {
  private readonly rings = new Map<string, Ring>();
  private readonly most: number;
  constructor(most = 20_000) {
    this.most = most;
  }
  /** A call has ended. `nanoDollars` is null when its cost is not known: it adds nothing. `now`: monotonic ms */
  record(call: CallSubjects, outcome: { failed: boolean; nanoDollars: number | null }, now: number): void {
    const bucket = Math.floor(now / BUCKET_MS);
    for (const per of LIMIT_SUBJECTS) {
      const subject = subjectOf(per, call);
      if (subject === null) continue;
      const { of, sums } = this.ring(keyOf(call.tenant, per, subject));
      const at = bucket % BUCKETS;
      if (of[at] !== bucket) {
        of[at] = bucket;
        sums.fill(0, at * 3, at * 3 + 3);
      }
      add(sums, at * 3, 1);
      if (outcome.failed) add(sums, at * 3 + 1, 1);
      add(sums, at * 3 + 2, outcome.nanoDollars ?? 0);
    }
  }
  /** Null when nothing was recorded in the last minute. */
  read(tenant: string, per: LimitSubject, subject: string, now: number): Signal | null {
    const ring = this.rings.get(keyOf(tenant, per, subject));
    if (!ring) return null;
    const oldest = Math.floor(now / BUCKET_MS) - BUCKETS;
    const total: Signal = { requests: 0, failures: 0, nanoDollars: 0 };
    for (let i = 0; i < BUCKETS; i++) {
      if ((ring.of[i] ?? -1) <= oldest) continue;
      total.requests += ring.sums[i * 3] ?? 0;
      total.failures += ring.sums[i * 3 + 1] ?? 0;
      total.nanoDollars += ring.sums[i * 3 + 2] ?? 0;
    }
    return total.requests === 0 ? null : total;
  }
  private ring(key: string): Ring {
    let ring = this.rings.get(key);
    if (!ring) {
      const first = this.rings.size >= this.most ? this.rings.keys().next().value : undefined;
      if (first !== undefined) this.rings.delete(first);
      ring = { of: new Float64Array(BUCKETS).fill(-1), sums: new Float64Array(BUCKETS * 3) };
      this.rings.set(key, ring);
    }
    return ring;
  }
}
const keyOf = (tenant: string, per: LimitSubject, subject: string): string => `${tenant}|${per}|${subject}`;
function add(sums: Float64Array, at: number, n: number): void {
  sums[at] = (sums[at] ?? 0) + n;
}
