import type mongoose from 'mongoose';
import type { z } from 'zod';
import { HubError } from '#core/shared/problem.js';
import { type Ctx, contains } from '#core/shared/scope.js';
import { edge, sessionOf, type Store } from './connect.js';
import { after, cursorOf } from './cursor.js';
import { mongooseSchema } from './mongoose-schema.js';
import { named, plain, walls } from './walls.js';

/** Which part writes a collection: exactly one (law 1 of the design). */
export type Writer = 'api' | 'workflow' | 'gateway';

export interface CollectionSpec<S extends z.ZodObject> {
  name: string;
  writer: Writer;
  schema: S;
  /** every tenant also reads the records of the public tenant (the seeded catalog) */
  shared?: boolean;
  indexes?: { key: Record<string, 1 | -1>; unique?: boolean; expireAfterSeconds?: number; partial?: Record<string, unknown> }[];
}
/** A stored record: the schema's fields, and the walls it stands behind. `id` is unique within its tenant. */
export type Stored<S extends z.ZodObject> = z.output<S> & { id: string; tenant: string; scope: string };
type Filter = Record<string, unknown>;
export interface FindOptions {
  /** field and direction; `id` breaks ties */
  sort?: [field: string, direction: 1 | -1];
  limit?: number;
  skip?: number;
  cursor?: string | undefined;
}

const registry: CollectionSpec<z.ZodObject>[] = [];
/** Every declared collection: for index creation, the tenant-wall suite and the writer check. */
export const declaredCollections = (): readonly CollectionSpec<z.ZodObject>[] => registry;

/** Declares a collection once and returns its opener: `const deployments = collection({...}); deployments(store).get(ctx, id)`. */
export function collection<S extends z.ZodObject>(spec: CollectionSpec<S>): (store: Store) => Collection<S> {
  registry.push(spec as unknown as CollectionSpec<z.ZodObject>);
  const opened = new WeakMap<Store, Collection<S>>();
  return (store) => {
    const known = opened.get(store);
    if (known) return known;
    const fresh = new Collection(store, spec);
    opened.set(store, fresh);
    return fresh;
  };
}

export class Collection<S extends z.ZodObject> {
  readonly spec: CollectionSpec<S>;
  private readonly store: Store;
  readonly model: mongoose.Model<Record<string, unknown>>;
  constructor(store: Store, spec: CollectionSpec<S>) {
    this.spec = spec;
    this.store = store;
    this.model = store.db.model(spec.name, mongooseSchema(spec.schema), spec.name) as unknown as mongoose.Model<Record<string, unknown>>;
  }

