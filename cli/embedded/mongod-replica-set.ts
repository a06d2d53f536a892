/** Brings a started mongod to a writable primary with its one user: first start, later starts, and a changed port. */
import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';

interface Access {
  readonly port: number;
  readonly password: string;
  readonly signal: AbortSignal;
}

/** Server error codes that are part of the normal way. */
const ALREADY_INITIALIZED = 23;
const AUTHENTICATION_FAILED = 18;

/** Resolves when this mongod is a writable primary that accepts our user. Every step may be repeated after a crash in the middle. */
export async function makePrimary(access: Access): Promise<void> {
  const open = await untilListening(access);
  try {
    const first = await hello(open);
    if (first['isWritablePrimary'] !== true && !first['setName']) await giveConfig(open, access);
    while ((await hello(open))['isWritablePrimary'] !== true) {
      access.signal.throwIfAborted();
      await sleep(50);
    }
    if (!(await asUser(access, (admin) => admin.command({ ping: 1 })))) await createUser(open, access.password);
  } finally {
    await open.close();
  }
}

/** A client of its own for each try: one whose first connection failed does not recover (mongodb driver 7). */
async function untilListening({ port, signal }: Access): Promise<mongo.MongoClient> {
  for (;;) {
    signal.throwIfAborted();
    const client = new mongo.MongoClient(address(port), { directConnection: true, serverSelectionTimeoutMS: 1_000 });
    try {
      await client.connect();
      return client;
    } catch {
      await client.close();
      await sleep(50);
    }
  }
}

/** Needs no user, so it tells what the server is before there is one. */
function hello(client: mongo.MongoClient): Promise<mongo.Document> {
  return client.db('admin').command({ hello: 1 });
}

/** No configuration that fits: either a new folder, or the port has changed since. */
async function giveConfig(open: mongo.MongoClient, access: Access): Promise<void> {
  const moved = await asUser(access, async (admin) => {
    const { config } = (await admin.command({ replSetGetConfig: 1 })) as { config: { version: number; members: [{ host: string }] } };
    config.members[0].host = `127.0.0.1:${access.port}`;
    config.version += 1;
    await admin.command({ replSetReconfig: config, force: true });
  });
  if (moved) return;
  try {
    await open.db('admin').command({ replSetInitiate: { _id: 'hub', members: [{ _id: 0, host: `127.0.0.1:${access.port}` }] } });
  } catch (error) {
    if (codeOf(error) !== ALREADY_INITIALIZED) throw error;
  }
}

/** Allowed without a user exactly once, from this machine (mongod's localhost exception). */
async function createUser(open: mongo.MongoClient, password: string): Promise<void> {
  await open.db('admin').command({ createUser: 'hub', pwd: password, roles: ['root'], writeConcern: { w: 'majority' } });
}

/** Runs `act` as our user; false when the server does not know that user (yet). */
async function asUser(access: Access, act: (admin: mongo.Db) => Promise<unknown>): Promise<boolean> {
  const client = new mongo.MongoClient(address(access.port), {
    directConnection: true,
    auth: { username: 'hub', password: access.password },
    serverSelectionTimeoutMS: 5_000,
  });
  try {
    await act(client.db('admin'));
    return true;
  } catch (error) {
    if (codeOf(error) === AUTHENTICATION_FAILED) return false;
    throw error;
  } finally {
    await client.close();
  }
}

function address(port: number): string {
  return `mongodb://127.0.0.1:${port}/?authSource=admin`;
}

function codeOf(error: unknown): number | undefined {
  return error instanceof mongo.MongoServerError && typeof error.code === 'number' ? error.code : undefined;
}
