import { z } from 'zod';
import { usageEvent } from '#core/metric/schema.js';
import { collection } from './kit/collection.js';

/** One record per model call; id derived from the call, so that a repeated batch is harmless. */
export const usageEvents = collection({
  name: 'usageEvents',
  writer: 'gateway',
  schema: usageEvent.omit({ id: true }),
  indexes: [{ key: { tenant: 1, at: -1, _id: -1 } }, { key: { tenant: 1, environment: 1, deployment: 1, at: -1 } }],
});
/** Written in the applier's transaction: how far each gateway's journal is applied. Small, so that streams can watch it. */
export const ticks = collection({
  name: 'ticks',
  writer: 'gateway',
  schema: z.object({ segment: z.string(), offset: z.number().int(), at: z.string(), applied: z.number().int() }),
});
