import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Operation } from '#adapters/providers/provider.js';
import type { StreamTranslation, Translation } from '#adapters/providers/translator.js';
import { NO_TOKENS } from '#core/metric/tokens.js';
import { dialectOf, errorBodyFor, errorEventFor } from '../dialects/errors.js';
import { wholeAsStream } from '../dialects/whole-as-stream.js';
import { answerHeaders } from '../http/headers.js';
import type { AnswerEnd, Outcome } from './outcome.js';
import { type Estimate, type Tap, tapFor } from '../usage/tap.js';
import { UsageChunkFilter } from '../usage/usage-chunk.js';

export interface RelayInput {
  res: ServerResponse;
  /** performance clock at the start of the call */
  startedAt: number;
  /** as the caller asked, and as the upstream is asked */
  operation: Operation;
  upstreamOperation: Operation;
  stream: boolean;
  /** the caller's parsed body, for an answer that is made into a stream */
  callerBody(): Record<string, unknown>;
  translation: Translation | null;
  /** for the figures that never come */
  estimate: Estimate;
  /** a client that takes nothing for so long, ms, is gone, whatever its connection says */
  stuckClientMs: number;
  /** the hub has asked for the usage chunk of the stream, the caller has not: it is kept from the caller */
  hideUsage: boolean;
  /** the first attempt with an answer gets true; a second one is late */
  claim(headers: IncomingHttpHeaders): boolean;
  /** headers that say what was chosen; asked for when the answer starts */
  explain(): Record<string, string>;
  /** called once, before the caller can see the end of its answer */
  finish(end: AnswerEnd): void;
}
const FLUSH_MS = 10_000;
/** Node writes texts of up to this size without a buffer of its own */
const ONE_WRITE = 16_384;
const MAX_ERROR_BODY = 1024 * 1024;
const MAX_TRANSLATED = 64 * 1024 * 1024;

/**
 * One attempt: hands the upstream's answer on as it comes, with back pressure, and sees to it that the journal has the end
 * before the client does. undici's dispatch interface is used because it hands out chunks without a stream in between.
 */
