import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { embeddedMongod } from '#cli/embedded/mongod.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { Supervisor } from '#cli/supervisor.js';

const say = (): void => undefined;

test('data and user survive kill -9 and a changed port; another major is refused', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelhub-mongod-'));
  const { cacheDir, mongod: explicit } = loadSettings();
  const run = async (work: (uri: string, supervisor: Supervisor) => Promise<void>): Promise<void> => {
    const mongod = await embeddedMongod({ dataDir, cacheDir, port: await freePort(), explicit, say });
    const supervisor = new Supervisor({ dataDir, say });
    await supervisor.add(mongod.spec);
    try {
      await work(mongod.uri, supervisor);
    } finally {
      await supervisor.stop();
    }
  };
  const count = async (uri: string): Promise<number> => {
    const client = await mongo.MongoClient.connect(uri);
    try {
      return await client.db().collection('things').countDocuments();
    } finally {
      await client.close();
    }
  };
  await run(async (uri, supervisor) => {
    const client = await mongo.MongoClient.connect(uri);
    await client.db().collection('things').insertOne({ kept: true });
    // The leash dies, and mongod with it before the next one starts.
    process.kill(supervisor.pidOf('mongodb') ?? 0, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await client.close();
    expect(await count(uri)).toBe(1);
  });
  await run(async (uri) => expect(await count(uri)).toBe(1));
  expect(statSync(join(dataDir, 'mongodb', 'password')).mode & 0o777).toBe(0o600);
  writeFileSync(join(dataDir, 'mongodb', 'version'), '8.0');
  await expect(embeddedMongod({ dataDir, cacheDir, port: 1, explicit, say })).rejects.toThrow(/which was written by 8\.0/);
  rmSync(dataDir, { recursive: true, force: true });
});
