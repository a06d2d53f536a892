import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type RawPart, windowOf } from '#core/payload/part.js';
import type { PayloadLogSettings, Route } from '#core/routing/schema.js';
import { routeKey } from '#core/routing/schema.js';
import type { Store } from '#store/kit/connect.js';
import { payloads } from '#store/payload.js';
import { errorText, type Log } from '../log.js';
import type { Memory } from '../memory/memory.js';
import type { CallRecord } from '../pipeline/record.js';
import type { Choice } from '../pipeline/plan.js';
import { Capture } from './capture.js';
import type { Redactor } from './redactor.js';

const MAX_WAITING = 256;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const HOUR_MS = 3_600_000;

interface Waiting {
  id: string;
  at: number;
  route: Route;
  settings: PayloadLogSettings;
  request: RawPart;
  answer: RawPart;
  httpStatus: number | null;
  complete: boolean;
  size: number;
}
export interface PayloadLogOptions {
  memory: Memory;
  /** resolves once MongoDB has been reached */
  open(): Promise<Store>;
  redactor: Redactor;
  log: Log;
}

/**
 * Keeps redacted requests and answers of the deployments that ask for it. Calls never wait for it: what does not fit the
 * queue, or cannot be stored at once, is dropped and counted.
 */
export class PayloadLog {
  /** since the start */
  dropped = 0;
  private readonly on = new Map<string, PayloadLogSettings>();
  private readonly waiting: Waiting[] = [];
  private size = 0;
  private store: Store | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private readonly o: PayloadLogOptions;

  constructor(o: PayloadLogOptions) {
    this.o = o;
    this.learn();
    o.memory.onChange((feed) => {
      if (feed === 'gatewaySettings') this.learn();
    });
    o.open().then(
      (store) => {
        this.store = store;
      },
      () => undefined, // the gateway stops before MongoDB was ever reached: there is nothing to write to
    );
  }

  /** Follows a call when one of those who may answer it keeps payloads. */
  watch(res: ServerResponse, body: Buffer, record: CallRecord, choices: readonly Choice[]): void {
    if (this.on.size === 0) return;
    const wanted = choices.flatMap(({ target }) => this.on.get(target.live.key) ?? []);
    if (wanted.length === 0) return;
    const capture = new Capture(res, windowOf(Math.max(...wanted.map((s) => s.maxBytes))));
    res.once('close', () => this.ended(res, body, record, capture));
  }

  /** Stores what waits, for at most `graceMs`; the rest is dropped. */
  async stop(graceMs: number): Promise<void> {
    await Promise.race([this.running, sleep(graceMs, undefined, { ref: false })]);
    this.stopped = true;
    this.drop(this.waiting.splice(0).length, 'the gateway stops');
    await this.o.redactor.stop();
  }

  private learn(): void {
    this.on.clear();
    for (const [key, { payloadLog }] of this.o.memory.tables.gatewaySettings) if (payloadLog?.enabled) this.on.set(key, payloadLog);
  }

  private ended(res: ServerResponse, body: Buffer, record: CallRecord, capture: Capture): void {
    const { route: last } = record.target.live;
    // of two attempts side by side, the one that answered counts
    const name = record.tries.find((t) => t.outcome === 'answered' || t.outcome === 'aborted')?.deployment ?? last.name;
    const { tenant, environment } = last;
    const settings = this.on.get(routeKey({ tenant, environment, name }));
    const route = name === last.name ? last : this.o.memory.route(tenant, environment, name)?.route;
    if (!settings || !route) return;
    const complete = res.writableFinished;
    const window = windowOf(settings.maxBytes);
    const request = partOf(body, body.length, window, true);
    const answer = partOf(capture.beginning, capture.bytes, window, complete);
    const size = request.text.length + answer.text.length;
    if (this.waiting.length >= MAX_WAITING || this.size + size > MAX_WAITING_BYTES || this.stopped) return this.drop(1, 'too many wait');
    const httpStatus = res.headersSent ? res.statusCode : null;
    this.waiting.push({ id: record.id, at: Date.now(), route, settings, request, answer, httpStatus, complete, size });
    this.size += size;
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    for (;;) {
      await nextTurn(); // calls go first
      const next = this.waiting.shift();
      if (!next) break;
      this.size -= next.size;
      try {
        await this.write(next);
      } catch (e) {
        this.drop(1, errorText(e));
      }
    }
    this.running = undefined;
  }
  private async write({ id, at, route, settings, request, answer, httpStatus, complete }: Waiting): Promise<void> {
    if (!this.store) throw new Error('MongoDB has not been reached yet');
    const { tenant, scope, environment, name } = route;
    const redacted = await this.o.redactor.redact({ request, answer, maxBytes: settings.maxBytes });
    await payloads(this.store).insert(
      { tenant, scope, actor: 'gateway', requestId: id },
      {
        ...{ id, at: new Date(at).toISOString(), environment, deployment: name, httpStatus, complete },
        ...redacted,
        removeAt: new Date(at + settings.retentionHours * HOUR_MS),
      },
    );
  }
  private drop(n: number, reason: string): void {
    if (n > 0 && this.dropped === 0)
      this.o.log('warn', 'payloads are not kept; modelhub_payloads_dropped counts them from here', { reason });
    this.dropped += n;
  }
}

/** The text is a copy: what waits must not hold a whole body. */
function partOf(body: Buffer, bytes: number, window: number, complete: boolean): RawPart {
  return { text: body.toString('utf8', 0, Math.min(body.length, window)), bytes, cut: !complete || bytes > window };
}
