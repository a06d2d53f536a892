import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { tokenEstimate } from '#core/cost/bound.js';
import { started } from '#core/routing/health.js';
import { waitBeforeNext } from '#core/routing/retry.js';
import type { RetryRules } from '#core/routing/schema.js';
import { dialectOf } from '../dialects/errors.js';
import { upstreamHeaders } from '../http/headers.js';
import { Refusal } from '../http/refusal.js';
import { limitIn } from '../health/limit-headers.js';
import { revisionKey } from '../memory/inflight.js';
import { chosenHeaders } from './chosen-headers.js';
import type { Deps } from './deps.js';
import { brokenOff, type Failed, fateOf, noAddress, OutOfTime, reasonOf, unreachable } from './fate.js';
import { sendLastError } from './last-error.js';
import { learn } from './learn.js';
import type { AttemptGrant, CallLimits } from './limits.js';
import { type LostBound, lostBound } from './lost-bound.js';
import type { Overhead } from './overhead.js';
import type { ParsedCall } from './parse.js';
import type { Choice } from './plan.js';
import { priceOf } from './pricing.js';
import { type CallFacts, type CallRecord, UNANSWERED } from './record.js';
import type { Outcome } from './outcome.js';
import { Relay } from './relay.js';
import { upstreamRequest, type UpstreamRequest } from './request.js';
import { type Address, addressesOf } from './targets.js';
import { tryOf } from './try-of.js';

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
  limits: CallLimits;
  overhead: Overhead;
}
/** `refused`: by us, before the upstream was called: a limit, or an open breaker. */
type Tried = Outcome | { kind: 'refused'; refusal: Refusal };

/** Tries addresses one after another (two side by side when hedged) until one answers. Throws a `Refusal` before the first byte. */
export class Attempts {
  private readonly i: AttemptsInput;
  private readonly relays = new Map<Relay, { to: Address; sentAt: number }>();
  private readonly reasons = new Map<Address, string>();
  private answeredBy: Relay | undefined;
  private attempt = 0;
  private gone = false;
  private timeIsUp = false;
  private latest: Address | undefined;
  private last: { address: Address; failed: Failed } | undefined;
  private refusal: Refusal | undefined;
  /** why the address that is tried now, or has answered, stands where it stands */
  routeReason = '';

  constructor(input: AttemptsInput) {
    this.i = input;
  }

