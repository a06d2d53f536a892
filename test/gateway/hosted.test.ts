import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyring } from '#adapters/keys/local.js';
import { aliasId, modelAliases } from '#store/catalog/collections.js';
import { connections, credentialPlace } from '#store/connection.js';
import { call, ctx, Hub, revision, TENANT, until } from './support/hub.js';
import { json, Upstream } from './support/upstream.js';

const SECRET = 'sk-provider-secret-4711';
let hub: Hub;
let up: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
const now = new Date().toISOString();
const connection = (name: string, o: { secret?: string; from?: string }) => {
  const sealed =
    o.secret === undefined ? undefined : openKeyring(join(hub.dataDir, 'keyring')).seal(o.secret, credentialPlace(TENANT, o.from ?? name));
  return connections(hub.store).insert(ctx(), {
    id: name,
    name,
    kind: 'custom',
    provider: 'fake',
    baseUrl: `${up.url}/api/v1`,
    createdAt: now,
    updatedAt: now,
    ...(sealed ? { sealed } : {}),
  });
};
const hosted = (digest: string, name: string) =>
  revision(digest, [], { connection: name, provider: 'fake', modelId: 'fake/large', modelVersion: digest });
beforeAll(async () => {
  hub = await Hub.open('gateway_hosted');
  up = await Upstream.start(json);
  key = (await hub.key()).key;
  await connection('good', { secret: SECRET });
  await connection('moved', { secret: SECRET, from: 'other' });
  await hub.route('large', 1, [hosted('v1', 'good'), hosted('v2', 'good')]);
  await hub.route('moved', 1, [hosted('v8', 'moved')]);
  await hub.route('missing', 1, [hosted('v9', 'nowhere')]);
  gateway = await hub.gateway();
});
afterAll(async () => {
  await gateway.stop();
  await up.stop();
  await hub.close();
});
const codeOf = async (r: Response) => ((await r.json()) as { error: { code: string } }).error.code;

it('calls the provider with the opened credential, which is nowhere else', async () => {
  const answer = await call(gateway.url, key, { model: 'large' });
  expect([answer.status, up.seen.at(-1)?.path, up.seen.at(-1)?.headers.authorization]).toEqual([
    200,
    '/api/v1/chat/completions',
    `Bearer ${SECRET}`,
  ]);
  expect(JSON.stringify([...answer.headers]) + (await answer.text())).not.toContain(SECRET);
  await hub.eventCount(1);
  await until(() => readFileSync(join(hub.dataDir, `gateway-${gateway.port}`, 'snapshot.json'), 'utf8').includes('"good"'));
  expect(readFileSync(join(hub.dataDir, `gateway-${gateway.port}`, 'snapshot.json'), 'utf8')).not.toContain(SECRET);
});
it('uses a changed credential at once', async () => {
  const sealed = openKeyring(join(hub.dataDir, 'keyring')).seal('sk-second', credentialPlace(TENANT, 'good'));
  await connections(hub.store).update(ctx(), 'good', { sealed });
  await until(async () => {
    await call(gateway.url, key, { model: 'large' });
    return up.seen.at(-1)?.headers.authorization === 'Bearer sk-second';
  }, 1_000);
});
it('says that a connection is gone or unreadable, and records the call', async () => {
  const [missing, moved] = [await call(gateway.url, key, { model: 'missing' }), await call(gateway.url, key, { model: 'moved' })];
  expect([missing.status, await codeOf(missing), moved.status, await codeOf(moved)]).toEqual([
    503,
    'no_connection',
    503,
    'credential_unreadable',
  ]);
  expect(hub.logged.join('\n')).not.toContain(SECRET);
  await until(async () => (await hub.events({ status: 'refused', attempts: 0 })).length === 2);
});
it('finds the deployment that serves an alias, and follows the alias', async () => {
  expect((await call(gateway.url, key, { model: 'fake/large@champion' })).status).toBe(404);
  await modelAliases(hub.store).insert(ctx(), {
    id: aliasId('fake/large', 'champion'),
    modelId: 'fake/large',
    alias: 'champion',
    version: 'v1',
    movedAt: now,
    movedBy: 'test',
  });
  await until(async () => (await call(gateway.url, key, { model: 'fake/large@champion' })).ok);
  const list = (await (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).json()) as {
    data: { id: string }[];
  };
  expect(list.data.map((m) => m.id)).toContain('fake/large@champion');
  await modelAliases(hub.store).update(ctx(), aliasId('fake/large', 'champion'), { version: 'v2' });
  // v2 has no weight yet: nobody serves it
  await until(async () => (await call(gateway.url, key, { model: 'fake/large@champion' })).status === 404);
  await hub.route('large', 2, [hosted('v1', 'good'), hosted('v2', 'good')], {
    weights: [
      { digest: 'v1', weight: 50 },
      { digest: 'v2', weight: 50 },
    ],
  });
  await until(async () => (await call(gateway.url, key, { model: 'fake/large@champion' })).ok);
  for (let n = 0; n < 10; n++)
    expect((await call(gateway.url, key, { model: 'fake/large@champion' })).headers.get('x-modelhub-revision')).toBe('v2');
});
