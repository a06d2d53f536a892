import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

const MAX_SPANS = 8_192;
const BATCH = 512;
const DELAY_MS = 1_000;

/** Spans on their way out: in memory, bounded, one export at a time; what does not fit or cannot be sent is counted as dropped. */
export class SpanQueue {
  dropped = 0;
  private readonly exporter: SpanExporter;
  private waiting: ReadableSpan[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;

  constructor(exporter: SpanExporter) {
    this.exporter = exporter;
  }
  add(spans: readonly ReadableSpan[]): void {
    if (this.waiting.length + spans.length > MAX_SPANS) {
      this.dropped += spans.length;
      return;
    }
    this.waiting.push(...spans);
    if (this.waiting.length >= BATCH) this.begin();
    else this.timer ??= setTimeout(() => this.begin(), DELAY_MS).unref();
  }
  /** Sends what is waiting, for at most `graceMs`; the rest is dropped. */
  async stop(graceMs: number): Promise<void> {
    this.begin();
    let late: NodeJS.Timeout | undefined;
    await Promise.race([
      this.sending,
      new Promise<void>((resolve) => {
        late = setTimeout(resolve, graceMs);
      }),
    ]);
    clearTimeout(late);
    this.dropped += this.waiting.length;
    this.waiting = [];
    // not awaited: it would wait for an export that hangs
    this.exporter.shutdown().catch(() => undefined);
  }
  private begin(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.drain().finally(() => {
      this.sending = undefined;
    });
  }
  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      const sent = await new Promise<boolean>((resolve) => this.exporter.export(batch, (result) => resolve(Number(result.code) === 0)));
      if (!sent) this.dropped += batch.length;
    }
  }
}
