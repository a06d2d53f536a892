import { z } from 'zod';
import { iso } from '#core/shared/schema.js';

/** One side of a call, redacted. */
export const payloadPart = z.object({
  text: z.string(),
  /** as it passed, before anything was taken away */
  bytes: z.number().int().nonnegative(),
  /** `text` has not all of it: the rest was cut off */
  truncated: z.boolean(),
});
export type PayloadPart = z.output<typeof payloadPart>;

/** What was said in one call; its id is that of the usage event. */
export const payload = z.object({
  id: z.string(),
  /** when the call had ended */
  at: iso,
  environment: z.string(),
  deployment: z.string(),
  request: payloadPart,
  answer: payloadPart,
  /** null when the caller went away before an answer began */
  httpStatus: z.number().int().nullable(),
  /** the caller was sent the whole answer */
  complete: z.boolean(),
  removeAt: iso,
});
export type Payload = z.output<typeof payload>;
