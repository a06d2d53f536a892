import { type Attributes as OtelAttributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { UsageEvent } from '#core/metric/schema.js';
import { clientAttributes, modelName, OPERATION_NAMES, serverAttributes } from './conventions.js';
import { SpanQueue } from './queue.js';
import { parseTraceparent, randomId, traceparent } from './traceparent.js';

/** The ids of one call, all that the data path needs of tracing while the call runs. */
export interface CallTrace {
  readonly traceId: string;
  /** the value of `traceparent` for attempt 1, 2 …: each attempt is a span of its own */
  header(attempt: number): string;
}
export interface CallFacts {
  /** `/v1/chat/completions` */
  path: string;
  /** of attempt 1, 2 …, as far as known: `https://api.example.com` */
  origins?: readonly string[];
}

class Ids implements CallTrace {
  readonly traceId: string;
  readonly spanId = randomId(8);
  readonly parentId: string | undefined;
  readonly sampled: boolean;
  readonly startedAt = Date.now();
  private readonly attempts: string[] = [];
  constructor(header: string | undefined) {
    const parent = parseTraceparent(header);
    this.traceId = parent?.traceId ?? randomId(16);
    this.parentId = parent?.spanId;
    this.sampled = parent?.sampled ?? true;
  }
  attempt(n: number): string {
    return (this.attempts[n - 1] ??= randomId(8));
  }
  header(attempt: number): string {
    return traceparent({ traceId: this.traceId, spanId: this.attempt(attempt), sampled: this.sampled });
  }
}

/**
 * OpenTelemetry traces of the gateway's calls: one SERVER span a call, one CLIENT span an attempt, built from the usage event
 * when the call is over and sent in the background. A caller's `traceparent` is continued, its sampling flag obeyed.
 */
export class Traces {
  private readonly queue: SpanQueue;
  private readonly resource;
  private readonly instrumentationScope = { name: 'auterity-model-hub/gateway' };

  /** @param endpoint base address of an OTLP/HTTP receiver (`http://127.0.0.1:4318`), to which `/v1/traces` is added */
  constructor(endpoint: string, o: { instance: string; headers?: Record<string, string> }) {
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    this.queue = new SpanQueue(new OTLPTraceExporter({ url, timeoutMillis: 10_000, ...(o.headers ? { headers: o.headers } : {}) }));
    this.resource = resourceFromAttributes({ 'service.name': 'auterity-model-hub-gateway', 'service.instance.id': o.instance });
  }
  /** Spans that never arrived. */
  get dropped(): number {
    return this.queue.dropped;
  }
  /** At the start of a call, with its `traceparent` header if it has one. */
  begin(header: string | undefined): CallTrace {
    return new Ids(header);
  }
  /** At the end of the call that `begin` was called for. */
  end(call: CallTrace, event: UsageEvent & { tenant: string }, facts: CallFacts): void {
    if (!(call instanceof Ids) || !call.sampled) return;
    const failed = event.status !== 'ok';
    const server = this.span(call, {
      name: `POST ${facts.path}`,
      kind: SpanKind.SERVER,
      spanId: call.spanId,
      parentId: call.parentId,
      startMs: call.startedAt,
      durationMs: event.latencyMs ?? Math.max(0, Date.now() - call.startedAt),
      attributes: serverAttributes(event, facts.path),
      // a refusal is the caller's mistake: the conventions want no error status on a server span below 500
      error: failed && (event.httpStatus ?? 500) >= 500 ? (event.error ?? event.status) : undefined,
    });
    const clients = event.tries.map((t, i) =>
      this.span(call, {
        name: `${OPERATION_NAMES[event.operation]} ${modelName(event)}`,
        kind: SpanKind.CLIENT,
        spanId: call.attempt(i + 1),
        parentId: call.spanId,
        startMs: call.startedAt + t.startedMs,
        durationMs: t.durationMs,
        attributes: clientAttributes(event, t, i + 1, facts.origins?.[i]),
        error: t.outcome !== 'answered' || (t.httpStatus ?? 0) >= 400 ? (t.error ?? t.outcome) : undefined,
      }),
    );
    this.queue.add([server, ...clients]);
  }
  /** Sends what is waiting, for at most `graceMs`. */
  stop(graceMs: number): Promise<void> {
    return this.queue.stop(graceMs);
  }

  private span(
    call: Ids,
    s: {
      name: string;
      kind: SpanKind;
      spanId: string;
      parentId: string | undefined;
      startMs: number;
      durationMs: number;
      attributes: OtelAttributes;
      error: string | undefined;
    },
  ): ReadableSpan {
    const context = { traceId: call.traceId, spanId: s.spanId, traceFlags: TraceFlags.SAMPLED };
    return {
      name: s.name,
      kind: s.kind,
      spanContext: () => context,
      ...(s.parentId === undefined
        ? {}
        : {
            parentSpanContext: {
              traceId: call.traceId,
              spanId: s.parentId,
              traceFlags: TraceFlags.SAMPLED,
              isRemote: s.kind === SpanKind.SERVER,
            },
          }),
      startTime: hrTime(s.startMs),
      endTime: hrTime(s.startMs + s.durationMs),
      duration: hrTime(s.durationMs),
      status: s.error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: s.error },
      attributes: s.attributes,
      links: [],
      events: [],
      ended: true,
      resource: this.resource,
      instrumentationScope: this.instrumentationScope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }
}

/** Milliseconds as seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const nanos = Math.round((ms % 1000) * 1e6);
  return nanos >= 1e9 ? [Math.floor(ms / 1000) + 1, 0] : [Math.floor(ms / 1000), nanos];
}
