import type { Store } from './connect.js';

export interface Change {
  collection: string;
  /** `_id` of the record: `<tenant>/<id>` */
  id: string;
  /** absent when it was removed */
  doc: Record<string, unknown> | undefined;
}

/**
 * ONE change stream for several small collections, for the life of the process. It resumes after interruptions; when the
 * history is lost it starts anew and calls `onGap`: read everything again. `onGap` is also called once the first time the
 * stream stands, so that a list that is read there misses nothing.
 */
export function watchCollections(
  store: Store,
  names: string[],
  onChange: (c: Change) => void,
  onGap: () => void,
): { close(): Promise<void> } {
  let closed = false;
  let stop: () => Promise<void> = () => Promise.resolve();
  let token: unknown;
  const loop = async (): Promise<void> => {
    for (let failures = 0; !closed; ) {
      try {
        const db = store.db.db;
        if (!db) throw new Error('not connected yet');
        const stream = db.watch([{ $match: { 'ns.coll': { $in: names } } }], {
          fullDocument: 'updateLookup',
          ...(token ? { resumeAfter: token } : {}),
        });
        stop = () => stream.close();
        // the server answers the first (empty) batch when the stream stands
        await stream.tryNext();
        if (token === undefined) onGap();
        failures = 0;
        while (!closed) {
          token = stream.resumeToken;
          const event = await stream.next();
          token = event._id;
          if (!('ns' in event) || !('coll' in event.ns) || !('documentKey' in event)) continue;
          const doc = 'fullDocument' in event ? (event.fullDocument as Record<string, unknown> | undefined) : undefined;
          onChange({ collection: String(event.ns.coll), id: String(event.documentKey._id), doc });
        }
      } catch (e) {
        if (closed) return;
        // 286: the oplog no longer reaches back; 280: the token is not usable
        const code = (e as { code?: number }).code;
        if (code === 286 || code === 280 || failures > 20) token = undefined;
        failures++;
        await new Promise((r) => setTimeout(r, Math.min(2_000, 50 * 2 ** failures)));
      }
    }
  };
  void loop();
  return {
    async close() {
      closed = true;
      await stop().catch(() => undefined);
    },
  };
}
