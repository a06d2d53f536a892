import { TYPICAL_OUTPUT_TOKENS } from './needs.js';

/**
 * What one gateway has seen of one candidate (provider connection and model). Changed in place, so that a call allocates
 * nothing. Times are milliseconds of one clock, which every function takes as `now`.
 *
 * Latency of a language model grows with the length of its answer. So that who got the long answers does not look slow, time to
 * the first token and time per further token are kept apart, and what is compared and shown is the time for one usual answer. Means
 * are of times and of tokens, never of their ratios, in which short answers would drown the long ones.
 */
export interface Health {
  answers: number;
  /** how many answers the means rest on, older ones counting less */
  weight: number;
  /** ms to the first token, ms from there to the end, and tokens; means that decay with MEAN_TAU_MS */
  firstMs: number;
  restMs: number;
  tokens: number;
  /**
   * Peak-EWMA (Finagle, "Aperture load balancers") of how many times longer an answer took than the means foretold: rises at once to
   * the worst, decays towards the present with PEAK_TAU_MS.
   */
  peak: number;
  /** share of failed calls as of `seenAt` */
  errors: number;
  /** last outcome of any kind; null: none yet */
  seenAt: number | null;
  inflight: number;
  /** sum of the starts of those in flight: their mean age without a list */
  startedSum: number;
}

/** where the first token's time is not known (no stream), it is taken to last as long as so many tokens: 500 ms at 16 ms a token */
const START_TOKENS = 32;
const MEAN_TAU_MS = 30_000;
const PEAK_TAU_MS = 5_000;
/** a peak speaks when an answer took this many times what was foretold: below, it is the scatter of single answers */
const PEAK_SLACK = 3;
const ERROR_TAU_MS = 30_000;
const LEAST_PAST = 3;
/** what one failure may change after a long silence */
const LARGEST_STEP = 0.3;
/** calls that wait longer than usual speak before they end, when there are so many of them */
const WAITING_MIN = 3;

export const newHealth = (): Health => ({
  answers: 0,
  weight: 0,
  firstMs: 0,
  restMs: 0,
  tokens: 0,
  peak: 1,
  errors: 0,
  seenAt: null,
  inflight: 0,
  startedSum: 0,
});

export function started(h: Health, now: number): void {
  h.inflight++;
  h.startedSum += now;
}

/** A call that gave no verdict on the candidate: the caller went away, or its request was at fault. */
export function abandoned(h: Health, startedAt: number): void {
  h.inflight--;
  h.startedSum = h.inflight === 0 ? 0 : h.startedSum - startedAt;
}

/** A whole answer. `firstAt`: when its first token came, null unless streamed. `outputTokens` null: not told; taken as typical. */
export function answered(h: Health, now: number, startedAt: number, firstAt: number | null, outputTokens: number | null): void {
  const since = silence(h, now);
  outcome(h, now, since, startedAt, false);
  const ms = now - startedAt;
  const tokens = outputTokens ?? TYPICAL_OUTPUT_TOKENS;
  const firstMs = firstAt === null ? (ms * START_TOKENS) / (START_TOKENS + tokens) : firstAt - startedAt;
  const foretold = timeFor(h, tokens);
  const slowness = h.answers === 0 || foretold <= 0 ? 1 : ms / foretold;
  const kept = Math.exp(-since / PEAK_TAU_MS);
  h.peak = Math.max(slowness, h.peak * kept + slowness * (1 - kept));
  // after a silence the past keeps the weight of a few answers: one alone scatters too much to stand for the present
  h.weight = Math.max(h.weight * Math.exp(-since / MEAN_TAU_MS), Math.min(h.answers, LEAST_PAST)) + 1;
  const step = 1 / h.weight;
  h.firstMs += (firstMs - h.firstMs) * step;
  h.restMs += (ms - firstMs - h.restMs) * step;
  h.tokens += (tokens - h.tokens) * step;
  h.answers++;
}

const silence = (h: Health, now: number): number => (h.seenAt === null ? Number.POSITIVE_INFINITY : Math.max(0, now - h.seenAt));
const timeFor = (h: Health, tokens: number): number => h.firstMs + (h.tokens > 0 ? (h.restMs / h.tokens) * tokens : 0);

/** No answer: refused, broken off, or not in time. Not for a rate limit, which says nothing of its health: that is `abandoned`. */
export function failed(h: Health, now: number, startedAt: number): void {
  outcome(h, now, silence(h, now), startedAt, true);
}

function outcome(h: Health, now: number, since: number, startedAt: number, isFailure: boolean): void {
  abandoned(h, startedAt);
  const kept = Math.exp(-since / ERROR_TAU_MS);
  h.errors *= kept;
  if (isFailure) h.errors += Math.min(LARGEST_STEP, 1 - kept) * (1 - h.errors);
  h.seenAt = now;
}

/** Share of failed calls, 0 … 1; what was long ago is forgotten, so that a candidate is tried again. */
export const errorRate = (h: Health, now: number): number =>
  h.seenAt === null ? 0 : h.errors * Math.exp(-Math.max(0, now - h.seenAt) / ERROR_TAU_MS);

/**
 * Length of a usual answer, tokens: the mean of what these candidates gave, each as heavy as its answers up to 100; null before
 * the first. The caller prices all candidates of one choice with it.
 */
export function usualOutput(all: readonly Health[]): number | null {
  let tokens = 0;
  let answers = 0;
  for (const h of all) {
    const n = Math.min(h.answers, 100);
    tokens += n * h.tokens;
    answers += n;
  }
  return answers === 0 ? null : tokens / answers;
}

/** Milliseconds for an answer of `outputTokens`; null when nothing is known yet. */
export function latencyMs(h: Health, outputTokens: number, now: number): number | null {
  const known = h.answers === 0 ? null : timeFor(h, outputTokens) * Math.max(1, h.peak / PEAK_SLACK);
  if (h.inflight < WAITING_MIN) return known;
  // a provider that hangs gives no answers to measure; the mean age of its calls is usually about half of what they take
  const waiting = (now - h.startedSum / h.inflight) / 2;
  return known === null ? (waiting > 10_000 ? waiting : null) : Math.max(known, waiting);
}
