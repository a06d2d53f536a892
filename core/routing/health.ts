import { TYPICAL_OUTPUT_TOKENS } from './needs.js';

/**
 * What one gateway has seen of one candidate (provider connection and model). Changed in place, so that a call allocates
 * nothing. Times are milliseconds of one clock, which every function takes as `now`.
 *
 * Latency of a language model grows with the length of its answer. So that a long answer does not look like a slow provider,
 * an answer is measured by its *pace*: milliseconds per token, where everything before the first token counts as
 * `START_TOKENS` more tokens. The mean pace is the ratio of two means (all time over all tokens) and not a mean of ratios, in
 * which short answers would drown the long ones. The latency that is compared and shown is the pace for one usual answer.
 */
export interface Health {
  /** answers that the pace was made of */
  answers: number;
  /** mean time and mean length (with START_TOKENS) of an answer, decaying with PACE_TAU_MS */
  meanMs: number;
  meanTokens: number;
  /** peak-EWMA: rises at once to the worst, decays towards the present with PEAK_TAU_MS (Finagle, "Aperture load balancers") */
  peak: number;
  /** share of failed calls as of `seenAt` */
  errors: number;
  /** last outcome of any kind; null: none yet */
  seenAt: number | null;
  inflight: number;
  /** sum of the starts of those in flight: their mean age without a list */
  startedSum: number;
}

/** 500 ms to the first token at 16 ms a token are 31 */
const START_TOKENS = 32;
const PACE_TAU_MS = 30_000;
const PEAK_TAU_MS = 5_000;
/** a peak speaks when it is this many times the mean: below, it is the scatter of single answers */
const PEAK_SLACK = 3;
const ERROR_TAU_MS = 30_000;
/** what one outcome may change after a long silence */
const LARGEST_STEP = 0.3;
/** calls that wait longer than usual speak before they end, when there are so many of them */
const WAITING_MIN = 3;

export const newHealth = (): Health => ({ answers: 0, meanMs: 0, meanTokens: 0, peak: 0, errors: 0, seenAt: null, inflight: 0, startedSum: 0 });

export function started(h: Health, now: number): void {
  h.inflight++;
  h.startedSum += now;
}

/** A call that gave no verdict on the candidate: the caller went away, or its request was at fault. */
export function abandoned(h: Health, startedAt: number): void {
  h.inflight--;
  h.startedSum = h.inflight === 0 ? 0 : h.startedSum - startedAt;
}

/** A whole answer. `outputTokens` null: not told; taken as a typical answer. */
export function answered(h: Health, now: number, startedAt: number, outputTokens: number | null): void {
  const since = h.seenAt === null ? Number.POSITIVE_INFINITY : Math.max(0, now - h.seenAt);
  outcome(h, now, since, startedAt, false);
  const ms = now - startedAt;
  const tokens = (outputTokens ?? TYPICAL_OUTPUT_TOKENS) + START_TOKENS;
  // the first answers are averaged plainly: there is nothing to decay from
  const step = Math.max(1 / (h.answers + 1), Math.min(LARGEST_STEP, 1 - Math.exp(-since / PACE_TAU_MS)));
  h.meanMs += (ms - h.meanMs) * step;
  h.meanTokens += (tokens - h.meanTokens) * step;
  const pace = ms / tokens;
  const kept = Math.exp(-since / PEAK_TAU_MS);
  h.peak = Math.max(pace, h.peak * kept + pace * (1 - kept));
  h.answers++;
}

/** No answer: refused, broken off, or not in time. */
export function failed(h: Health, now: number, startedAt: number): void {
  outcome(h, now, h.seenAt === null ? Number.POSITIVE_INFINITY : Math.max(0, now - h.seenAt), startedAt, true);
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
    tokens += n * (h.meanTokens - START_TOKENS);
    answers += n;
  }
  return answers === 0 ? null : Math.max(0, tokens / answers);
}

/** Milliseconds for an answer of `outputTokens`; null when nothing is known yet. */
export function latencyMs(h: Health, outputTokens: number, now: number): number | null {
  const known = h.answers === 0 ? null : Math.max(h.meanMs / h.meanTokens, h.peak / PEAK_SLACK) * (outputTokens + START_TOKENS);
  if (h.inflight < WAITING_MIN) return known;
  // a provider that hangs gives no answers to measure; the mean age of its calls is usually about half of what they take
  const waiting = (now - h.startedSum / h.inflight) / 2;
  return known === null ? (waiting > 10_000 ? waiting : null) : Math.max(known, waiting);
}
