import type { CallTrace, Traces } from '#adapters/telemetry/traces.js';
import { parseTraceparent } from '#adapters/telemetry/traceparent.js';
import type { UsageEvent } from '#core/metric/schema.js';

/** The trace of one call: its id for the event, and the header of each attempt (undefined: the caller's own goes on). */
export interface OneTrace {
  readonly traceId: string;
  header(attempt: number): string | undefined;
}

/** Traces when a receiver is set; else only the caller's trace id is kept, which costs nothing. */
export class CallTraces {
  private readonly traces: Traces | undefined;
  constructor(traces: Traces | undefined) {
    this.traces = traces;
  }
  begin(header: string | string[] | undefined): OneTrace | null {
    const text = typeof header === 'string' ? header : undefined;
    if (this.traces) return this.traces.begin(text);
    const parent = parseTraceparent(text);
    return parent ? { traceId: parent.traceId, header: () => undefined } : null;
  }
  end(trace: OneTrace | null, event: UsageEvent & { tenant: string }, path: string): void {
    if (trace && this.traces) this.traces.end(trace as CallTrace, event, { path });
  }
}
