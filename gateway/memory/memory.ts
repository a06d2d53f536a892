import { routeKey } from '#core/routing/schema.js';
import { Catalog } from './catalog.js';
import {
  aliasKey,
  FEEDS,
  type Feed,
  type KnownAlias,
  type KnownConnection,
  type KnownKey,
  type KnownLimit,
  type KnownOffering,
  type KnownPolicy,
  type KnownSettings,
  type LiveRoute,
  liveRoute,
  type Records,
  type Tables,
} from './state.js';

/**
 * All that a call needs, in this process. Filled by the watch or from the disk snapshot; a document is applied only when it
 * is newer than what is held.
 */
export class Memory {
  readonly tables: Tables = {
    routes: new Map(),
    routeOverrides: new Map(),
    apiKeys: new Map(),
    connections: new Map(),
    modelAliases: new Map(),
    routingPolicies: new Map(),
    limits: new Map(),
    gatewaySettings: new Map(),
    offerings: new Map(),
    governance: new Map(),
  };
  /** where the content came from, and when it was last known to agree with MongoDB */
  source: 'nothing' | 'snapshot' | 'mongodb' = 'nothing';
  confirmedAt = 0;
  private readonly keysByHash = new Map<string, KnownKey>();
  private readonly live = new Map<string, LiveRoute>();
  private readonly connectionsByName = new Map<string, KnownConnection>();
  private readonly aliasesByName = new Map<string, KnownAlias>();
  private readonly limitsByTenant = new Map<string, KnownLimit[]>();
  private readonly catalog = new Catalog(this.tables);
  private readonly listeners: ((feed: Feed) => void)[] = [];

  onChange(listener: (feed: Feed) => void): void {
    this.listeners.push(listener);
  }
  /** One changed document, or its removal. Older routes than the one held are ignored; a revoked key stays revoked. */
  put<F extends Feed>(feed: F, id: string, record: Records[F] | undefined): void {
    const table = this.tables[feed] as Map<string, Records[F]>;
    const held = table.get(id);
    if (record === undefined) {
      if (!table.delete(id)) return;
    } else {
      if (feed === 'routes' && held && (held as Records['routes']).version >= (record as Records['routes']).version) return;
      // the event of an insert may be applied after the list that already had the revocation
      if (feed === 'apiKeys' && (held as KnownKey | undefined)?.revokedAt && !(record as KnownKey).revokedAt) return;
      table.set(id, record);
    }
    this.index(feed, held, record);
    this.announce(feed);
  }
  /** A whole list: it is the truth, also where it has less than we hold. */
  replace(tables: Tables): void {
    for (const feed of FEEDS) this.replaceOne(feed, tables);
  }
  keyByHash(hash: string): KnownKey | undefined {
    return this.keysByHash.get(hash);
  }
  route(tenant: string, environment: string, name: string): LiveRoute | undefined {
    return this.live.get(routeKey({ tenant, environment, name }));
  }
  routes(): Iterable<LiveRoute> {
    return this.live.values();
  }
  connection(tenant: string, name: string): KnownConnection | undefined {
    return this.connectionsByName.get(`${tenant}/${name}`);
  }
  alias(tenant: string, modelId: string, alias: string): KnownAlias | undefined {
    return this.aliasesByName.get(aliasKey(tenant, modelId, alias));
  }
  aliases(): Iterable<KnownAlias> {
    return this.aliasesByName.values();
  }
  policy(tenant: string, environment: string, name: string): KnownPolicy | undefined {
    return this.tables.routingPolicies.get(routeKey({ tenant, environment, name }));
  }
  policies(): Iterable<KnownPolicy> {
    return this.tables.routingPolicies.values();
  }
  /** All limits of a tenant, in no order that matters; the list is the same object until one of them changes. */
  limits(tenant: string): readonly KnownLimit[] {
    return this.limitsByTenant.get(tenant) ?? NONE;
  }
  /** Undefined when nobody has set anything. */
  settings(tenant: string, environment: string, name: string): KnownSettings | undefined {
    return this.tables.gatewaySettings.get(routeKey({ tenant, environment, name }));
  }
  /** The tenant's own offering, else the seeded one under the tenant's governance; the same object until it changes. */
  offering(tenant: string, modelId: string): KnownOffering | undefined {
    return this.catalog.of(tenant, modelId);
  }

  private replaceOne<F extends Feed>(feed: F, tables: Tables): void {
    const table = this.tables[feed] as Map<string, Records[F]>;
    const fresh = tables[feed] as Map<string, Records[F]>;
    for (const [id, held] of [...table])
      if (!fresh.has(id)) {
        table.delete(id);
        this.index(feed, held, undefined);
      }
    for (const [id, record] of fresh) {
      const held = table.get(id);
      table.set(id, record);
      this.index(feed, held, record);
    }
    this.announce(feed);
  }
  private announce(feed: Feed): void {
    for (const listener of this.listeners) listener(feed);
  }
  private index(feed: Feed, before: unknown, after: unknown): void {
    switch (feed) {
      case 'apiKeys':
        return reindex(this.keysByHash, (k: KnownKey) => k.hash, before, after);
      case 'connections':
        return reindex(this.connectionsByName, (c: KnownConnection) => `${c.tenant}/${c.name}`, before, after);
      case 'modelAliases':
        return reindex(this.aliasesByName, (a: KnownAlias) => aliasKey(a.tenant, a.modelId, a.alias), before, after);
      case 'limits':
        return this.relist(((after ?? before) as KnownLimit).tenant, before as KnownLimit | undefined, after as KnownLimit | undefined);
      case 'offerings':
      case 'governance':
        return this.catalog.changed();
      case 'routes':
      case 'routeOverrides':
        return this.reroute(routeKey((after ?? before) as Records['routes']));
      case 'routingPolicies':
      case 'gatewaySettings':
        return; // looked up by their stored id
    }
  }
  private relist(tenant: string, before: KnownLimit | undefined, after: KnownLimit | undefined): void {
    const others = this.limits(tenant).filter((l) => l !== before);
    if (after) others.push(after);
    if (others.length > 0) this.limitsByTenant.set(tenant, others);
    else this.limitsByTenant.delete(tenant);
  }
  /** Routes and overrides carry the same stored id, `tenant/environment/name`, which is the route key. */
  private reroute(key: string): void {
    const route = this.tables.routes.get(key);
    if (route) this.live.set(key, liveRoute(route, this.tables.routeOverrides.get(key)));
    else this.live.delete(key);
  }
}

const NONE: readonly KnownLimit[] = [];

function reindex<T>(map: Map<string, T>, keyOf: (t: T) => string, before: unknown, after: unknown): void {
  if (before !== undefined) map.delete(keyOf(before as T));
  if (after !== undefined) map.set(keyOf(after as T), after as T);
}
