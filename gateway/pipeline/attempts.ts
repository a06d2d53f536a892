import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { classify, type FailureKind } from '#core/routing/breaker.js';
import { retryAfterMs, waitBefore } from '#core/routing/retry.js';
import type { RetryRules } from '#core/routing/schema.js';
import { dialectOf, upstreamErrorFor } from '../dialects/errors.js';
import { answerHeaders, upstreamHeaders } from '../http/headers.js';
import { Refusal } from '../http/refusal.js';
import { errorText } from '../log.js';
import type { Deps } from './deps.js';
import type { Overhead } from './overhead.js';
import type { ParsedCall } from './parse.js';
import { priceOf } from './pricing.js';
import type { Choice } from './plan.js';
import { type CallFacts, type CallRecord, UNANSWERED } from './record.js';
import { type AnswerEnd, type Outcome, Relay } from './relay.js';
import { upstreamRequest, type UpstreamRequest } from './request.js';
import { type Address, addressesOf } from './targets.js';
import type { AttemptLimits } from './limits.js';

/** a connection that was there and ended before an answer: most often an idle one that the server had just closed */
const RESET = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

export interface AttemptsInput {
  deps: Deps;
  req: IncomingMessage;
  res: ServerResponse;
  facts: CallFacts;
  parsed: ParsedCall;
  record: CallRecord;
  /** in the order to try them */
  choices: readonly Choice[];
  retry: RetryRules;
  /** performance clock; Infinity when nobody set one */
  deadline: number;
  hedgeAfterMs: number | undefined;
  limits: AttemptLimits;
  overhead: Overhead;
}
type Failed = Extract<Outcome, { kind: 'failed' | 'unreached' }>;
/** `refused`: by us, before the upstream was called: a limit, or an open breaker. */
type Tried = Outcome | { kind: 'refused'; refusal: Refusal };
class OutOfTime extends Error {}

/** Tries addresses one after another (two side by side when hedged) until one answers. Throws a `Refusal` before the first byte. */
export class Attempts {
  private readonly i: AttemptsInput;
  private readonly relays = new Set<Relay>();
  private answeredBy: Relay | undefined;
  private attempt = 0;
  private gone: boolean;
  private timer: NodeJS.Timeout | undefined;
  private reason = '';
  private last: { address: Address; failed: Failed } | undefined;
  private refusal: Refusal | undefined;

  constructor(input: AttemptsInput) {
    this.i = input;
    this.gone = input.res.destroyed;
  }
  get routeReason(): string {
    return this.reason;
  }
  get attempts(): number {
    return this.attempt;
  }

  async run(): Promise<void> {
    const { res, deadline } = this.i;
    res.once('close', () => {
      if (res.writableFinished) return;
      this.gone = true;
      for (const relay of this.relays) relay.clientGone();
    });
    if (deadline !== Number.POSITIVE_INFINITY)
      this.timer = setTimeout(() => {
        for (const relay of this.relays) relay.cancel(new OutOfTime());
      }, deadline - performance.now());
    try {
      await this.tryAll();
    } finally {
      clearTimeout(this.timer);
    }
  }

  private async tryAll(): Promise<void> {
    const again: { address: Address; notBefore: number }[] = [];
    const queue = this.addresses();
    for (;;) {
      if (this.gone) return this.leave();
      const next = this.attempt < this.i.retry.maxAttempts ? queue.next() : undefined;
      let address = next?.done ? undefined : next?.value;
      if (!address) {
        const repeat = again.shift();
        if (!repeat || this.attempt >= this.i.retry.maxAttempts || !(await this.waitFor(repeat.notBefore))) break;
        if (this.gone) return this.leave();
        ({ address } = repeat);
      }
      const tried = await this.hedged(address, queue);
      if (tried.kind === 'over') return;
      if (tried.kind === 'late') continue;
      const fate = this.judge(address, tried);
      if (fate === 'final') break;
      if (fate !== 'elsewhere') again.push({ address, notBefore: fate });
    }
    this.giveUp();
  }

  /** Addresses of the choices, each target's made when its turn has come. A target that cannot be called is passed over. */
  private *addresses(): Generator<Address, undefined> {
    const { deps, choices, facts } = this.i;
    for (const choice of choices) {
      let found: Address[];
      try {
        found = addressesOf(deps, choice.target, facts.operation);
      } catch (e) {
        if (!(e instanceof Refusal)) throw e;
        this.refusal ??= e;
        continue;
      }
      this.reason = choice.reason();
      yield* found;
    }
    return undefined;
  }

