import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apiKeys, revokeKey } from '#store/identity.js';
import { deploymentId, routeOverrides, routes } from '#store/routing.js';
import { Cuttable } from './support/cuttable.js';
import { call, ctx, Hub, revision, TENANT, until } from './support/hub.js';
import { json, pause, sse, Upstream } from './support/upstream.js';

let hub: Hub;
let up: Upstream;
let key: string;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  hub = await Hub.open('gateway_routes');
  up = await Upstream.start();
  key = (await hub.key()).key;
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  up.behave = json;
});
afterAll(async () => {
  await up.stop();
  await hub.close();
});
async function gateway(o: Parameters<Hub['gateway']>[0] = {}) {
  const g = await hub.gateway(o);
  stops.push(() => g.stop());
  return g;
}
const revisionOf = async (url: string, model: string): Promise<string | null> =>
  (await call(url, key, { model })).headers.get('x-modelhub-revision');

it('refuses a revoked key within a second', async () => {
  const { url } = await gateway();
  await hub.route('revoked', 1, [revision('r1', [up.url])]);
  const k = await hub.key();
  await until(async () => (await call(url, k.key, { model: 'revoked' })).ok);
  await revokeKey(hub.store, ctx(), k.id);
  const revoked = Date.now();
  await until(async () => (await call(url, k.key, { model: 'revoked' })).status === 401);
  expect(Date.now() - revoked).toBeLessThan(1_000);
  await apiKeys(hub.store).remove(ctx(), k.id);
});

it('obeys a new route and acknowledges it, and ignores an older one', async () => {
  const { url, port } = await gateway();
  const parts = [revision('a1', [up.url]), revision('a2', [up.url])];
  await hub.route('moves', 1, parts);
  await until(async () => (await revisionOf(url, 'moves')) === 'a1');
  const moved = Date.now();
  await hub.route('moves', 2, parts, { weights: [{ digest: 'a2', weight: 100 }] });
  await until(async () => (await hub.status(port))?.routes[`${TENANT}/production/moves`] === 2);
  expect(Date.now() - moved).toBeLessThan(1_000);
  expect(await revisionOf(url, 'moves')).toBe('a2');
  // written past the store's own guard, as a writer gone wrong would
  await routes(hub.store).update(ctx(), deploymentId('production', 'moves'), { version: 1, weights: [{ digest: 'a1', weight: 100 }] });
  await pause(300);
  expect(await revisionOf(url, 'moves')).toBe('a2');
});

it('splits by weight', async () => {
  const { url } = await gateway();
  await hub.route('split', 1, [revision('s1', [up.url]), revision('s2', [up.url])], {
    weights: [
      { digest: 's1', weight: 50 },
      { digest: 's2', weight: 50 },
    ],
  });
  await until(async () => (await revisionOf(url, 'split')) !== null);
  const seen = new Set<string | null>();
  for (let n = 0; n < 40; n++) seen.add(await revisionOf(url, 'split'));
  expect(seen).toEqual(new Set(['s1', 's2']));
});

it('puts an override above the route until it is taken away', async () => {
  const { url } = await gateway();
  await hub.route('broken', 1, [revision('o1', [up.url]), revision('o2', [up.url])]);
  await until(async () => (await revisionOf(url, 'broken')) === 'o1');
  const id = deploymentId('production', 'broken');
  await routeOverrides(hub.store).insert(ctx(), {
    id,
    scope: 'default/default/production',
    environment: 'production',
    name: 'broken',
    overrideId: 'ov',
    digest: 'o2',
    reason: 'test',
    by: 'test',
    at: new Date().toISOString(),
  });
  const placed = Date.now();
  await until(async () => (await revisionOf(url, 'broken')) === 'o2');
  expect(Date.now() - placed).toBeLessThan(1_000);
  await routeOverrides(hub.store).remove(ctx(), id);
  await until(async () => (await revisionOf(url, 'broken')) === 'o1');
});

it('says which revisions without weight still have calls, and when they are through', async () => {
  const { url, port } = await gateway();
  const parts = [revision('w1', [up.url]), revision('w2', [up.url])];
  await hub.route('drains', 1, parts);
  await until(async () => (await revisionOf(url, 'drains')) === 'w1');
  up.behave = sse(150);
  const answer = await call(url, key, { model: 'drains', stream: true });
  await hub.route('drains', 2, parts, { weights: [{ digest: 'w2', weight: 100 }] });
  await until(async () => (await hub.status(port))?.draining['w1'] === 1);
  expect((await hub.status(port))?.routes[`${TENANT}/production/drains`]).toBe(2);
  expect(await answer.text()).toContain('[DONE]');
  const ended = Date.now();
  await until(async () => (await hub.status(port))?.draining['w1'] === undefined);
  expect(Date.now() - ended).toBeLessThan(500);
});

