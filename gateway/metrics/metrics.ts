import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { TOKEN_CLASSES } from '#core/metric/tokens.js';
import type { UsageEvent } from '#core/metric/schema.js';
import { Buckets } from './buckets.js';
import { SeriesTable, sums } from './series.js';

const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
/** What is looked at when the metrics are asked for; each function is called once a scrape. */
export interface MetricsSources {
  breakers(): Iterable<{ connection: string; model: string; state: (typeof BREAKER_STATES)[number] }>;
  /** `Applier.stats()` */
  journal(): { backlogBytes: number; behindMs: number; failures: number };
  /** `JournalWriter.owedLines` */
  owedLines(): number;
  /** ms since the memory was last known to agree with MongoDB; null without routes */
  routingAgeMs(): number | null;
  /** number of API keys in memory */
  keys(): number;
  /** `Traces.dropped`, 0 when traces are off */
  spansDropped(): number;
  /** `PayloadLog.dropped` */
  payloadsDropped(): number;
}
/** `denied`: over a limit. `away`: the store of the limits did not answer. `open`: served all the same, as the limit says. */
export type LimitOutcome = 'denied' | 'away' | 'open';

const MAX_BREAKERS = 500;
/** 0.01 × 2ⁿ to 81.92 s, as OpenTelemetry's gen_ai.client.operation.duration */
const CALL_SECONDS = Array.from({ length: 14 }, (_, n) => 0.01 * 2 ** n);
const OVERHEAD_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
const LABELS = ['operation', 'provider', 'model', 'status', 'stream'] as const;

const histogram = (name: string, help: string, bounds: readonly number[]): Buckets<'json' | 'sse'> =>
  new Buckets(name, help, bounds, 'stream', ['json', 'sse']);

/** The gateway's Prometheus metrics. Labels have few values: no tenant, key, user or error text is ever one. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly series = new SeriesTable();
  private readonly limits: Counter<'outcome'>;
  private readonly duration = histogram('modelhub_call_duration_seconds', 'From the request to the end of the answer.', CALL_SECONDS);
  private readonly firstByte = histogram('modelhub_first_byte_seconds', 'From the request to the first byte of the answer.', CALL_SECONDS);
  private readonly overhead = histogram('modelhub_overhead_seconds', "The hub's own part of a call.", OVERHEAD_SECONDS);

  constructor(sources: MetricsSources) {
    this.limits = new Counter({
      name: 'modelhub_limit_outcomes_total',
      help: 'Calls denied by a limit, and limits that could not be asked.',
      labelNames: ['outcome'],
      registers: [this.registry],
    });
    for (const outcome of ['denied', 'away', 'open'] as const) this.limits.inc({ outcome }, 0);
    this.callCounters();
    this.gauges(sources);
    collectDefaultMetrics({ register: this.registry });
  }

  /** Once for each call, when it is over. */
  observe(e: UsageEvent): void {
    this.series.add(e);
    const kind = e.stream ? 'sse' : 'json';
    if (e.latencyMs !== null) this.duration.observe(kind, e.latencyMs / 1000);
    if (e.firstByteMs !== null) this.firstByte.observe(kind, e.firstByteMs / 1000);
    if (e.overheadMs !== null) this.overhead.observe(kind, e.overheadMs / 1000);
  }
  limit(outcome: LimitOutcome): void {
    this.limits.inc({ outcome });
  }
  /** The text of `GET /metrics` and its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    const histograms = [this.duration, this.firstByte, this.overhead].map((h) => h.text());
    return { contentType: this.registry.contentType, body: `${histograms.join('')}${await this.registry.metrics()}` };
  }

  /** Counters that are kept in the table of series and handed over at a scrape. */
  private callCounters(): void {
    const { series } = this;
    const add = <L extends string>(name: string, help: string, labelNames: readonly L[], fill: (counter: Counter<L>) => void): void => {
      const counter: Counter<L> = new Counter({
        name,
        help,
        labelNames,
        registers: [this.registry],
        collect() {
          counter.reset();
          fill(counter);
        },
      });
    };
    add('modelhub_requests_total', 'Model calls that are over.', LABELS, (counter) => {
      for (const { operation, provider, model, status, stream, calls } of series.all())
        counter.inc({ operation, provider, model, status, stream }, calls);
    });
    add('modelhub_tokens_total', 'Tokens by class; classes never overlap.', ['class', 'model'], (counter) => {
      for (const c of TOKEN_CLASSES)
        for (const [model, n] of sums(
          series.all(),
          (s) => s.model,
          (s) => s.tokens[c],
        ))
          if (n > 0) counter.inc({ class: c.replace(/Tokens$/, ''), model }, n);
    });
    add(
      'modelhub_cost_dollars_total',
      'US dollars, from integer nano-dollars; the ledger is the usage events, not this.',
      ['model'],
      (counter) => {
        for (const [model, nano] of sums(
          series.all(),
          (s) => s.model,
          (s) => s.nanoDollars,
        ))
          counter.inc({ model }, nano / 1e9);
      },
    );
    add('modelhub_unpriced_requests_total', 'Calls that used tokens and have no price.', ['model'], (counter) => {
      for (const [model, n] of sums(
        series.all(),
        (s) => s.model,
        (s) => s.unpriced,
      ))
        if (n > 0) counter.inc({ model }, n);
    });
  }

  private gauges(sources: MetricsSources): void {
    const add = (name: string, help: string, value: () => number | null): void => {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          const now = value();
          if (now === null) gauge.remove();
          else gauge.set(now);
        },
      });
    };
    add('modelhub_journal_backlog_bytes', 'Journal that is not in MongoDB yet.', () => sources.journal().backlogBytes);
    add(
      'modelhub_journal_behind_seconds',
      'Since all of the journal was in MongoDB; 0 when it is.',
      () => sources.journal().behindMs / 1000,
    );
    add('modelhub_applier_failures', 'Batches that MongoDB did not take, since the start.', () => sources.journal().failures);
    add('modelhub_journal_owed_lines', 'Journal lines in memory only, because the journal is full or cannot be written.', () =>
      sources.owedLines(),
    );
    add('modelhub_routing_age_seconds', 'Since the routes were known to agree with MongoDB.', () => {
      const age = sources.routingAgeMs();
      return age === null ? null : age / 1000;
    });
    add('modelhub_keys', 'API keys in memory.', () => sources.keys());
    add('modelhub_spans_dropped', 'Trace spans that were never delivered, since the start.', () => sources.spansDropped());
    add('modelhub_payloads_dropped', 'Payloads that were to be kept and were not, since the start.', () => sources.payloadsDropped());
    const breaker: Gauge<'connection' | 'model'> = new Gauge({
      name: 'modelhub_breaker_state',
      help: `Circuit breaker: ${BREAKER_STATES.map((s, i) => `${i} ${s}`).join(', ')}.`,
      labelNames: ['connection', 'model'],
      registers: [this.registry],
      collect() {
        breaker.reset();
        let n = 0;
        for (const { connection, model, state } of sources.breakers()) {
          if (n++ >= MAX_BREAKERS) break;
          breaker.set({ connection, model }, BREAKER_STATES.indexOf(state));
        }
      },
    });
  }
}