  async run(): Promise<void> {
    const { res, deadline } = this.i;
    this.gone = res.destroyed; // perhaps while its limits were asked
    res.once('close', () => {
      if (res.writableFinished) return;
      this.gone = true;
      for (const relay of this.relays.keys()) relay.clientGone();
    });
    const timer =
      deadline === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => {
            this.timeIsUp = true;
            for (const relay of this.relays.keys()) relay.cancel(new OutOfTime());
          }, deadline - performance.now());
    try {
      await this.tryAll();
    } finally {
      clearTimeout(timer);
    }
  }

  private async tryAll(): Promise<void> {
    const { retry, deadline } = this.i;
    const again: { address: Address; retryAfterMs: number | undefined }[] = [];
    const queue = this.addresses();
    while (!this.gone) {
      const next = this.attempt < retry.maxAttempts ? queue.next() : undefined;
      let address = next?.done ? undefined : next?.value;
      if (!address) {
        const repeat = again.shift();
        const rest = { remainingMs: deadline - performance.now(), random: Math.random() };
        const asked = repeat?.retryAfterMs === undefined ? {} : { retryAfterMs: repeat.retryAfterMs };
        const wait = repeat && waitBeforeNext({ rules: retry, tries: this.attempt, untried: false, ...asked, ...rest });
        if (!repeat || wait === null || wait === undefined || wait > retry.maxMs * 2) break;
        await this.pause(wait);
        if (this.gone) break;
        ({ address } = repeat);
      }
      const tried = await this.hedged(address, queue);
      if (tried.kind === 'over') return;
      if (tried.kind === 'late') continue;
      const fate = this.judge(address, tried);
      if (fate.next === 'final') break;
      if (fate.next === 'now') again.unshift({ address, retryAfterMs: undefined });
      if (fate.next === 'later') again.push({ address, retryAfterMs: fate.retryAfterMs });
    }
    if (this.gone) this.leave();
    else this.giveUp();
  }

  /** Addresses of the choices, each target's made when its turn has come. A target that cannot be called is passed over. */
  private *addresses(): Generator<Address, undefined> {
    for (const choice of this.i.choices) {
      let found: Address[];
      try {
        found = addressesOf(this.i.deps, choice.target, this.i.facts.operation);
      } catch (e) {
        if (!(e instanceof Refusal)) throw e;
        this.refusal ??= e;
        continue;
      }
      const reason = choice.reason();
      for (const address of found) this.reasons.set(address, reason);
      yield* found;
    }
    return undefined;
  }

  /** One address; when it is silent for `hedgeAfterMs`, the next one beside it. The first answer wins. */
  private async hedged(address: Address, queue: Generator<Address, undefined>): Promise<Tried> {
    const { hedgeAfterMs, retry } = this.i;
    const first = this.once(address);
    if (hedgeAfterMs === undefined) return first;
    const timer = new AbortController();
    const silence = sleep(hedgeAfterMs, 'silent' as const, { ref: false, signal: timer.signal }).catch(() => first);
    const early = await Promise.race([first, silence]);
    timer.abort(); // an answer that came early leaves no timer behind
    if (early !== 'silent') return early;
    if (this.answeredBy || this.attempt >= retry.maxAttempts) return first;
    const other = queue.next();
    if (other.done) return first;
    const [a, b] = await Promise.all([first, this.once(other.value)]);
    if (a.kind === 'over') return a;
    if (b.kind === 'over') return b;
    if (b.kind !== 'late') this.judge(other.value, b);
    return a;
  }

  private async once(to: Address): Promise<Tried> {
    const { deps, facts, limits, overhead, record } = this.i;
    const { tenant } = to.target.live.route;
    const seen = deps.health.of(to.health, to.connection === null ? undefined : deps.memory.connection(tenant, to.connection));
    const ticket = seen.breaker.admit(Date.now());
    if (ticket === null) {
      const waitMs = seen.breaker.retryAfterMs(Date.now());
      return { kind: 'refused', refusal: brokenOff(to, seen.breaker.openedBy, waitMs) };
    }
    const reserved = limits.reserve(to.target);
    const grant = reserved instanceof Promise ? await reserved : reserved;
    if (grant instanceof Refusal) {
      seen.breaker.onRelease(ticket);
      return { kind: 'refused', refusal: grant };
    }
    const tooLate = performance.now() >= this.i.deadline;
    if (tooLate || this.answeredBy || this.gone) {
      grant.release();
      seen.breaker.onRelease(ticket);
      return tooLate ? { kind: 'unreached', error: new OutOfTime() } : { kind: 'late' };
    }
    let sent: UpstreamRequest;
    try {
      sent = upstreamRequest(to, this.i.parsed, facts.operation);
      if (this.attempt === 0) record.start(this.bound());
    } catch (e) {
      grant.release();
      seen.breaker.onRelease(ticket);
      // this provider cannot be asked such a thing; the next one perhaps can
      if (e instanceof Refusal) return { kind: 'refused', refusal: e };
      throw e;
    }
    this.attempt++;
    this.names(to);
    const slot = revisionKey(to.target.live.key, to.target.revision.digest);
    const at = { sent: performance.now(), clock: Date.now() };
    overhead.sent(at.sent);
    const relay = this.relay(to, sent, at.sent, grant, (headers) => {
      seen.limit = limitIn(headers, at.clock) ?? seen.limit;
      if (ticket === 'probe') seen.breaker.onSuccess(ticket, Date.now()); // a good answer has begun: the others need not wait for its end
    });
    this.relays.set(relay, { to, sentAt: at.sent });
    deps.inflight.enter(to.place.origin);
    deps.inflight.enter(slot);
    started(seen.health, at.clock);
    let outcome: Outcome | undefined;
    try {
      const headers = upstreamHeaders(this.i.req.headers, to.headers, facts.id, facts.trace?.header(this.attempt));
      deps.pools
        .get(to.place.origin, to.connection === null ? 'target' : 'connection')
        .dispatch({ path: to.place.path, method: 'POST', headers, body: sent.body }, relay);
      outcome = await relay.outcome;
      if (outcome.kind !== 'over' && this.relays.has(relay)) record.tries.push(tryOf(to, facts.startedAt, at.sent, outcome));
      return outcome;
    } finally {
      overhead.back(performance.now());
      this.relays.delete(relay);
      deps.inflight.leave(slot);
      deps.inflight.leave(to.place.origin);
      grant.settle({ tokens: 0 }); // what was answered is settled already
      learn(
        {
          to,
          seen,
          ticket,
          facts,
          sent: at.sent,
          clock: at.clock,
          attempt: this.attempt,
          outputTokens: record.outputTokens,
          timeIsUp: this.timeIsUp,
        },
        outcome,
      );
    }
  }

  /** Event and answer speak of this address from now on. */
  private names(to: Address): void {
    this.latest = to;
    this.routeReason = this.reasons.get(to) ?? '';
    this.i.record.goesTo(to.target);
  }

  private bound(): LostBound {
    const { deps, facts, parsed, choices } = this.i;
    return lostBound(
      deps,
      facts.operation,
      parsed,
      choices.map((c) => c.target),
      Date.now(),
    );
  }

  private relay(
    to: Address,
    sent: UpstreamRequest,
    sentAt: number,
    grant: AttemptGrant,
    answers: (headers: IncomingHttpHeaders) => void,
  ): Relay {
    const { deps, facts, parsed, limits, overhead, record, res } = this.i;
    const price = priceOf(deps, to.target, facts.operation, Date.now());
    const relay: Relay = new Relay({
      res,
      startedAt: facts.startedAt,
      operation: facts.operation,
      stream: parsed.stream,
      upstreamOperation: sent.translation?.operation ?? facts.operation,
      translation: sent.translation,
      stuckClientMs: deps.stuckClientMs,
      callerBody: () => JSON.parse(parsed.body.toString()) as Record<string, unknown>,
      hideUsage: sent.asksForUsage,
      estimate: { inputTokens: tokenEstimate(parsed.body.length), outputAtMost: null },
      claim: (headers) => {
        answers(headers);
        this.answeredBy ??= relay;
        if (this.answeredBy !== relay) return false;
        this.names(to);
        for (const [other, { to: left, sentAt: since }] of this.relays) {
          if (other === relay) continue;
          // noted here and now: the event of a short answer is written before the other attempt comes to itself
          record.tries.push(tryOf(left, facts.startedAt, since, { kind: 'late' }));
          this.relays.delete(other);
          other.late();
        }
        return true;
      },
      explain: () => Object.assign(this.said(to), limits.headers()),
      finish: (end) => {
        record.tries.push(tryOf(to, facts.startedAt, sentAt, { kind: 'over', end }));
        record.end({
          status: end.status,
          httpStatus: end.httpStatus,
          error: end.error,
          tokens: end.tokens,
          usageSource: end.usageSource,
          finishReason: end.finishReason,
          firstByteMs: end.firstByteMs,
          overheadMs: overhead.ms,
          routeReason: this.routeReason,
          price,
        });
        // before the client sees the end: its next call finds what this one did not use
        grant.settle({ tokens: end.httpStatus === null ? 0 : record.totalTokens });
        limits.end(record.answered ? record.totalTokens : 0);
      },
    });
    return relay;
  }

  private judge(
    to: Address,
    tried: Failed | Extract<Tried, { kind: 'refused' }>,
  ): Pick<ReturnType<typeof fateOf>, 'next' | 'retryAfterMs'> {
    if (tried.kind === 'refused') {
      this.refusal ??= tried.refusal;
      return { next: 'elsewhere', retryAfterMs: undefined };
    }
    this.last = { address: to, failed: tried };
    const fate = fateOf(to, tried, this.attempt, Date.now());
    if (fate.fault !== 'caller')
      this.i.deps.log('warn', 'an upstream did not answer', {
        ...{ call: this.i.facts.id, upstream: to.place.origin, attempt: this.attempt, fault: fate.fault, reason: reasonOf(tried) },
      });
    return fate;
  }

  private async pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    // timers may fire a millisecond before the clock by which the breaker opens again
    const whole = Math.ceil(ms) + 2;
    this.i.overhead.waits(whole);
    await sleep(whole);
  }

  /** Nobody answered: the last error answer is the caller's, in its own dialect. */
  private giveUp(): void {
    if (!this.last) throw this.refusal ?? noAddress();
    const { address, failed } = this.last;
    if (failed.kind === 'unreached') throw unreachable(failed.error);
    const { res, facts, record, overhead } = this.i;
    this.names(address);
    const status = failed.status >= 400 ? failed.status : 502;
    record.end({
      ...UNANSWERED,
      status: 'error',
      httpStatus: status,
      error: reasonOf(failed),
      unknownCharge: address.provider.errorIsUnknown === true && status >= 500,
      overheadMs: overhead.ms,
      routeReason: this.routeReason,
    });
    sendLastError(res, dialectOf(facts.operation), address, failed, status, this.said(address));
  }

  private leave(): void {
    const { record, overhead } = this.i;
    const error = 'the client went away';
    record.end({ ...UNANSWERED, status: 'aborted', httpStatus: null, error, overheadMs: overhead.ms, routeReason: this.routeReason });
  }

  /** What was chosen and why, and how long the hub took for it. */
  said(to: Address | undefined = this.latest): Record<string, string> {
    const { facts, record, overhead } = this.i;
    return chosenHeaders(facts.id, to?.target ?? record.target, this.attempt, this.routeReason, overhead.ms);
  }
}