export class Relay implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<Outcome>;
  private settle!: (o: Outcome) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private tap: Tap | undefined;
  private filter: UsageChunkFilter | undefined;
  private translated: StreamTranslation | undefined;
  private whole: Buffer[] | undefined;
  private wholeSize = 0;
  private sse = false;
  private status: number | null = null;
  private headers: IncomingHttpHeaders = {};
  private remaining = Number.POSITIVE_INFINITY;
  /** the answer ends when the connection does: its end cannot be told from a death */
  private endless = false;
  private firstByteMs: number | null = null;
  private claimed = false;
  private finished = false;
  private gathering = false;
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
    this.breakOff('aborted', 'the client went away');
  }
  /** Another attempt has answered. */
  late(): void {
    if (this.over) return;
    this.over = true;
    this.settle({ kind: 'late' });
    this.controller?.abort(new Error('another attempt has answered'));
  }
  /** The call's time is up. */
  cancel(error: Error): void {
    if (this.over) return;
    if (this.claimed) return this.died(error);
    this.over = true;
    this.settle({ kind: 'unreached', error });
    this.controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new Error('gone'));
  }
  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.over) return;
    this.status = status;
    this.headers = headers;
    if (status >= 300) {
      this.whole = [];
      return;
    }
    if (!this.i.claim(headers)) {
      this.late();
      return;
    }
    this.claimed = true;
    this.sse = headers['content-type']?.toLowerCase().startsWith('text/event-stream') ?? false;
    this.tap = tapFor(this.i.upstreamOperation, this.sse);
    const length = headers['content-length'];
    if (length !== undefined) this.remaining = Number(length);
    this.endless = length === undefined && !headers['transfer-encoding']?.toLowerCase().includes('chunked');
    const { translation, res } = this.i;
    if (translation && !this.sse) {
      this.whole = [];
      return;
    }
    if (translation) this.translated = translation.open();
    else if (this.sse && this.i.hideUsage) this.filter = new UsageChunkFilter();
    const out = Object.assign(answerHeaders(headers), this.i.explain());
    if (translation || this.filter) delete out['content-length'];
    res.writeHead(status, out);
    if (this.sse) res.flushHeaders(); // the first event may take its time
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    if (this.whole) return this.keep(controller, chunk);
    if (!this.tap) return;
    this.firstByteMs ??= performance.now() - this.i.startedAt;
    this.tap.push(chunk);
    this.remaining -= chunk.length;
    try {
      const out = this.translated ? this.translated.push(chunk) : this.filter ? this.filter.push(chunk) : chunk;
      // clients take the end mark or the last byte for the end, so the end line comes before that chunk
      if (this.tap.done || this.remaining <= 0 || this.translated?.done) this.answered();
      if (out.length === 0) return;
      if (this.remaining <= 0 && !this.sse) return this.last(out);
      if (this.sse) this.gather();
      if (this.i.res.write(out)) return;
    } catch (e) {
      this.died(e instanceof Error ? e : new Error(String(e)));
      controller.abort(new Error('not translatable'));
      return;
    }
    controller.pause();
    const { res, stuckClientMs } = this.i;
    const stuck = setTimeout(() => this.breakOff('aborted', 'the client stopped reading'), stuckClientMs);
    const settled = (): void => {
      clearTimeout(stuck);
      res.off('drain', settled).off('close', settled);
      if (!res.destroyed) controller.resume();
    };
    res.on('drain', settled).on('close', settled);
  }
  onResponseEnd(): void {
    if (this.over) return;
    if (this.whole) return this.complete(Buffer.concat(this.whole));
    if (this.sse && this.endless && !this.tap?.done) return this.died(new Error('the stream ended without its end mark'));
    const rest = this.translated?.end() ?? this.filter?.end();
    if (this.translated && !this.translated.done) {
      // `rest` is the error event of the caller's dialect
      if (rest) this.i.res.write(rest);
      return this.died(new Error('the stream ended without its end mark'), true);
    }
    this.answered();
    this.over = true;
    if (rest && rest.length > 0) this.i.res.write(rest);
    if (!this.i.res.writableEnded) this.i.res.end();
    this.settle({ kind: 'over', end: this.soFar('ok', null) });
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.over) return;
    if (this.claimed) return this.died(error);
    this.over = true;
    this.settle({ kind: 'unreached', error });
  }

  /** The end of an answer whose length is known. A short one goes out as one text with its head: half the cost of two buffers. */
  private last(out: string | Buffer): void {
    const { res } = this.i;
    if (typeof out !== 'string' && out.length <= ONE_WRITE) res.end(out.toString('latin1'), 'latin1');
    else res.end(out);
  }
  /** The frames of one read of the upstream's socket go out in one write: nothing waits, and a stream costs half as much. */
  private gather(): void {
    if (this.gathering) return;
    this.gathering = true;
    this.i.res.cork();
    process.nextTick(() => this.release());
  }
  private release(): void {
    if (!this.gathering) return;
    this.gathering = false;
    this.i.res.uncork();
  }

  /** Error answers and answers to be translated are taken whole, up to a bound. */
  private keep(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.firstByteMs ??= performance.now() - this.i.startedAt;
    this.wholeSize += chunk.length;
    this.whole?.push(chunk);
    if (this.wholeSize <= (this.claimed ? MAX_TRANSLATED : MAX_ERROR_BODY)) return;
    if (this.claimed) this.died(new Error('the answer is too large to be translated'));
    else this.complete(Buffer.concat(this.whole ?? []));
    controller.abort(new Error('too large'));
  }
  private complete(body: Buffer): void {
    const { translation, res } = this.i;
    if (!this.claimed || !translation) {
      this.over = true;
      this.settle({ kind: 'failed', status: this.status ?? 0, headers: this.headers, body });
      return;
    }
    this.tap?.push(body);
    let text: string;
    try {
      text = translation.answer(body);
      // a provider without streams answers in one piece; who asked for a stream still gets one
      if (this.i.stream) text = wholeAsStream(this.i.operation === 'message' ? 'message' : 'chat', text, this.i.callerBody());
    } catch (e) {
      this.died(e instanceof Error ? e : new Error(String(e)));
      return;
    }
    this.answered();
    this.over = true;
    const out = answerHeaders(this.headers);
    out['content-type'] = this.i.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
    out['content-length'] = String(Buffer.byteLength(text));
    res.writeHead(200, Object.assign(out, this.i.explain()));
    res.end(text);
    this.settle({ kind: 'over', end: this.soFar('ok', null) });
  }

  /** The upstream died in the middle of its answer: an error, and not an end. */
  private died(error: Error, told = false): void {
    const complete = this.finished;
    this.close('truncated', `the upstream broke off: ${error.message}`);
    const { res } = this.i;
    const message = 'The model broke off in the middle of its answer.';
    const failure = { status: 502, type: 'upstream_error', code: 'upstream_broke_off', message, param: null } as const;
    if (!res.headersSent) {
      // nothing of the answer has gone out: it can still be a proper error
      const text = Buffer.from(errorBodyFor(dialectOf(this.i.operation), failure));
      res.writeHead(502, { 'content-type': 'application/json', 'content-length': String(text.length), ...this.i.explain() });
      res.end(text);
      return;
    }
    this.release();
    if (!this.sse || complete) {
      res.destroy();
      return;
    }
    const boundary = this.translated !== undefined || (this.filter ?? this.tap)?.atBoundary !== false;
    if (!told) res.write(`${boundary ? '' : '\n\n'}${errorEventFor(dialectOf(this.i.operation), failure)}`);
    // no last chunk: what the client has is the error event and a connection that ends early
    res.socket?.setTimeout(FLUSH_MS, () => res.destroy());
    res.socket?.destroySoon();
  }
  private breakOff(status: 'aborted', error: string): void {
    if (this.over) return;
    this.close(status, error);
    this.i.res.destroy();
    this.controller?.abort(new Error('client gone'));
  }
  private close(status: 'aborted' | 'truncated', error: string): void {
    this.over = true;
    const end = this.soFar(status, error);
    this.finish(end);
    this.settle({ kind: 'over', end });
  }
  private answered(): void {
    this.finish(this.soFar('ok', null));
  }
  private finish(end: AnswerEnd): void {
    if (this.finished) return;
    this.finished = true;
    this.i.finish(end);
  }
  private soFar(status: AnswerEnd['status'], error: string | null): AnswerEnd {
    const used = this.tap?.usage(this.i.estimate);
    return {
      status,
      error,
      httpStatus: this.status,
      tokens: used?.tokens ?? NO_TOKENS,
      usageSource: used?.source ?? null,
      finishReason: this.tap?.finishReason ?? null,
      firstByteMs: this.firstByteMs,
    };
  }
}
