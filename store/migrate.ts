import { randomUUID } from 'node:crypto';
import { declaredCollections } from './kit/collection.js';
import { openStore, type Store } from './kit/connect.js';
import { seedCatalog } from './catalog/seed.js';
import './audit.js';
import './catalog/collections.js';
import './connection.js';
import './deployment.js';
import './gateway-settings.js';
import './limit.js';
import './identity.js';
import './idempotency.js';
import './ledger.js';
import './routing.js';
import './routing-policy.js';
import './usage.js';

export interface Migration {
  id: string;
  /** must be safe to run twice */
  up(store: Store): Promise<void>;
}
/** In order; never edit one that has shipped. */
const MIGRATIONS: Migration[] = [
  {
    // a longer index, which also orders by id, has taken its place
    id: 'usage-deployment-index',
    async up(store) {
      await store.db
        .collection('usageEvents')
        .dropIndex('tenant_1_environment_1_deployment_1_at_-1')
        .catch((e: unknown) => {
          if ((e as { codeName?: string }).codeName !== 'IndexNotFound') throw e;
        });
    },
  },
];

/**
 * Creates collections and indexes, runs the outstanding migrations, and loads the seed catalog when it has changed (unless
 * `seed` is false). Two starters at once run each once.
 */
export async function migrate(uri: string, o: { migrations?: Migration[]; seed?: boolean } = {}): Promise<void> {
  const store = await openStore(uri, { waitMs: 30_000 });
  try {
    await withLock(store, async () => {
      for (const spec of declaredCollections()) {
        const raw = store.db.collection(spec.name);
        await store.db.createCollection(spec.name).catch(ignoreExisting);
        for (const { key, unique, expireAfterSeconds, partial } of spec.indexes ?? [])
          await raw.createIndex(key, {
            ...(unique ? { unique } : {}),
            ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
            ...(partial ? { partialFilterExpression: partial } : {}),
          });
      }
      const done = store.db.collection<{ _id: string; at: Date }>('migrations');
      for (const m of o.migrations ?? MIGRATIONS) {
        if (await done.findOne({ _id: m.id })) continue;
        await m.up(store);
        await done.insertOne({ _id: m.id, at: new Date() });
      }
      if (o.seed ?? true) await seedCatalog(store);
    });
  } finally {
    await store.close();
  }
}

function ignoreExisting(e: unknown): void {
  if ((e as { codeName?: string }).codeName !== 'NamespaceExists') throw e;
}

/** A lock document with an end: a starter that died does not block the next for longer than a minute. */
async function withLock(store: Store, work: () => Promise<void>): Promise<void> {
  const locks = store.db.collection<{ _id: string; owner: string; until: Date }>('locks');
  const owner = randomUUID();
  for (;;) {
    const now = new Date();
    const until = new Date(now.getTime() + 60_000);
    const taken = await locks
      .updateOne({ _id: 'migrate', until: { $lt: now } }, { $set: { owner, until } }, { upsert: true })
      .then((r) => r.modifiedCount + r.upsertedCount === 1)
      .catch((e: unknown) => {
        if ((e as { code?: number }).code === 11000) return false; // somebody holds it
        throw e;
      });
    if (taken) break;
    await new Promise((r) => setTimeout(r, 200));
  }
  try {
    await work();
  } finally {
    await locks.deleteOne({ _id: 'migrate', owner });
  }
}
