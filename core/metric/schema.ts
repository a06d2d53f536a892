import { z } from 'zod';
import { iso, many, paging } from '#core/shared/schema.js';

export const USAGE_STATUSES = ['ok', 'error', 'aborted', 'lost'] as const;
const count = z.number().int().nonnegative();

/**
 * One model call, written once. `null` usage means that nobody said: an upstream without usage figures, or a lost call.
 * Prompts and answers are never in it.
 */
export const usageEvent = z.object({
  id: z.string(),
  at: iso,
  environment: z.string(),
  deployment: z.string(),
  revision: z.string(),
  modelId: z.string(),
  modelVersion: z.string(),
  provider: z.string(),
  key: z.string(),
  operation: z.enum(['chat', 'completion', 'embedding']),
  stream: z.boolean(),
  /** `warm` for calls that a workflow makes, else `user` */
  purpose: z.string(),
  status: z.enum(USAGE_STATUSES),
  httpStatus: z.number().int().nullable(),
  error: z.string().nullable(),
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
  cacheReadTokens: count.nullable(),
  reasoningTokens: count.nullable(),
  /** milliseconds from the request to the end of the answer, and to its first byte */
  latencyMs: z.number().nonnegative().nullable(),
  firstByteMs: z.number().nonnegative().nullable(),
  /** which upstream address was tried, in order */
  attempts: count,
});
export type UsageEvent = z.output<typeof usageEvent>;

export const usageQuery = z.strictObject({
  environment: z.string().max(120).optional(),
  deployment: z.string().max(120).optional(),
  status: many.optional(),
  limit: paging.limit,
  cursor: paging.cursor,
});
export const usagePage = z.object({ events: z.array(usageEvent), next: z.string().optional() });
