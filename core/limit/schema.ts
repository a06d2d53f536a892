import { z } from 'zod';
import { iso, name } from '#core/shared/schema.js';

/** What a limit counts by. `model` is the offering's id, `user` whom the caller says it acts for. */
export const LIMIT_SUBJECTS = ['key', 'user', 'model', 'deployment', 'connection'] as const;
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];
export const LIMIT_UNITS = ['requests', 'tokens', 'concurrency'] as const;
export type LimitUnit = (typeof LIMIT_UNITS)[number];

/**
 * A policy that tightens a limit while a signal is high and relaxes it again: `amount × factor` from the moment the signal
 * is above `threshold` until it has been below 80 % of it for `relaxAfterSeconds`. Signals are of the limited subject over
 * the last minute: `usage` requests per minute of the deployment, `cost` nano-dollars per minute of the subject,
 * `performance` share of failed calls of the deployment (0 … 1).
 */
export const dynamicRule = z.strictObject({
  basedOn: z.enum(['usage', 'cost', 'performance']),
  threshold: z.number().nonnegative(),
  factor: z.number().min(0.01).max(1),
  relaxAfterSeconds: z.number().int().min(1).max(3600).default(60),
});
export type DynamicRule = z.output<typeof dynamicRule>;

const fields = {
  name,
  description: z.string().max(2000).default(''),
  per: z.enum(LIMIT_SUBJECTS),
  /** one subject by id, or `*`: each subject by itself */
  match: z.string().min(1).max(240).default('*'),
  /** only calls into this environment; absent: all */
  environment: name.optional(),
  unit: z.enum(LIMIT_UNITS),
  /** sliding window; concurrency has none */
  window: z.enum(['minute', 'day']).optional(),
  amount: z.number().int().min(1).max(1_000_000_000_000),
  dynamic: z.array(dynamicRule).max(5).default([]),
  /** when the shared count cannot be reached and this gateway's lease is used up */
  whenStoreAway: z.enum(['closed', 'open']).default('closed'),
};
function windowFits(v: { unit: LimitUnit; window?: string | undefined }, ctx: z.RefinementCtx): void {
  if (v.unit === 'concurrency' && v.window !== undefined)
    ctx.addIssue({ code: 'custom', path: ['window'], message: 'concurrency has no window; leave it out' });
  if (v.unit !== 'concurrency' && v.window === undefined)
    ctx.addIssue({ code: 'custom', path: ['window'], message: 'say `minute` or `day`' });
}
export const limitInput = z.strictObject(fields).superRefine(windowFits);
/** A limit as it is written through the API: its name is in the path. */
export const limitBody = z.strictObject(fields).omit({ name: true }).superRefine(windowFits);
export const limitRecord = z.object({ ...fields, createdAt: iso, updatedAt: iso, updatedBy: z.string() });
export type Limit = z.output<typeof limitRecord>;
