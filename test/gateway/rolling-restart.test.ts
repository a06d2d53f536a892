import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Hub, revision } from './support/hub.js';
import { type Behaviour, json, pause, sse, Upstream } from './support/upstream.js';

/** Two gateways are replaced one after the other under load; a balancer sends to whoever says that it is ready, and knows no more. */
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
  const start = () => hub.gateway({ graceMs: 5_000, drainMs: 1_500 });
  type Gateway = Awaited<ReturnType<typeof start>>;
  const known = new Set<Gateway>([await start(), await start()]);
  let ready = [...known];
  const failures: string[] = [];
  const served = new Map<string, number>();
  let calls = 0;
  let over = false;

  const balancer = async () => {
    while (!over) {
      const asked = await Promise.all(
        [...known].map(async (g) => ((await fetch(`${g.url}/readyz`).catch(() => undefined))?.ok === true ? [g] : [])),
      );
      ready = asked.flat();
      await pause(50);
    }
  };
  const client = async (n: number) => {
    while (!over) {
      const stream = calls % 3 === 0;
      const to = ready[calls++ % ready.length];
      try {
        if (!to) throw new Error('nobody is ready');
        const r = await fetch(`${to.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'chat', stream }),
        });
        const text = await r.text();
        if (r.status !== 200 || (stream && !text.endsWith('data: [DONE]\n\n'))) failures.push(`${n}: ${r.status} ${text.slice(-200)}`);
        served.set(to.url, (served.get(to.url) ?? 0) + 1);
      } catch (e) {
        failures.push(`${n}: ${String(e)} ${String((e as Error).cause)}`);
      }
    }
  };
  const load = Promise.all([balancer(), ...Array.from({ length: 12 }, (_, n) => client(n))]);
  await pause(300);
  for (const old of [...known]) {
    await old.stop();
    known.delete(old);
    known.add(await start());
    await pause(300);
  }
  over = true;
  await load;
  await Promise.all([...known].map((g) => g.stop()));
  expect(failures).toEqual([]);
  expect(served.size).toBe(4);
  const events = await hub.events({});
  expect(events.filter((e) => e.status === 'ok')).toHaveLength(calls);
});
