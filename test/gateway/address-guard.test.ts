import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connections } from '#store/connection.js';
import { call, ctx, Hub, revision } from './support/hub.js';
import { json, Upstream } from './support/upstream.js';

let hub: Hub;
let up: Upstream;
let key: string;
beforeAll(async () => {
  hub = await Hub.open('gateway_guard');
  up = await Upstream.start(json);
  key = (await hub.key()).key;
  const at = new Date().toISOString();
  const port = new URL(up.url).port;
  const names = { literal: up.url, mapped: `http://[::ffff:127.0.0.1]:${port}`, named: `http://localhost:${port}` };
  for (const [name, baseUrl] of Object.entries(names)) {
    // as if it had been stored before there was a guard, or by a name that led elsewhere then
    await connections(hub.store).insert(ctx(), { id: name, name, kind: 'custom', provider: 'fake', baseUrl, createdAt: at, updatedAt: at });
    await hub.route(name, 1, [revision(name, [], { connection: name, provider: 'fake' })]);
  }
  await hub.route('replica', 1, [revision('r1', [up.url])]);
});
afterAll(async () => {
  await up.stop();
  await hub.close();
});

it("reaches a replica on this machine, and nothing there on a tenant's word, even where a socket is open already", async () => {
  const gateway = await hub.gateway({ allowedHosts: [] });
  expect((await call(gateway.url, key, { model: 'replica' })).status).toBe(200);
  const seen = up.seen.length;
  for (const model of ['literal', 'mapped', 'named']) {
    const answer = await call(gateway.url, key, { model });
    expect([model, answer.status, await answer.text()]).toEqual([model, 502, expect.stringContaining('ADDRESS_REFUSED')]);
  }
  expect(up.seen).toHaveLength(seen);
  expect((await call(gateway.url, key, { model: 'replica' })).status).toBe(200);
  await gateway.stop();
});
it('reaches what the operator allows', async () => {
  const gateway = await hub.gateway({ allowedHosts: ['loopback'] });
  for (const model of ['literal', 'named']) expect([model, (await call(gateway.url, key, { model })).status]).toEqual([model, 200]);
  await gateway.stop();
});
