import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gatewayProcess } from './support/child.js';
import { call, Hub, revision, until } from './support/hub.js';
import { json, pause, sse, Upstream } from './support/upstream.js';

let hub: Hub;
let up: Upstream;
let key: string;
beforeAll(async () => {
  hub = await Hub.open('gateway_crash');
  up = await Upstream.start();
  key = (await hub.key()).key;
  await hub.route('load', 1, [revision('k1', [up.url])]);
});
afterAll(async () => {
  await up.stop();
  await hub.close();
});

const ready = (port: number) => until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);

it('has one event for each call through kill -9 under load, and marks those that died with it as lost', async () => {
  up.behave = async (res, seen) => {
    await pause(Math.random() * 40);
    if (seen.body.includes('"stream":true')) await sse(5)(res, seen);
    else await json(res, seen);
  };
  const { log: _log, ...options } = hub.options();
  let port = 0;
  let answered = 0;
  let stop = false;
  const callers = Array.from({ length: 8 }, async (_, n) => {
    while (!stop) {
      try {
        const answer = await call(`http://127.0.0.1:${port}`, key, { model: 'load', stream: n % 2 === 0 });
        const text = await answer.text();
        if (answer.status === 200 && (n % 2 === 1 || text.includes('[DONE]'))) answered++;
      } catch {
        await pause(20); // the gateway is being killed or started
      }
    }
  });
  for (let round = 0; round < 5; round++) {
    const child = await gatewayProcess({ ...options, port });
    port = child.port;
    await ready(port);
    // however slow the machine is, there are calls in every round
    for (const enough = up.seen.length + 20; up.seen.length < enough; ) await pause(20);
    await pause(200 + Math.random() * 300);
    await child.kill();
  }
  const last = await gatewayProcess({ ...options, port });
  await ready(port);
  await pause(500);
  stop = true;
  await Promise.all(callers);
  const calls = up.seen.length;
  expect(calls).toBeGreaterThan(100);
  // a call may have died after its start line and before the upstream saw it: at most the callers of each kill
  await until(
    async () => (await hub.events()).length >= calls,
    15_000,
    async () => `${(await hub.events()).length} events of ${calls} calls`,
  );
  await pause(500);
  const events = await hub.events();
  const lost = events.filter((e) => e.status === 'lost');
  const ids = new Set(events.map((e) => e.id));
  const seenIds = up.seen.map((s) => String(s.headers['x-request-id']));
  await last.kill();
  expect(ids.size).toBe(events.length);
  expect(seenIds.filter((id) => !ids.has(id))).toEqual([]);
  expect(events.length - new Set(seenIds).size).toBeLessThanOrEqual(5 * 8);
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.every((e) => e.inputTokens === null && e.latencyMs === null)).toBe(true);
  // every answer that a caller had in full is an ok event
  expect(events.filter((e) => e.status === 'ok').length).toBeGreaterThanOrEqual(answered);
});