  /** One address; when it is silent for `hedgeAfterMs`, the next one beside it. The first answer wins. */
  private async hedged(address: Address, queue: Generator<Address, undefined>): Promise<Tried> {
    const { hedgeAfterMs, retry } = this.i;
    const first = this.once(address);
    if (hedgeAfterMs === undefined) return first;
    const silent = Symbol();
    const early = await Promise.race([first, sleep(hedgeAfterMs, silent, { ref: false })]);
    if (early !== silent) return early as Tried;
    if (this.answeredBy || this.attempt >= retry.maxAttempts) return first;
    const other = queue.next();
    if (other.done) return first;
    const second = this.once(other.value);
    const [a, b] = await Promise.all([first, second]);
    if (a.kind === 'over') return a;
    if (b.kind === 'over') return b;
    if (a.kind === 'late') return b;
    if (b.kind !== 'late') this.judge(other.value, b);
    return a;
  }

  private async once(to: Address): Promise<Tried> {
    const { deps, facts, limits, overhead, record } = this.i;
    const health = deps.health.of(to.health);
    const wait = health.admit(Date.now());
    if (wait > 0) return { kind: 'refused', refusal: broken(to, wait) };
    const grant = await limits.reserve(to.target);
    if (grant instanceof Refusal) {
      health.passed();
      return { kind: 'refused', refusal: grant };
    }
    let sent: UpstreamRequest;
    try {
      sent = upstreamRequest(to, this.i.parsed, facts.operation);
      if (this.attempt === 0) record.start();
    } catch (e) {
      grant.release();
      health.passed();
      throw e;
    }
    this.attempt++;
    record.goesTo(to.target);
    const sentAt = performance.now();
    overhead.sent(sentAt);
    const relay = this.relay(to, sent, sentAt);
    this.relays.add(relay);
    deps.inflight.enter(to.origin);
    let answered: AnswerEnd | undefined;
    try {
      const headers = upstreamHeaders(this.i.req.headers, to.headers, facts.id, deps.traces.header(facts.trace, this.attempt));
      deps.pools.get(to.origin).dispatch({ path: to.path, method: 'POST', headers, body: sent.body }, relay);
      const outcome = await relay.outcome;
      overhead.back(performance.now());
      if (outcome.kind === 'over') answered = outcome.end;
      else this.note(to, sentAt, outcome);
      if (answered && answered.status !== 'aborted') health.ended(answered.status === 'ok', performance.now() - sentAt, Date.now());
      else if (answered || outcome.kind === 'late') health.passed();
      return outcome;
    } finally {
      grant.settle(answered ? record.totalTokens : 0);
      this.relays.delete(relay);
      deps.inflight.leave(to.origin);
    }
  }

  private relay(to: Address, sent: UpstreamRequest, sentAt: number): Relay {
    const { deps, facts, parsed, limits, overhead, record, res } = this.i;
    const price = priceOf(deps, to.target, facts.operation);
    const relay: Relay = new Relay({
      ...{ res, startedAt: facts.startedAt, operation: facts.operation, stream: parsed.stream },
      upstreamOperation: sent.translation?.operation ?? facts.operation,
      translation: sent.translation,
      hideUsage: sent.asksForUsage,
      claim: () => {
        this.answeredBy ??= relay;
        if (this.answeredBy !== relay) return false;
        for (const other of this.relays) if (other !== relay) other.cancel(new Error('another attempt was faster'));
        return true;
      },
      explain: () => Object.assign(this.explain(to), limits.headers()),
      finish: (end) => {
        this.note(to, sentAt, { kind: 'over', end });
        record.end({ ...end, overheadMs: overhead.ms, routeReason: this.reason, price });
      },
    });
    return relay;
  }

  /** What a failure means for its address: a time from which it may be tried again, `elsewhere` only, or `final`. */
  private judge(to: Address, tried: Failed | Extract<Tried, { kind: 'refused' }>): number | 'elsewhere' | 'final' {
    if (tried.kind === 'refused') {
      this.refusal ??= tried.refusal;
      return 'elsewhere';
    }
    const { deps, facts, retry } = this.i;
    this.last = { address: to, failed: tried };
    const now = Date.now();
    const after = tried.kind === 'failed' ? retryAfterMs(tried.headers['retry-after'], now) : undefined;
    const kind: FailureKind = tried.kind === 'failed' ? classify(tried.status, tried.body.toString('utf8', 0, 4096)) : 'transient';
    deps.health.of(to.health).failed(kind, now, after);
    if (kind === 'caller') return 'final';
    deps.log('warn', 'an upstream did not answer', {
      ...{ call: facts.id, upstream: to.origin, attempt: this.attempt, kind, reason: reasonOf(tried) },
    });
    // who may have carried the call out, and charged for it, is not asked again
    if (to.provider.errorIsUnknown && (tried.kind === 'failed' ? tried.status >= 500 : sentAtAll(tried.error))) return 'final';
    if (tried.kind === 'unreached') {
      if (outOfTime(tried.error)) return 'final';
      return RESET.has(codeOf(tried.error)) && this.attempt === 1 ? performance.now() : 'elsewhere';
    }
    if (kind === 'quota' || kind === 'credential') return 'elsewhere';
    const wait = waitBefore(this.attempt, retry, after, Math.random());
    return wait === undefined ? 'elsewhere' : performance.now() + wait;
  }

