import { SYSTEM } from '#store/routing.js';
import type { Store } from '#store/kit/connect.js';
import { applyUsage, ticks, usageEvents } from '#store/usage.js';
import type { JournalEvent } from './line.js';

/** How far a journal is applied; `applied` counts all events ever and fences a second applier. */
export interface Cursor {
  segment: string;
  offset: number;
  applied: number;
}

/** Where a journal's events go. The cursor moves in the same transaction: both or neither. */
export interface Sink {
  cursor(): Promise<Cursor | undefined>;
  apply(events: readonly JournalEvent[], cursor: Cursor): Promise<void>;
}

/** Events and cursor in MongoDB. */
export class StoreSink implements Sink {
  private readonly open: () => Promise<Store>;
  private readonly gatewayId: string;
  constructor(open: () => Promise<Store>, gatewayId: string) {
    this.open = open;
    this.gatewayId = gatewayId;
  }
  async cursor(): Promise<Cursor | undefined> {
    return ticks(await this.open()).find1(SYSTEM, { id: this.gatewayId });
  }
  async apply(events: readonly JournalEvent[], cursor: Cursor): Promise<void> {
    const store = await this.open();
    const tick = { ...cursor, at: new Date().toISOString() };
    try {
      await applyUsage(store, events, this.gatewayId, tick);
    } catch (e) {
      if ((e as { code?: unknown }).code !== 'conflict') throw e;
      // a batch that was committed although we were told otherwise: leave out what is there
      const known = new Set(
        (await usageEvents(store).acrossTenants('events of all tenants in one batch', { _id: { $in: events.map(storedId) } })).map(
          storedId,
        ),
      );
      await applyUsage(
        store,
        events.filter((event) => !known.has(storedId(event))),
        this.gatewayId,
        tick,
      );
    }
  }
}
const storedId = (e: { tenant: string; id: string }): string => `${e.tenant}/${e.id}`;
