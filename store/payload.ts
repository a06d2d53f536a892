import { z } from 'zod';
import { payload } from '#core/payload/schema.js';
import { collection } from './kit/collection.js';

/** Redacted requests and answers; the id is the call's, the scope its deployment's. The server removes what is past `removeAt`. */
export const payloads = collection({
  name: 'payloads',
  writer: 'gateway',
  schema: payload.omit({ id: true }).extend({ removeAt: z.date() }),
  indexes: [{ key: { removeAt: 1 }, expireAfterSeconds: 0 }],
});
