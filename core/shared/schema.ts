import { z } from 'zod';

/** Building blocks of every wire schema. */

/** lower-case name that can stand in a URL and in a workflow id */
export const name = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and inner hyphens');
/** `provider/model`, the id of an offering */
export const offeringId = z
  .string()
  .min(3)
  .max(240)
  .regex(/^[A-Za-z0-9._~@-]+\/[A-Za-z0-9._~@:/-]+$/, 'use provider/model');
export const iso = z.iso.datetime({ offset: true });
export const ok = z.object({ ok: z.literal(true) });
/** integer nano-dollars (1e-9 USD) that fit a JSON number exactly */
export const nano = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** page/limit as the specification has it, and a cursor that stays right while data changes */
export const paging = {
  page: z.coerce.number().int().min(1).max(10_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
};
export const pagination = z.object({
  page: z.number().int().optional(),
  limit: z.number().int(),
  total: z.number().int(),
  next: z.string().optional(),
});
/** A query parameter that may be repeated or comma-separated: `?provider=a&provider=b` or `?provider=a,b`. */
export const many = z
  .union([z.string(), z.array(z.string())])
  .transform((v) => (Array.isArray(v) ? v : v.split(',')).map((s) => s.trim()).filter((s) => s !== ''))
  .pipe(z.array(z.string().max(200)).max(50));