  /** Throws `not-found` unless the record exists behind the caller's walls. */
  async get(ctx: Ctx, id: string): Promise<Stored<S>> {
    const found = await this.find1(ctx, { id });
    if (!found) throw new HubError('not-found', `There is no ${this.spec.name} "${id}" that you can see.`);
    return found;
  }
  async find1(ctx: Ctx, filter: Filter): Promise<Stored<S> | undefined> {
    return (await this.find(ctx, filter, { limit: 1 })).items[0];
  }
  /** One keyset page; `next` continues after its last record even while records change. */
  async find(ctx: Ctx, filter: Filter = {}, o: FindOptions = {}): Promise<{ items: Stored<S>[]; next?: string }> {
    const [field, direction] = o.sort ?? ['_id', 1];
    const limit = o.limit ?? 1000;
    const where: Filter = { $and: [this.walls(ctx), this.named(ctx, filter), ...(o.cursor ? [after(o.cursor, field, direction)] : [])] };
    const docs = await edge(
      this.model
        .find(where)
        .sort(field === '_id' ? { _id: direction } : { [field]: direction, _id: direction })
        .skip(o.skip ?? 0)
        .limit(limit + 1)
        .maxTimeMS(10_000)
        .lean<Filter[]>()
        .exec(),
    );
    const items = docs.slice(0, limit).map((d) => this.parse(d));
    const last = docs.length > limit ? docs[limit - 1] : undefined;
    return last ? { items, next: cursorOf(last, field) } : { items };
  }
  count(ctx: Ctx, filter: Filter = {}): Promise<number> {
    return edge(this.model.countDocuments({ $and: [this.walls(ctx), this.named(ctx, filter)] }).exec());
  }
  /** Throws `conflict` when the id is taken. */
  async insert(ctx: Ctx, record: z.input<S> & { id: string; scope?: string }): Promise<Stored<S>> {
    const doc = this.toDoc(ctx, record);
    await edge(this.model.create([doc], { validateBeforeSave: false })).catch((e: unknown) => {
      if (e instanceof HubError && e.code === 'conflict')
        throw new HubError('conflict', `${this.spec.name} "${record.id}" exists already.`, { cause: e });
      throw e;
    });
    return this.parse(doc);
  }
  /** Writes the whole record, whether there is one or not. Throws `forbidden` when the stored one stands above the caller's scope. */
  async put(ctx: Ctx, record: z.input<S> & { id: string; scope?: string }): Promise<Stored<S>> {
    const doc = this.toDoc(ctx, record);
    const where = { _id: doc['_id'], tenant: ctx.tenant };
    const stored = await edge(this.model.findOne(where, { scope: 1 }).lean<Filter>().exec());
    const scope = typeof stored?.['scope'] === 'string' ? stored['scope'] : ctx.scope;
    if (!contains(ctx.scope, scope))
      throw new HubError(
        'forbidden',
        `Your key is limited to ${ctx.scope}; "${record.id}" belongs to ${scope || 'the whole organisation'}.`,
      );
    await edge(this.model.replaceOne({ ...where, ...(stored ? { scope } : {}) }, doc, { upsert: true }).exec());
    return this.parse(doc);
  }
  /** Compare-and-set: changes the record only where `where` still holds; false when it does not. */
  async update(ctx: Ctx, id: string, set: Partial<z.input<S>>, where: Filter = {}, unset: string[] = []): Promise<boolean> {
    const change = { $set: plain(set as Filter), ...(unset.length ? { $unset: Object.fromEntries(unset.map((k) => [k, 1])) } : {}) };
    const r = await edge(
      this.model.updateOne({ $and: [this.walls(ctx, true), { _id: `${ctx.tenant}/${id}` }, plain(where)] }, change).exec(),
    );
    return r.matchedCount === 1;
  }
  /** One atomic change by an aggregation pipeline of a record that is made when there is none; the record afterwards. */
  async change(ctx: Ctx, id: string, pipeline: Filter[]): Promise<Stored<S>> {
    const where = { $and: [this.walls(ctx, true), { _id: `${ctx.tenant}/${id}` }] } as Filter;
    const stages = [{ $set: { tenant: ctx.tenant, scope: { $ifNull: ['$scope', ctx.scope] } } }, ...pipeline];
    const session = sessionOf(this.store.db); // native, because mongoose would cast inside the expressions
    const o = { upsert: true, returnDocument: 'after' as const, ...(session ? { session } : {}) };
    return this.parse((await edge(this.model.collection.findOneAndUpdate(where, stages, o))) as Filter);
  }
  /**
   * Writes the whole record unless one that is as new or newer is stored: `field` (a number) of the stored record must be
   * lower. False when it is not. It looks before it writes, because a duplicate key would abort a running transaction.
   */
  async putNewer(ctx: Ctx, record: z.input<S> & { id: string; scope?: string }, field: string): Promise<boolean> {
    const doc = this.toDoc(ctx, record);
    const stored = await edge(
      this.model
        .findOne({ _id: doc['_id'], tenant: ctx.tenant }, { [field]: 1 })
        .lean<Filter>()
        .exec(),
    );
    if (stored && Number(stored[field]) >= Number(doc[field])) return false;
    try {
      await edge(
        this.model.replaceOne({ _id: doc['_id'], tenant: ctx.tenant, [field]: { $lt: doc[field] } }, doc, { upsert: true }).exec(),
      );
      return true;
    } catch (e) {
      if (e instanceof HubError && e.code === 'conflict') return false; // somebody was faster with one that is as new or newer
      throw e;
    }
  }
  async remove(ctx: Ctx, id: string, where: Filter = {}): Promise<boolean> {
    const r = await edge(this.model.deleteOne({ $and: [this.walls(ctx, true), { _id: `${ctx.tenant}/${id}` }, plain(where)] }).exec());
    return r.deletedCount === 1;
  }
  /** Every tenant's records: only for parts that serve all tenants (gateway memory, schedulers); say why. */
  async acrossTenants(_why: string, filter: Filter = {}): Promise<Stored<S>[]> {
    return (await edge(this.model.find(plain(filter)).lean<Filter[]>().exec())).map((d) => this.parse(d));
  }
  /**
   * Many checked records of several tenants in one call of the driver, all or none inside the transaction of `session`. They
   * are stored as they are, so the caller has parsed them by the schema. Only for parts that serve all tenants; say why.
   */
  async insertRawAcrossTenants(
    _why: string,
    records: readonly (z.output<S> & { id: string; tenant: string; scope: string })[],
    session: mongoose.ClientSession,
  ): Promise<void> {
    const docs = records.map((record) => {
      // key by key: a spread of an object with this many keys takes ten times as long as storing it (V8 of Node 20)
      const doc: Filter = { _id: `${record.tenant}/${record.id}` };
      for (const key in record) if (key !== 'id') doc[key] = record[key];
      return doc;
    });
    await edge(this.model.collection.insertMany(docs, { session }));
  }
  /** A raw document, from here or from a change stream, as the record it is; throws when it is not one. */
  parse(doc: Record<string, unknown>): Stored<S> {
    const tenant = String(doc['tenant']);
    const fields = this.spec.schema.parse(doc) as z.output<S>;
    return {
      ...fields,
      id: String(doc['_id']).slice(tenant.length + 1),
      tenant,
      scope: typeof doc['scope'] === 'string' ? doc['scope'] : '',
    };
  }
  private toDoc(ctx: Ctx, record: z.input<S> & { id: string; scope?: string }): Filter {
    const scope = record.scope ?? ctx.scope;
    if (!contains(ctx.scope, scope))
      throw new HubError('forbidden', `Your key is limited to ${ctx.scope}; it cannot write to ${scope || 'the whole organisation'}.`);
    return { ...(this.spec.schema.parse(record) as Filter), _id: `${ctx.tenant}/${record.id}`, tenant: ctx.tenant, scope };
  }
  private named = (ctx: Ctx, filter: Filter): Filter => named(ctx, filter, this.spec.shared ?? false);
  private walls = (ctx: Ctx, write = false): Filter => walls(ctx, write, this.spec.shared ?? false);
}