  private async waitFor(time: number): Promise<boolean> {
    const ms = time - performance.now();
    if (time >= this.i.deadline) return false;
    if (ms > 0) {
      this.i.overhead.waits(ms);
      await sleep(ms);
    }
    return true;
  }

  /** Nobody answered: the last error answer is the caller's, in its own dialect. */
  private giveUp(): void {
    if (!this.last) throw this.refusal ?? new Refusal(502, 'upstream_error', 'upstream_unreachable', 'The model has no address at the moment.');
    const { address, failed } = this.last;
    if (failed.kind === 'unreached') {
      if (outOfTime(failed.error))
        throw new Refusal(504, 'upstream_error', 'upstream_timeout', 'The model did not answer in time.');
      throw new Refusal(
        502,
        'upstream_error',
        'upstream_unreachable',
        `The model cannot be reached: ${codeOf(failed.error) || failed.error.message}.`,
      );
    }
    const { res, facts, record, overhead } = this.i;
    record.end({
      ...UNANSWERED,
      status: 'error',
      httpStatus: failed.status,
      error: `the upstream answered ${failed.status}`,
      overheadMs: overhead.ms,
      routeReason: this.reason,
    });
    const native = address.translator === 'native' && failed.status < 600 && failed.status >= 400;
    const out = Object.assign(answerHeaders(failed.headers), this.explain(address));
    const body = native ? failed.body : Buffer.from(upstreamErrorFor(dialectOf(facts.operation), failed.status, failed.body));
    if (!native) out['content-type'] = 'application/json';
    out['content-length'] = String(body.length);
    res.writeHead(failed.status >= 400 ? failed.status : 502, out);
    res.end(body);
  }

  private leave(): void {
    this.i.record.end({
      ...UNANSWERED,
      status: 'aborted',
      httpStatus: null,
      error: 'the client went away',
      overheadMs: this.i.overhead.ms,
      routeReason: this.reason,
    });
  }

  private note({ target, connection }: Address, sentAt: number, outcome: Outcome): void {
    const { startedAt } = this.i.facts;
    const end = outcome.kind === 'over' ? outcome.end : undefined;
    this.i.record.tries.push({
      deployment: target.live.route.name,
      revision: target.revision.digest,
      provider: target.revision.provider,
      connection,
      startedMs: Math.round((sentAt - startedAt) * 1000) / 1000,
      durationMs: Math.round((performance.now() - sentAt) * 1000) / 1000,
      outcome: end ? (end.status === 'aborted' ? 'aborted' : 'answered') : outcome.kind === 'late' ? 'hedged' : 'failed',
      httpStatus: end ? end.httpStatus : outcome.kind === 'failed' ? outcome.status : null,
      error: end ? end.error : outcome.kind === 'late' ? null : reasonOf(outcome as Failed),
    });
  }

  /** What was chosen and why, and how long the hub took for it. */
  explain(to: Address): Record<string, string> {
    const { revision, live } = to.target;
    return {
      'x-modelhub-request-id': this.i.facts.id,
      'x-modelhub-deployment': live.route.name,
      'x-modelhub-revision': revision.digest,
      'x-modelhub-provider': revision.provider,
      'x-modelhub-model': revision.modelId,
      'x-modelhub-attempts': String(this.attempt),
      'x-modelhub-route-reason': this.reason,
      'x-modelhub-overhead-ms': this.i.overhead.ms.toFixed(3),
    };
  }
}

const broken = (to: Address, waitMs: number): Refusal =>
  new Refusal(
    503,
    'upstream_error',
    'breaker_open',
    `"${to.target.live.route.name}" has failed too often just now and is left alone for ${Math.ceil(waitMs / 1000)} s.`,
    { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } },
  );
const reasonOf = (f: Failed): string => (f.kind === 'failed' ? `the upstream answered ${f.status}` : errorText(f.error));
const outOfTime = (e: Error): boolean => e instanceof OutOfTime || TIMED_OUT.has(codeOf(e));
/** a connection that could not be made has carried nothing */
const sentAtAll = (e: Error): boolean => !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(e));

/** undici's and Node's errors name themselves by a code. */
function codeOf(e: Error): string {
  const { code } = e as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
