import { z } from 'zod';
import { collection } from './kit/collection.js';

/**
 * First answers by Idempotency-Key, kept for a day. `digest` is the hash of the request, so that the same key with another
 * body is told apart. The record is inserted before the work (`status` 0) and completed after it.
 */
export const idempotencyRecords = collection({
  name: 'idempotencyRecords',
  writer: 'api',
  schema: z.object({
    digest: z.string(),
    status: z.number().int(),
    body: z.string(),
    requestId: z.string(),
    createdAt: z.date(),
  }),
  indexes: [{ key: { createdAt: 1 }, expireAfterSeconds: 86_400 }],
});
