import type { Operation } from '#adapters/providers/provider.js';
import type { UsageEvent } from '#core/metric/schema.js';
import type { JournalEvent } from '../journal/line.js';
import type { JournalWriter } from '../journal/writer.js';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import type { Tokens } from '#core/metric/tokens.js';
import type { Caller } from './identify.js';
import type { Resolved } from './resolve.js';

export interface CallEnd {
  status: UsageEvent['status'];
  httpStatus: number | null;
  error: string | null;
  tokens: Tokens;
  firstByteMs: number | null;
  attempts: number;
}
const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The two journal lines of one call: one before the upstream is called, one before the answer ends. */
export class CallRecord {
  private readonly start: JournalEvent;
  private readonly journal: JournalWriter;
  private readonly startedAt: number;
  private ended = false;

  /** Throws `JournalRefused`. `startedAt` is of the performance clock. */
  constructor(
    journal: JournalWriter,
    id: string,
    startedAt: number,
    call: { caller: Caller; resolved: Resolved; operation: Operation; stream: boolean },
  ) {
    const { route } = call.resolved.live;
    const { digest, modelId, modelVersion, provider } = call.resolved.revision;
    this.journal = journal;
    this.startedAt = startedAt;
    this.start = {
      ...UNKNOWN_YET,
      tries: [],
      id,
      at: new Date().toISOString(),
      tenant: route.tenant,
      scope: route.scope,
      environment: route.environment,
      deployment: route.name,
      revision: digest,
      modelId,
      modelVersion,
      provider,
      key: call.caller.key,
      operation: call.operation,
      stream: call.stream,
      purpose: call.caller.purpose,
      status: 'lost',
      connection: call.resolved.revision.connection,
    };
    journal.start(this.start);
  }
  /** The first end counts; later ones are of an answer that was complete already. */
  end(e: CallEnd): void {
    if (this.ended) return;
    this.ended = true;
    const { tokens, firstByteMs, ...rest } = e;
    this.journal.end({
      ...this.start,
      ...rest,
      ...tokens,
      latencyMs: round(performance.now() - this.startedAt),
      firstByteMs: firstByteMs === null ? null : round(firstByteMs),
    });
  }
}
