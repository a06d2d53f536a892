import { z } from 'zod';
import { usageEvent } from '#core/metric/schema.js';
import { collection } from './kit/collection.js';

/** every page is newest first, and goes on after a time and an id */
const newest = { at: -1, _id: -1 } as const;
/**
 * One record per model call; id derived from the call, so that a repeated batch is harmless. Each filter of the request log
 * that may pick few events out of many has an index in the order of the pages; what most events lack, or have alike, is
 * indexed only where it says something (`$gt: ''` is any text; the planner would not take `$type`).
 */
export const usageEvents = collection({
  name: 'usageEvents',
  writer: 'gateway',
  schema: usageEvent.omit({ id: true }),
  indexes: [
    { key: { tenant: 1, ...newest } },
    { key: { tenant: 1, environment: 1, deployment: 1, ...newest } },
    { key: { tenant: 1, key: 1, ...newest } },
    { key: { tenant: 1, modelId: 1, ...newest } },
    { key: { tenant: 1, provider: 1, ...newest } },
    { key: { tenant: 1, user: 1, ...newest }, partial: { user: { $gt: '' } } },
    { key: { tenant: 1, policy: 1, ...newest }, partial: { policy: { $gt: '' } } },
    { key: { tenant: 1, workflow: 1, ...newest }, partial: { workflow: { $gt: '' } } },
    { key: { tenant: 1, status: 1, ...newest } },
  ],
});
/** Written in the applier's transaction: how far each gateway's journal is applied. Small, so that streams can watch it. */
export const ticks = collection({
  name: 'ticks',
  writer: 'gateway',
  schema: z.object({ segment: z.string(), offset: z.number().int(), at: z.string(), applied: z.number().int() }),
});
