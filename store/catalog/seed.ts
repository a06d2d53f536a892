import type mongoose from 'mongoose';
import type { ModelVersion, OfferingRecord, PriceBookEntry } from '#core/catalog/schema.js';
import { canonicalJson } from '#core/shared/canonical.js';
import { PUBLIC_TENANT } from '#core/shared/scope.js';
import { type Store, toHubError } from '../kit/connect.js';
import { parseSeed, readSeed } from './seed-file.js';
import { versionId } from './collections.js';

type Doc = Record<string, unknown> & { _id: string };
type Op = mongoose.mongo.AnyBulkWriteOperation<Doc>;
const BATCH = 1_000;
const MARKER = 'catalog';

/**
 * Brings the public catalog to the committed seed. Does nothing when it is there already; never touches a tenant's record.
 * Prices that changed are added to the price book from the seed's day on, so that past calls keep their price.
 */
export async function seedCatalog(store: Store): Promise<{ changed: boolean }> {
  const { text, sha256 } = readSeed();
  if ((await seedInForce(store)) === sha256) return { changed: false };
  const markers = markersOf(store);
  // no marker while records change: a crash starts over, and readers take nothing for final
  await markers.deleteOne({ _id: MARKER });
  const seed = parseSeed(text);
  const offerings = store.db.collection<Doc>('offerings');
  const stored = new Map((await offerings.find({ tenant: PUBLIC_TENANT }).toArray()).map((d) => [d._id, d]));
  const docs = seed.offerings.map(({ id, record }) => {
    const before = stored.get(docId(id));
    stored.delete(docId(id));
    return walled(id, {
      ...record,
      priceBook: extended((before?.['priceBook'] ?? []) as PriceBookEntry[], record.priceBook, seed.snapshotAt),
    });
  });
  await write(offerings, docs.map(put));
  await write(
    store.db.collection<Doc>('modelVersions'),
    seed.offerings.map(({ id, record }) => put(versionOf(id, record))),
  );
  // deployments may still run what a newer snapshot no longer lists
  await write(
    offerings,
    [...stored.keys()].map((_id) => ({ updateOne: { filter: { _id }, update: { $set: { status: 'deprecated' } } } })),
  );
  await markers.updateOne({ _id: MARKER }, { $set: { sha256 } }, { upsert: true });
  return { changed: true };
}

const markersOf = (store: Store) => store.db.collection<{ _id: string; sha256: string }>('seeds');

/** Hash of the seed that the public catalog equals; undefined while one is being loaded. */
export async function seedInForce(store: Store): Promise<string | undefined> {
  try {
    return (await markersOf(store).findOne({ _id: MARKER }))?.sha256;
  } catch (e) {
    throw toHubError(e);
  }
}

/** The book with a new entry at its end when the prices differ from those last known; an entry without prices ends them. */
export function extended(book: PriceBookEntry[], fresh: PriceBookEntry[], snapshotAt: string): PriceBookEntry[] {
  const last = pricesOf(book.at(-1));
  const next = pricesOf(fresh.at(-1));
  return canonicalJson(last) === canonicalJson(next) ? book : [...book, { ...next, effectiveFrom: snapshotAt }];
}

function pricesOf(entry: PriceBookEntry | undefined): Omit<PriceBookEntry, 'effectiveFrom'> {
  const { effectiveFrom: _from, ...prices } = entry ?? { effectiveFrom: '', prices: {} };
  return prices;
}

const docId = (id: string): string => `${PUBLIC_TENANT}/${id}`;
const walled = (id: string, fields: object): Doc => ({ ...fields, _id: docId(id), tenant: PUBLIC_TENANT, scope: '' });
const put = (doc: Doc): Op => ({ replaceOne: { filter: { _id: doc._id }, replacement: doc, upsert: true } });

function versionOf(id: string, r: OfferingRecord): Doc {
  const fields: ModelVersion & { modelId: string } = {
    modelId: id,
    version: r.version,
    createdAt: new Date(r.version).toISOString(),
    createdBy: 'import',
    status: 'active',
    contextWindow: r.contextWindow,
    maxTokens: r.maxTokens,
    capabilities: r.capabilities,
  };
  return walled(versionId(id, r.version), fields);
}

async function write(to: { bulkWrite(ops: Op[], o: { ordered: boolean }): Promise<unknown> }, ops: Op[]): Promise<void> {
  for (let i = 0; i < ops.length; i += BATCH) await to.bulkWrite(ops.slice(i, i + BATCH), { ordered: false });
}
