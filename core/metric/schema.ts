import { z } from 'zod';
import { iso, many, nano, paging } from '#core/shared/schema.js';

/**
 * How a call ended. `truncated`: the model broke off in its answer. `limited`: refused by a limit before any upstream was
 * called, cost 0. `refused`: not answered for another reason of ours (no price, nothing eligible). `lost`: the gateway died.
 */
export const USAGE_STATUSES = ['ok', 'error', 'aborted', 'truncated', 'limited', 'refused', 'lost'] as const;
export const OPERATIONS = ['chat', 'completion', 'response', 'embedding', 'message', 'countTokens'] as const;
const count = z.number().int().nonnegative();
const ms = z.number().nonnegative();
/** absent in events that were written before the field was there */
const later = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

/** One try at one address: what it was, how long it took, how it ended. */
export const usageAttempt = z.object({
  deployment: z.string(),
  revision: z.string(),
  provider: z.string(),
  connection: z.string().nullable(),
  /** ms after the call began, and how long it lasted */
  startedMs: ms,
  durationMs: ms,
  /** `answered` is the one that the caller got; `failed` was followed by another try or an error */
  outcome: z.enum(['answered', 'failed', 'aborted', 'hedged']),
  httpStatus: z.number().int().nullable(),
  error: z.string().nullable(),
});
export type UsageAttempt = z.output<typeof usageAttempt>;

/**
 * One model call, written once. `null` usage means that nobody said: an upstream without usage figures, or a lost call.
 * Token classes never overlap (core/metric/tokens.ts). Prompts and answers are never in it.
 */
export const usageEvent = z.object({
  id: z.string(),
  at: iso,
  environment: z.string(),
  deployment: z.string(),
  /** the routing policy that the caller named */
  policy: later(z.string()),
  revision: z.string(),
  modelId: z.string(),
  modelVersion: z.string(),
  provider: z.string(),
  connection: later(z.string()),
  key: z.string(),
  /** whom the caller says it acts for: `x-modelhub-user`, else the dialect's own field */
  user: later(z.string()),
  operation: z.enum(OPERATIONS),
  stream: z.boolean(),
  /** `warm` for calls that a workflow makes, else `user` */
  purpose: z.string(),
  status: z.enum(USAGE_STATUSES),
  httpStatus: z.number().int().nullable(),
  error: z.string().nullable(),
  /** as the provider named it: `stop`, `length`, `tool_calls`, `end_turn` … */
  finishReason: later(z.string()),
  inputTokens: count.nullable(),
  cacheReadTokens: count.nullable(),
  cacheWrite5mTokens: later(count),
  cacheWrite1hTokens: later(count),
  outputTokens: count.nullable(),
  reasoningTokens: count.nullable(),
  inputAudioTokens: later(count),
  outputAudioTokens: later(count),
  imageTokens: later(count),
  /**
   * Who counted the tokens: the provider, or we (from what passed, when the provider's figure never came). `bound`: nobody, because
   * the gateway died in the call (`lost`): tokens are null, and `cost` is the most that the request could have cost.
   */
  usageSource: later(z.enum(['provider', 'estimated', 'bound'])),
  /** nano-dollars by the price in force at the call; null when the model is unpriced, or the usage unknown and without a bound */
  cost: later(nano),
  /** `effectiveFrom` of the price book entry, `flat` for the deployment's flat estimate; null when unpriced */
  priceVersion: later(z.string()),
  /** milliseconds from the request to the end of the answer, to its first byte, and what of it was the hub's own */
  latencyMs: ms.nullable(),
  firstByteMs: ms.nullable(),
  overheadMs: later(ms),
  /** number of tries, and each of them */
  attempts: count,
  tries: z.array(usageAttempt).default([]),
  routeReason: later(z.string()),
  workflow: later(z.string()),
  run: later(z.string()),
  node: later(z.string()),
  trace: later(z.string()),
});
export type UsageEvent = z.output<typeof usageEvent>;

export const usageQuery = z.strictObject({
  id: z.string().max(80).optional(),
  environment: z.string().max(120).optional(),
  deployment: z.string().max(120).optional(),
  policy: z.string().max(120).optional(),
  modelId: z.string().max(240).optional(),
  provider: z.string().max(80).optional(),
  key: z.string().max(80).optional(),
  user: z.string().max(200).optional(),
  workflow: z.string().max(200).optional(),
  status: many.optional(),
  from: iso.optional(),
  to: iso.optional(),
  limit: paging.limit,
  cursor: paging.cursor,
});
export const usagePage = z.object({ events: z.array(usageEvent), next: z.string().optional() });
