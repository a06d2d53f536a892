import type mongoose from 'mongoose';
import { z } from 'zod';
import { type UsageEvent, usageEvent } from '#core/metric/schema.js';
import { HubError } from '#core/shared/problem.js';
import { collection } from './kit/collection.js';
import { type Store, toHubError } from './kit/connect.js';

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
export type Tick = { segment: string; offset: number; at: string; applied: number };
interface TickDoc extends Tick {
  _id: string;
  tenant: string;
  scope: string;
}
const WHY = 'events of all tenants in one batch';
const TENANT = 'system';

/**
 * A batch of checked events and the journal's new position, both or neither. `applied` must grow: throws when another
 * process has moved the position, `conflict` when one of the events is stored already, `unavailable` when MongoDB is away.
 *
 * The session is passed by hand instead of through `store.transaction`: that uses async local storage, and from its first
 * use on Node 20 follows every promise of the process, which costs each call of the gateway more than its event does.
 */
export async function applyUsage(
  store: Store,
  events: readonly (UsageEvent & { tenant: string; scope: string })[],
  gatewayId: string,
  tick: Tick,
): Promise<void> {
  try {
    await store.db.getClient().withSession((session) =>
      session.withTransaction(async () => {
        try {
          if (events.length > 0) await usageEvents(store).insertRawAcrossTenants(WHY, events, session);
          await moveTick(store, gatewayId, tick, session);
        } catch (e) {
          // the driver runs the transaction again after a passing fault, but only when it sees its own error
          throw e instanceof HubError && isDriverError(e.extras.cause) ? e.extras.cause : e;
        }
      }),
    );
  } catch (e) {
    throw toHubError(e);
  }
}

async function moveTick(store: Store, gatewayId: string, tick: Tick, session: mongoose.ClientSession): Promise<void> {
  const all = store.db.collection<TickDoc>('ticks');
  const place = { _id: `${TENANT}/${gatewayId}`, tenant: TENANT };
  const moved = await all.replaceOne({ ...place, applied: { $lt: tick.applied } }, { tenant: TENANT, scope: '', ...tick }, { session });
  if (moved.matchedCount === 1) return;
  if (await all.findOne(place, { session, projection: { _id: 1 } })) throw new Error('another process applies this journal');
  await all.insertOne({ ...place, scope: '', ...tick }, { session });
}

const isDriverError = (e: unknown): e is Error => e instanceof Error && 'errorLabels' in e;
