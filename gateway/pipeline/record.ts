import { costOf } from '#core/cost/price.js';
import type { Operation } from '#adapters/providers/provider.js';
import type { UsageAttempt, UsageEvent } from '#core/metric/schema.js';
import { NO_TOKENS, type Tokens, totalTokens } from '#core/metric/tokens.js';
import type { JournalEvent } from '../journal/line.js';
import type { CallPrice } from './pricing.js';
import { isoTime } from './iso-time.js';
import type { Deps } from './deps.js';
import type { Caller } from './identify.js';
import type { LostBound } from './lost-bound.js';
import type { AnswerEnd } from './outcome.js';
import type { Target } from './targets.js';
import type { OneTrace } from './traces.js';

/** What is known of a call before it is tried. */
export interface CallFacts {
  id: string;
  caller: Caller;
  operation: Operation;
  stream: boolean;
  policy: string | null;
  user: string | null;
  trace: OneTrace | null;
  /** `/v1/chat/completions` */
  path: string;
  /** performance clock at the start of the call */
  startedAt: number;
}
/** How a call ended, as far as the event tells it. */
export type CallEnd = Omit<AnswerEnd, 'status'> & {
  status: UsageEvent['status'];
  overheadMs: number | null;
  routeReason: string | null;
  /** the price that was in force at the call; null when it never came to an upstream */
  price: CallPrice | null;
  /** the upstream may have carried the call out, and charged for it */
  unknownCharge?: boolean;
};
/** An end without an answer: nothing was used. */
export const UNANSWERED = {
  tokens: NO_TOKENS,
  usageSource: null,
  finishReason: null,
  firstByteMs: null,
  price: null,
} as const;
const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The one event of a call: a journal line before the first upstream is called, another before the answer ends. */
export class CallRecord {
  readonly tries: UsageAttempt[] = [];
  /** known once the call has ended; null when nobody said */
  totalTokens: number | null = null;
  outputTokens: number | null = null;
  /** an upstream's answer had begun: before that no token was used */
  answered = false;
  target: Target;
  private readonly deps: Deps;
  private readonly facts: CallFacts;
  private readonly at: string;
  private ended = false;

  constructor(deps: Deps, facts: CallFacts, target: Target) {
    this.deps = deps;
    this.facts = facts;
    this.target = target;
    this.at = isoTime(Date.now());
  }
  get id(): string {
    return this.facts.id;
  }
  /** @param bound becomes the event's cost when the call is lost. Throws `JournalRefused`. */
  start(bound: LostBound): void {
    const event = this.event();
    event.cost = bound.cost;
    event.priceVersion = bound.priceVersion;
    event.usageSource = bound.usageSource;
    this.deps.journal.start(event);
  }
  /** The target that is tried now; the last one stands in the event. */
  goesTo(target: Target): void {
    this.target = target;
  }
  /** The first end counts; later ones are of an answer that was complete already. */
  end(e: CallEnd): void {
    if (this.ended) return;
    this.ended = true;
    const { tokens } = e;
    this.answered = e.usageSource !== null || e.firstByteMs !== null;
    this.totalTokens = totalTokens(tokens);
    this.outputTokens = tokens.outputTokens === null ? null : tokens.outputTokens + (tokens.reasoningTokens ?? 0);
    const event = this.event();
    // member by member: on Node 20 a spread of as many members costs 50 µs, more than all the rest of a call's record
    event.inputTokens = tokens.inputTokens;
    event.cacheReadTokens = tokens.cacheReadTokens;
    event.cacheWrite5mTokens = tokens.cacheWrite5mTokens;
    event.cacheWrite1hTokens = tokens.cacheWrite1hTokens;
    event.outputTokens = tokens.outputTokens;
    event.reasoningTokens = tokens.reasoningTokens;
    event.inputAudioTokens = tokens.inputAudioTokens;
    event.outputAudioTokens = tokens.outputAudioTokens;
    event.imageTokens = tokens.imageTokens;
    const { cost, priceVersion } = costFor(e, tokens);
    event.cost = cost;
    event.priceVersion = priceVersion;
    event.usageSource = e.usageSource;
    event.status = e.status;
    event.httpStatus = e.httpStatus;
    event.error = e.error;
    event.finishReason = e.finishReason;
    event.latencyMs = round(performance.now() - this.facts.startedAt);
    event.firstByteMs = e.firstByteMs === null ? null : round(e.firstByteMs);
    event.overheadMs = e.overheadMs === null ? null : round(e.overheadMs);
    event.attempts = this.tries.length;
    event.tries = this.tries;
    event.routeReason = e.routeReason;
    this.deps.journal.end(event);
    this.deps.observe(event, this.facts);
  }

  /** All that is known before the end; the rest is null, written out because this runs twice a call. */
  private event(): JournalEvent {
    const { route } = this.target.live;
    const { revision } = this.target;
    const { facts } = this;
    const { caller } = facts;
    const { said } = caller;
    return {
      id: facts.id,
      at: this.at,
      tenant: route.tenant,
      scope: route.scope,
      environment: route.environment,
      deployment: route.name,
      policy: facts.policy,
      revision: revision.digest,
      modelId: revision.modelId,
      modelVersion: revision.modelVersion,
      provider: revision.provider,
      connection: revision.connection,
      key: caller.key,
      user: facts.user,
      operation: facts.operation,
      stream: facts.stream,
      purpose: caller.purpose,
      status: 'lost',
      httpStatus: null,
      error: null,
      finishReason: null,
      inputTokens: null,
      cacheReadTokens: null,
      cacheWrite5mTokens: null,
      cacheWrite1hTokens: null,
      outputTokens: null,
      reasoningTokens: null,
      inputAudioTokens: null,
      outputAudioTokens: null,
      imageTokens: null,
      usageSource: null,
      cost: null,
      priceVersion: null,
      latencyMs: null,
      firstByteMs: null,
      overheadMs: null,
      attempts: 0,
      tries: [],
      routeReason: null,
      workflow: said.workflow,
      run: said.run,
      node: said.node,
      trace: facts.trace?.traceId ?? null,
    };
  }
}

/** A refused call costs nothing; what nobody knows is null: no price, no usage, or no word whether it was carried out. */
function costFor(e: CallEnd, tokens: Readonly<Tokens>): Pick<UsageEvent, 'cost' | 'priceVersion'> {
  if (e.status === 'limited' || e.status === 'refused') return { cost: 0, priceVersion: null };
  if (e.httpStatus === null || e.unknownCharge) return { cost: null, priceVersion: null };
  if (e.httpStatus >= 300 || !e.price || e.price.kind === 'free') return { cost: 0, priceVersion: null };
  if (e.price.kind === 'unpriced') return { cost: null, priceVersion: null };
  if (e.price.kind === 'flat') return { cost: e.price.nano, priceVersion: 'flat' };
  return { cost: costOf(tokens, e.price.price), priceVersion: e.price.price.version };
}
