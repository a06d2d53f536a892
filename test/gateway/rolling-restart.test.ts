import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Hub, revision } from './support/hub.js';
import { type Behaviour, json, pause, sse, Upstream } from './support/upstream.js';

/** Two gateways are replaced one after the other under load; a balancer sends to whoever says that it is ready. */
let hub: Hub;
let up: Upstream;
beforeAll(async () => {
  hub = await Hub.open('gateway_rolling');
  const behave: Behaviour = async (res, seen) => {
    await pause(20);
    return seen.body.includes('"stream":true') ? sse(15)(res, seen) : json(res, seen);
  };
  up = await Upstream.start(behave);
  await hub.route('chat', 1, [revision('d1', [up.url])]);
});
afterAll(async () => {
  await up.stop();
  await hub.close();
});

it('no call fails while gateways are replaced', async () => {
  const { key } = await hub.key();
  let gateways = await Promise.all([hub.gateway({ graceMs: 5_000 }), hub.gateway({ graceMs: 5_000 })]);
  let balanced = [...gateways];
  const failures: string[] = [];
  let calls = 0;
  let over = false;
  const client = async (n: number) => {
    while (!over) {
      const to = balanced[calls++ % balanced.length] as (typeof gateways)[number];
      const stream = calls % 2 === 0;
      try {
        const r = await fetch(`${to.url}/v1/chat/completions`, {
          method: 'POST',
          // a balancer that keeps connections must end them with the target: here each call has its own
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
          body: JSON.stringify({ model: 'chat', stream }),
        });
        const text = await r.text();
        if (r.status !== 200 || (stream && !text.endsWith('data: [DONE]\n\n'))) failures.push(`${n}: ${r.status} ${text.slice(-200)}`);
      } catch (e) {
        failures.push(`${n}: ${String(e)} ${String((e as Error).cause)}`);
      }
    }
  };
  const clients = Promise.all(Array.from({ length: 12 }, (_, n) => client(n)));
  await pause(300);
  for (const at of [0, 1]) {
    const old = gateways[at] as (typeof gateways)[number];
    balanced = balanced.filter((g) => g !== old); // the balancer takes it out, then it is told to stop
    await old.stop();
    const fresh = await hub.gateway({ graceMs: 5_000 });
    gateways = gateways.map((g) => (g === old ? fresh : g)) as typeof gateways;
    balanced = [...gateways];
    await pause(200);
  }
  over = true;
  await clients;
  await Promise.all(gateways.map((g) => g.stop()));
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(50);
});
