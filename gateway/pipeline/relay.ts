import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { answerHeaders } from '../http/headers.js';
import { errorBody } from '../http/refusal.js';
import { type Tap, tapFor } from '../usage/tap.js';
import type { Operation } from '#adapters/providers/provider.js';
import { NO_TOKENS } from '#core/metric/tokens.js';
import type { CallRecord } from './record.js';

/** `unreached`: not a byte came, another address may be tried. `over`: the call is answered and recorded. */
export type Outcome = { kind: 'unreached'; error: Error } | { kind: 'over' };

export interface RelayInput {
  res: ServerResponse;
  record: CallRecord;
  operation: Operation;
  /** performance clock at the start of the call */
  startedAt: number;
  attempt: number;
  /** headers that say what was chosen; asked for when the answer starts */
  explain(): Record<string, string>;
}
const FLUSH_MS = 10_000;

/**
 * One attempt: hands the upstream's answer on as it comes, with back pressure, and sees to it that the journal has the end
 * before the client does. undici's dispatch interface is used because it hands out chunks without a stream in between.
 */
export class Relay implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<Outcome>;
  private settle!: (o: Outcome) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private tap: Tap | undefined;
  private sse = false;
  private status: number | null = null;
  private remaining = Number.POSITIVE_INFINITY;
  /** the answer ends when the connection does: its end cannot be told from a death */
  private endless = false;
  private firstByteMs: number | null = null;
  private over = false;
  private readonly i: RelayInput;

  constructor(input: RelayInput) {
    this.i = input;
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** The client went away: so does the upstream call, at once. */
  clientGone(): void {
    if (this.over) return;
    this.close('aborted', 'the client went away');
    this.controller?.abort(new Error('client gone'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new Error('client gone'));
  }
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.over) return;
    this.status = status;
    this.sse = headers['content-type']?.toLowerCase().startsWith('text/event-stream') ?? false;
    this.tap = tapFor(this.i.operation, this.sse);
    const length = headers['content-length'];
    if (length !== undefined) this.remaining = Number(length);
    this.endless = length === undefined && !headers['transfer-encoding']?.toLowerCase().includes('chunked');
    this.i.res.writeHead(status, Object.assign(answerHeaders(headers), this.i.explain()));
    if (this.sse) this.i.res.flushHeaders(); // the first event may take its time
  }
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over || !this.tap) return;
    this.firstByteMs ??= performance.now() - this.i.startedAt;
    this.tap.push(chunk);
    this.remaining -= chunk.length;
    // clients take `[DONE]` or the last byte for the end, so the end line comes before that chunk
    if (this.tap.done || this.remaining <= 0) this.recordAnswer();
    if (this.i.res.write(chunk)) return;
    controller.pause();
    this.i.res.once('drain', () => controller.resume());
  }
  onResponseEnd(): void {
    if (this.over) return;
    if (this.endless && this.sse && !this.tap?.done) return this.died(new Error('the stream ended without its end mark'));
    this.recordAnswer();
    this.over = true;
    this.i.res.end();
    this.settle({ kind: 'over' });
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.over) return;
    if (this.status !== null) return this.died(error);
    this.over = true;
    this.settle({ kind: 'unreached', error });
  }

  /** The upstream died in the middle of its answer: an error, and not an end. */
  private died(error: Error): void {
    const reason = `the upstream broke off: ${error.message}`;
    const complete = this.tap?.done ?? false;
    this.close('error', reason);
    const { res } = this.i;
    if (!this.sse || complete) {
      res.destroy();
      return;
    }
    const event = errorBody({
      message: 'The model broke off in the middle of its answer.',
      type: 'upstream_error',
      code: 'upstream_broke_off',
      param: null,
    });
    res.write(`${this.tap?.atBoundary ? '' : '\n\n'}data: ${event}\n\n`);
    // no last chunk: what the client has is the error event and a connection that ends early
    res.socket?.setTimeout(FLUSH_MS, () => res.destroy());
    res.socket?.destroySoon();
  }
  private close(status: 'aborted' | 'error', error: string): void {
    this.over = true;
    this.i.record.end({ ...this.soFar(), status, error });
    this.settle({ kind: 'over' });
  }
  private recordAnswer(): void {
    const failed = this.status !== null && this.status >= 400;
    this.i.record.end({ ...this.soFar(), status: failed ? 'error' : 'ok', error: failed ? `the upstream answered ${this.status}` : null });
  }
  private soFar() {
    return { httpStatus: this.status, tokens: this.tap?.tokens() ?? NO_TOKENS, firstByteMs: this.firstByteMs, attempts: this.i.attempt };
  }
}
