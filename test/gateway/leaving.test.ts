import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call, Hub, revision, until } from './support/hub.js';
import { json, pause, sse, Upstream } from './support/upstream.js';
import { policy } from './support/world.js';

/** A client that leaves while the hub waits before another try: nobody is asked for it again, and its call has an end. */
let hub: Hub;
let up: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
beforeAll(async () => {
  hub = await Hub.open('gateway_leaving');
  up = await Upstream.start();
  key = (await hub.key()).key;
  for (const name of ['stream', 'whole']) {
    await hub.route(name, 1, [revision(name, [up.url], { modelId: `local/${name}` })]);
    await policy(hub, `retry-${name}`, { candidates: [{ deployment: name }], retry: { baseMs: 400, maxMs: 800, maxAttempts: 3 } });
  }
  gateway = await hub.gateway();
});
afterAll(async () => {
  await gateway.stop();
  await up.stop();
  await hub.close();
});

it.each(['stream', 'whole'])('%s', async (kind) => {
  up.seen.length = 0;
  up.behave = (res, seen) => {
    if (up.seen.length === 1) return void res.writeHead(503, { 'retry-after': '1' }).end('{}');
    return kind === 'stream' ? sse()(res, seen) : json(res, seen);
  };
  const client = new AbortController();
  const answer = call(gateway.url, key, { model: `retry-${kind}`, stream: kind === 'stream' }, { signal: client.signal });
  answer.catch(() => undefined);
  await until(() => up.seen.length === 1);
  await pause(50); // of a second
  client.abort();
  const ended = () => hub.events({ deployment: kind });
  await until(async () => (await ended()).length === 1);
  expect(await ended()).toEqual([expect.objectContaining({ status: 'aborted', attempts: 1, httpStatus: null, cost: null })]);
  expect(up.seen).toHaveLength(1);
});
