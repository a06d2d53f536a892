import mongoose from 'mongoose';
import { HubError } from '#core/shared/problem.js';

/** A connection with the settings that our exactness depends on (research: store-measured sections 3 and 7). */
export interface Store {
  db: mongoose.Connection;
  /** Runs `work` in one transaction; every collection call inside joins it. Nested calls join the outer one. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

mongoose.set('transactionAsyncLocalStorage', true);

/**
 * Connects lazily: operations wait at most `waitMs` for a server and then fail as `unavailable`.
 * @param uri replica set or direct connection; the path names the database
 */
export async function openStore(uri: string, options: { waitMs?: number; poolSize?: number; awaitFirst?: boolean } = {}): Promise<Store> {
  const settings: mongoose.ConnectOptions = {
    useBigInt64: true,
    autoIndex: false,
    autoCreate: false,
    // commands must fail when the server is away, not queue up behind it
    bufferCommands: false,
    writeConcern: { w: 'majority' },
    retryWrites: true,
    maxPoolSize: options.poolSize ?? 20,
    serverSelectionTimeoutMS: options.waitMs ?? 3_000,
    connectTimeoutMS: 3_000,
    heartbeatFrequencyMS: 1_000,
  };
  const db = mongoose.createConnection();
  let closed = false;
  /** mongoose tries the first connection only once; a server that comes up after us must still be found. */
  const connect = async (): Promise<void> => {
    for (let n = 0; !closed; n++) {
      try {
        await db.openUri(uri, settings);
        return;
      } catch (e) {
        if (closed) return; // closing is what ended the attempt
        if (!isUnavailable(e)) throw e;
        await new Promise((r) => setTimeout(r, Math.min(2_000, 100 * 2 ** n)));
      }
    }
  };
  if (options.awaitFirst ?? true) await db.openUri(uri, settings);
  else connect().catch((e: unknown) => db.emit('error', e));
  const store: Store = {
    db,
    async transaction(work) {
      if (sessionOf(db)) return await work();
      let result: Awaited<ReturnType<typeof work>> | undefined;
      try {
        await db.transaction(async () => {
          result = await work().catch((e: unknown) => {
            // the driver runs the transaction again after a write conflict, but only when it sees its own error
            throw e instanceof HubError && isTransient(e.extras.cause) ? e.extras.cause : e;
          });
        });
      } catch (e) {
        throw toHubError(e);
      }
      return result as Awaited<ReturnType<typeof work>>;
    },
    close() {
      closed = true;
      return db.close();
    },
  };
  return store;
}

/** Session of the running transaction, which mongoose keeps in async local storage; native calls must pass it by hand. */
export function sessionOf(db: mongoose.Connection): mongoose.ClientSession | undefined {
  const storage = (
    db.base as unknown as { transactionAsyncLocalStorage?: { getStore(): { session?: mongoose.ClientSession } | undefined } }
  ).transactionAsyncLocalStorage;
  return storage?.getStore()?.session ?? undefined;
}

const isTransient = (e: unknown): boolean =>
  (e as { hasErrorLabel?: (label: string) => boolean } | undefined)?.hasErrorLabel?.('TransientTransactionError') === true;

/** Server away, not primary, pool closed: what a retry may mend. */
export function isUnavailable(error: unknown): boolean {
  const e = error as { name?: string; hasErrorLabel?: (l: string) => boolean; cause?: unknown } | undefined;
  if (!e?.name) return false;
  return (
    /^Mongo(ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|PoolCleared|PoolClosed|ConnectionPoolClosed|WaitQueueTimeout)/.test(
      e.name,
    ) ||
    /^(MongooseServerSelectionError|DisconnectedError)$/.test(e.name) ||
    (e.name === 'MongooseError' && /initial connection|not connected|bufferCommands/i.test(String(error))) ||
    e.hasErrorLabel?.('RetryableWriteError') === true ||
    e.hasErrorLabel?.('TransientTransactionError') === true
  );
}

/** The store's errors in the product's words; everything else passes through. */
export function toHubError(error: unknown): unknown {
  if (error instanceof HubError) return error;
  if (isUnavailable(error))
    return new HubError('unavailable', 'The database does not answer; try again shortly.', { retryAfter: 5, cause: error });
  if ((error as { code?: number } | undefined)?.code === 11000) return new HubError('conflict', 'It exists already.', { cause: error });
  return error;
}

/** The one place where what the store throws becomes the product's error. */
export async function edge<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (e) {
    throw toHubError(e);
  }
}
