import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type Store } from '#store/kit/connect.js';
import { errorText, type Log } from '../log.js';

/**
 * The connection to MongoDB, opened in the background: mongoose does not try again after a failed first connection, and a
 * gateway must start without MongoDB. Once open, the driver reconnects by itself.
 */
export class StoreLink {
  private readonly opened: Promise<Store>;
  private stopped = false;

  constructor(uri: string, log: Log) {
    this.opened = this.connect(uri, log);
    this.opened.catch(() => undefined); // only a stop rejects, and nobody may be waiting then
  }
  /** Waits until MongoDB has been reached once; rejects when the gateway stops before that. */
  open = (): Promise<Store> => this.opened;

  async stop(): Promise<void> {
    this.stopped = true;
    const store = await Promise.race([this.opened.catch(() => undefined), sleep(50, undefined)]);
    await store?.close();
  }

  private async connect(uri: string, log: Log): Promise<Store> {
    for (let failures = 0; ; failures++) {
      if (this.stopped) throw new Error('the gateway is stopping');
      try {
        const store = await openStore(uri, { waitMs: 2_000, poolSize: 5 });
        if (!this.stopped) return store;
        await store.close();
      } catch (e) {
        if (failures === 0) log('warn', 'MongoDB cannot be reached; serving from the snapshot if there is one', { reason: errorText(e) });
        await sleep(Math.min(2_000, 100 * 2 ** Math.min(failures, 5)));
      }
    }
  }
}
