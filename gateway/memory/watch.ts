import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '#store/kit/connect.js';
import { errorText, type Log } from '../log.js';
import { listAll, readRecord } from './feeds.js';
import type { Memory } from './memory.js';
import { FEEDS, type Feed } from './state.js';

/** The part of a change event that we use. */
interface Change {
  _id: unknown;
  operationType: string;
  ns?: { coll: string };
  documentKey?: { _id: string };
  fullDocument?: Record<string, unknown> | null;
}
const DOCUMENT_CHANGES = new Set(['insert', 'update', 'replace', 'delete']);
/** resume token older than the oplog, or not usable any more */
const HISTORY_LOST = new Set([136, 222, 234, 260, 280, 286]);
const MAX_BACKOFF_MS = 2_000;

/** Keeps the memory in step with MongoDB: lists, then watches; resumes by token, lists again when the history is lost. */
export class Watch {
  private readonly memory: Memory;
  private readonly open: () => Promise<Store>;
  private readonly log: Log;
  private token: unknown;
  private stopping = false;
  private close: () => Promise<void> = async () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(memory: Memory, open: () => Promise<Store>, log: Log) {
    this.memory = memory;
    this.open = open;
    this.log = log;
  }
  start(): void {
    this.running = this.run();
  }
  async stop(): Promise<void> {
    this.stopping = true;
    // not awaited: the server holds our question for up to a second; closing the connection ends it
    void this.close().catch(() => undefined);
    await Promise.race([this.running, sleep(100, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping; ) {
      try {
        await this.follow(await this.open(), () => {
          if (failures > 0) this.log('info', 'watching MongoDB again', { failures });
          failures = 0;
        });
      } catch (e) {
        if (this.stopping) return;
        if (HISTORY_LOST.has(Number((e as { code?: unknown }).code))) this.token = undefined;
        failures++;
        if (failures === 1) this.log('warn', 'the watch on MongoDB broke; serving on from memory', { reason: errorText(e) });
        // a token may be unusable in ways that have no code of their own
        if (failures % 10 === 0) this.token = undefined;
        await sleep(Math.min(MAX_BACKOFF_MS, 50 * 2 ** Math.min(failures, 6)));
      }
    }
  }

  private async follow(store: Store, worked: () => void): Promise<void> {
    const db = store.db.db;
    if (!db) throw new Error('not connected');
    const stream = db.watch<Record<string, unknown>>(
      [{ $match: { $or: [{ 'ns.coll': { $in: [...FEEDS] } }, { operationType: { $in: ['dropDatabase', 'invalidate'] } }] } }],
      {
        fullDocument: 'updateLookup',
        maxAwaitTimeMS: 1_000,
        ...(this.token === undefined ? {} : { resumeAfter: this.token }),
      },
    );
    this.close = () => stream.close();
    try {
      // the stream stands before the list is read: no change can fall between the two
      const first = (await stream.tryNext()) as Change | null;
      if (this.token === undefined) {
        const tables = await listAll(store, (feed, id, e) => this.unreadable(feed, id, e));
        this.memory.source = 'mongodb';
        this.memory.confirmedAt = Date.now();
        this.memory.replace(tables);
      }
      worked();
      if (first) this.apply(store, first);
      while (!this.stopping) {
        this.token = stream.resumeToken;
        this.memory.confirmedAt = Date.now();
        const change = (await stream.tryNext()) as Change | null;
        if (change) this.apply(store, change);
      }
    } finally {
      await stream.close().catch(() => undefined); // the error that brought us here is the one to report
    }
  }

  private apply(store: Store, change: Change): void {
    const feed = change.ns?.coll as Feed;
    if (!DOCUMENT_CHANGES.has(change.operationType) || !change.documentKey) {
      this.token = undefined;
      throw new Error(`the database changed as a whole (${change.operationType}); listing again`);
    }
    const id = change.documentKey._id;
    // an update whose document is gone by now: its removal follows
    if (change.operationType !== 'delete' && !change.fullDocument) return;
    try {
      this.memory.put(
        feed,
        id,
        change.fullDocument && change.operationType !== 'delete' ? readRecord(store, feed, change.fullDocument) : undefined,
      );
    } catch (e) {
      this.unreadable(feed, id, e);
    }
  }
  private unreadable(feed: Feed, id: string, e: unknown): void {
    this.log('error', 'a document cannot be read; what was known before stays in force', { feed, id, reason: errorText(e) });
  }
}
