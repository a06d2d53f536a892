import { z } from 'zod';

/** Fields of a page's URL. A value that makes no sense is dropped and does not break the page. */
export const text = z.string().max(300).optional().catch(undefined);
export const list = z
  .union([z.string().transform((v) => [v]), z.array(z.string())])
  .optional()
  .catch(undefined);
export const number = z.coerce.number().nonnegative().optional().catch(undefined);
export const pageNumber = z.coerce.number().int().min(1).max(10_000).optional().catch(undefined);
export const oneOf = <T extends string>(values: readonly [T, ...T[]]) => z.enum(values).optional().catch(undefined);
