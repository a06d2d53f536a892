import type { Store } from '#store/kit/connect.js';
import { governance, modelAliases } from '#store/catalog/collections.js';
import { FACTS_PROJECTION, factsOf } from '#store/catalog/facts.js';
import { connections } from '#store/connection.js';
import { gatewaySettings } from '#store/gateway-settings.js';
import { apiKeys } from '#store/identity.js';
import { limits } from '#store/limit.js';
import { routeOverrides, routes } from '#store/routing.js';
import { routingPolicies } from '#store/routing-policy.js';
import { sharedFacts } from './facts.js';
import { FEEDS, type Feed, type KnownAlias, type KnownConnection, type KnownKey, type Records, type Tables } from './state.js';

type Raw = Record<string, unknown>;

/** How a stored document of each feed becomes a record of the memory. */
const READERS: { [F in Feed]: (store: Store, doc: Raw) => Records[F] } = {
  routes: (store, doc) => routes(store).parse(doc),
  routeOverrides: (store, doc) => {
    const { overrideId, ...rest } = routeOverrides(store).parse(doc);
    return { ...rest, id: overrideId };
  },
  apiKeys: (store, doc): KnownKey => {
    const k = apiKeys(store).parse(doc);
    return {
      id: k.id,
      tenant: k.tenant,
      scope: k.scope,
      hash: k.hash,
      role: k.role,
      permissions: k.permissions,
      expiresAt: k.expiresAt,
      revokedAt: k.revokedAt,
    };
  },
  connections: (store, doc): KnownConnection => {
    const c = connections(store).parse(doc);
    return { tenant: c.tenant, name: c.name, kind: c.kind, baseUrl: c.baseUrl, region: c.region, updatedAt: c.updatedAt, sealed: c.sealed };
  },
  modelAliases: (store, doc): KnownAlias => {
    const { tenant, modelId, alias, version } = modelAliases(store).parse(doc);
    return { tenant, modelId, alias, version };
  },
  routingPolicies: (store, doc) => {
    const { id: _id, ...policy } = routingPolicies(store).parse(doc);
    return policy;
  },
  limits: (store, doc) => {
    const { id: _id, ...limit } = limits(store).parse(doc);
    return limit;
  },
  gatewaySettings: (store, doc) => {
    const { unpriced, flatNano, payloadLog } = gatewaySettings(store).parse(doc);
    return { unpriced, ...(flatNano === undefined ? {} : { flatNano }), ...(payloadLog ? { payloadLog } : {}) };
  },
  offerings: (_store, doc) => sharedFacts(factsOf(doc)),
  governance: (store, doc) => {
    const { securityLevel, status } = governance(store).parse(doc);
    return { ...(securityLevel ? { securityLevel } : {}), ...(status ? { status } : {}) };
  },
};

/** documents between two turns of the event loop, so that calls go on while a long list is read */
const BATCH = 250;
/** Offerings are many and long: only what is kept of them is read. */
const PROJECTIONS: Partial<Record<Feed, Readonly<Record<string, 1>>>> = { offerings: FACTS_PROJECTION };

export const readRecord = <F extends Feed>(store: Store, feed: F, doc: Raw): Records[F] => READERS[feed](store, doc);

/**
 * All documents of all feeds. A document that cannot be read is reported and left out: one bad record of one tenant must
 * not stop the others.
 */
export async function listAll(store: Store, unreadable: (feed: Feed, id: string, error: unknown) => void): Promise<Tables> {
  const lists = await Promise.all(FEEDS.map((feed) => listOne(store, feed, unreadable)));
  return Object.fromEntries(FEEDS.map((feed, i) => [feed, lists[i]])) as unknown as Tables;
}

async function listOne(
  store: Store,
  feed: Feed,
  unreadable: (feed: Feed, id: string, error: unknown) => void,
): Promise<Map<string, unknown>> {
  const records = new Map<string, unknown>();
  const projection = PROJECTIONS[feed];
  const found = store.db
    .collection<Raw & { _id: string }>(feed)
    .find({}, { readConcern: { level: 'majority' }, batchSize: BATCH, ...(projection ? { projection } : {}) });
  for await (const doc of found) {
    try {
      records.set(doc._id, readRecord(store, feed, doc));
    } catch (e) {
      unreadable(feed, doc._id, e);
    }
  }
  return records;
}
