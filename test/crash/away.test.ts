import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localModel } from '../api/fixtures.js';
import { until } from '../support/until.js';
import { Caller, Installation } from './installation.js';

/** Temporal or MongoDB away for a while: calls go on, the API says 503 with Retry-After for what it cannot do, all recovers by itself. */
const hub = new Installation();
beforeAll(async () => {
  await hub.start();
  const m = localModel('acme/steady', hub.marker);
  await hub.call('POST', '/api/v1/models', m);
  for (const t of [0.1, 0.2]) {
    await hub.call('POST', '/api/v1/models/deploy', {
      modelId: 'acme/steady',
      environment: 'production',
      name: 'steady',
      parameters: { temperature: t },
    });
    await until('it is live', async () => {
      const v = await hub.view('steady');
      return v?.phase === 'live' && v.revisions.find((r) => r.digest === v.stable)?.spec.parameters['temperature'] === t;
    });
  }
}, 120_000);
afterAll(() => hub.stop(), 60_000);

const pidOf = (part: string): number => (JSON.parse(readFileSync(join(hub.dataDir, 'run', `${part}.json`), 'utf8')) as { pid: number }).pid;
const AWAY_MS = 30_000;

test.each(['temporal', 'mongodb'])('%s does not answer', async (server) => {
  const caller = new Caller(hub, 'steady', hub.key());
  const pid = pidOf(server);
  process.kill(pid, 'SIGSTOP'); // there, but silent: worse than gone
  const began = Date.now();
  try {
    const r = await fetch(`${hub.api}/api/v1/deployments/production/steady/rollback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.key()}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(r.status).toBe(503);
    expect(Number(r.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await r.json()).toMatchObject({ code: 'unavailable' });
    if (server === 'temporal') {
      const view = await hub.view('steady');
      const other = view?.revisions.find((x) => x.digest !== view.stable);
      const glass = await hub.call('POST', '/api/v1/deployments/production/steady/break-glass', {
        to: other?.number,
        reason: 'temporal is away',
      });
      expect(glass.status).toBe(200);
      await until('traffic has moved without Temporal', async () => {
        const c = await fetch(`${hub.gateway}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.key()}` },
          body: JSON.stringify({ model: 'steady', messages: [] }),
        });
        return c.headers.get('x-modelhub-revision') === other?.digest;
      });
    }
    await new Promise((go) => setTimeout(go, Math.max(0, AWAY_MS - (Date.now() - began))));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('the API works again', async () => (await hub.view('steady')) !== undefined, 30_000);
  const token = (await hub.view('steady'))?.token ?? 0;
  await until(
    'verbs work again',
    async () => {
      const r = await hub.call('POST', '/api/v1/deployments/production/steady/rollback', {}).catch(() => undefined);
      return r?.status === 202;
    },
    60_000,
  );
  await until(
    'it settles',
    async () => {
      const v = await hub.view('steady');
      return v?.phase === 'live' && v.token > token;
    },
    60_000,
  );
  await caller.stop();
  expect(caller.failures).toEqual([]);
});