it('gives each slot of a hosted revision one call, and refuses the next with Retry-After', async () => {
  const { url } = await gateway();
  await hub.route('slots', 1, [revision('l1', [up.url], { slots: 1 })]);
  await until(async () => (await revisionOf(url, 'slots')) === 'l1');
  up.behave = sse(50);
  const first = await call(url, key, { model: 'slots', stream: true });
  const second = await call(url, key, { model: 'slots' });
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
  await first.text();
  up.behave = json;
  expect((await call(url, key, { model: 'slots' })).status).toBe(200);
});

it('forgets a removed route, and takes its record away when it stops', async () => {
  const g = await hub.gateway();
  await hub.route('removed', 1, [revision('f1', [up.url])]);
  await until(async () => (await revisionOf(g.url, 'removed')) === 'f1');
  await routes(hub.store).remove(ctx(), deploymentId('production', 'removed'));
  await until(async () => (await call(g.url, key, { model: 'removed' })).status === 404);
  await g.stop();
  expect(await hub.status(g.port)).toBeUndefined();
});

it('lets calls in flight finish when it stops, and takes no new ones', async () => {
  const g = await hub.gateway({ drainMs: 250 });
  await hub.route('stops', 1, [revision('p1', [up.url])]);
  await until(async () => (await revisionOf(g.url, 'stops')) === 'p1');
  up.behave = sse(50);
  const answer = await call(g.url, key, { model: 'stops', stream: true });
  const stopped = g.stop();
  // a balancer is told first, and who it had just sent here is still served
  expect((await fetch(`${g.url}/readyz`)).status).toBe(503);
  await until(() =>
    fetch(`${g.url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  expect(await answer.text()).toContain('[DONE]');
  await stopped;
  expect(await hub.events({ deployment: 'stops', stream: true })).toHaveLength(1);
});

it('starts from its snapshot while MongoDB is away, and catches up when it is back', async () => {
  const { relay, uri } = await Cuttable.before(hub.uri);
  stops.push(() => relay.cut());
  await hub.route('cold', 1, [revision('c1', [up.url]), revision('c2', [up.url])]);
  const first = await hub.gateway({ mongodbUri: uri });
  await until(async () => (await revisionOf(first.url, 'cold')) === 'c1');
  await first.stop();
  const file = join(hub.dataDir, `gateway-${first.port}`, 'snapshot.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(key);

  await relay.cut();
  const started = Date.now();
  const { url } = await gateway({ mongodbUri: uri, port: first.port });
  expect(await revisionOf(url, 'cold')).toBe('c1');
  expect(Date.now() - started).toBeLessThan(1_000);
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { routing: { source: string; ageMs: number } };
  expect(ready.routing.source).toBe('snapshot');
  await hub.route('cold', 2, [revision('c1', [up.url]), revision('c2', [up.url])], { weights: [{ digest: 'c2', weight: 100 }] });
  await relay.restore();
  await until(async () => (await revisionOf(url, 'cold')) === 'c2');
  const calls = up.seen.filter((s) => s.body.includes('"up-c')).length;
  await until(async () => (await hub.events({ deployment: 'cold' })).length === calls);
});

it('serves on while MongoDB is away for three seconds; nothing is lost or doubled', async () => {
  const { relay, uri } = await Cuttable.before(hub.uri);
  stops.push(() => relay.cut());
  const { url } = await gateway({ mongodbUri: uri });
  await hub.route('away', 1, [revision('y1', [up.url])]);
  await until(async () => (await revisionOf(url, 'away')) === 'y1');
  await until(async () => (await hub.events({ deployment: 'away' })).length > 0);
  const before = up.seen.length;
  const end = Date.now() + 4_500;
  let calls = 0;
  const cut = (async () => {
    await pause(500);
    await relay.cut();
    await pause(3_000);
    await relay.restore();
  })();
  while (Date.now() < end) {
    expect((await call(url, key, { model: 'away' })).status).toBe(200);
    calls++;
    await pause(5);
  }
  await cut;
  expect(up.seen.length - before).toBe(calls);
  await hub.route('away', 2, [revision('y2', [up.url])]);
  await until(async () => (await revisionOf(url, 'away')) === 'y2');
  const total = up.seen.filter((s) => s.body.includes('"up-y')).length;
  await until(async () => (await hub.events({ deployment: 'away' })).length === total);
});
