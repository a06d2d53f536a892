import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { foreignKey, localModel } from './fixtures.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub('live');
  await hub.call('POST', '/api/v1/models', localModel('acme/live'));
});
afterAll(() => hub.stop());

interface Seen {
  id: string;
  event: string;
  data: { topic?: string; token?: number };
}
/** Reads the stream into `events` until closed. */
function listen(topics: string, o: { key?: string; lastId?: string } = {}) {
  const events: Seen[] = [];
  const end = new AbortController();
  const headers = { authorization: `Bearer ${o.key ?? hub.adminKey}`, ...(o.lastId ? { 'last-event-id': o.lastId } : {}) };
  const done = (async () => {
    const r = await fetch(`${hub.apiUrl}/api/v1/live?topics=${encodeURIComponent(topics)}`, { headers, signal: end.signal });
    let rest = '';
    for await (const chunk of (r.body ?? []) as AsyncIterable<Uint8Array>) {
      const blocks = (rest + new TextDecoder().decode(chunk)).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const b of blocks) {
        const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(b)?.[1] ?? '';
        if (field('event'))
          events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data') || '{}') as Seen['data'] });
      }
    }
  })().catch(() => undefined);
  return {
    events,
    async close() {
      end.abort();
      await done;
    },
  };
}
const deploy = (name: string) => hub.call('POST', '/api/v1/models/deploy', { modelId: 'acme/live', environment: 'development', name });

test('tells each change, resumes without gap or repeat, and says resync when it cannot', async () => {
  const all = listen('deployments');
  const first = listen('deployments');
  await until('both listen', () => all.events.some((e) => e.event === 'hello') && first.events.some((e) => e.event === 'hello'));
  await deploy('one');
  await until('the first changes arrive', () => first.events.filter((e) => e.event === 'changed').length >= 2);
  await first.close();
  const before = first.events.filter((e) => e.event === 'changed');
  await hub.reach('development', 'one', 'live');
  const second = listen('deployments', { lastId: before.at(-1)?.id ?? '' });
  const changes = () => all.events.filter((e) => e.event === 'changed').map((e) => e.id);
  await until(
    'the second has caught up',
    () => [...before, ...second.events.filter((e) => e.event === 'changed')].length >= changes().length,
  );
  const joined = [...before, ...second.events.filter((e) => e.event === 'changed')].map((e) => e.id);
  expect(joined).toEqual(changes());
  expect(second.events.some((e) => e.event === 'resync')).toBe(false);

  const lost = listen('deployments', { lastId: 'another-9' });
  await until('it is told to read again', () => lost.events.some((e) => e.event === 'resync'));
  await Promise.all([all.close(), second.close(), lost.close()]);
});

test('another tenant hears nothing of it; a topic needs its permission', async () => {
  const rival = listen('deployments', { key: await foreignKey(hub) });
  const ours = listen('deployment:development/two');
  await until('both listen', () => rival.events.length > 0 && ours.events.length > 0);
  await deploy('two');
  await until('we hear it', () => ours.events.some((e) => e.data.topic === 'deployment:development/two'));
  expect(rival.events.filter((e) => e.event === 'changed')).toEqual([]);
  await Promise.all([rival.close(), ours.close()]);
  expect((await hub.call('GET', '/api/v1/live?topics=nonsense')).status).toBe(400);
});

test('policies, settings and limits are topics', async () => {
  const all = listen('routing,limits');
  const catalogOnly = listen('catalog');
  await until('both listen', () => all.events.length > 0 && catalogOnly.events.length > 0);
  await hub.reach('development', 'one', 'live');
  await hub.call('PUT', '/api/v1/routing/policies/development/front', { candidates: [{ deployment: 'one' }] });
  await hub.call('PUT', '/api/v1/limits/all', { per: 'key', unit: 'concurrency', amount: 100 });
  const topics = () => all.events.filter((e) => e.event === 'changed').map((e) => e.data.topic);
  await until('policy and limit are told', () => topics().includes('routing') && topics().includes('limits'));
  await hub.call('PUT', '/api/v1/deployments/development/one/gateway', { unpriced: 'block' });
  await until('the settings are told', () => topics().filter((t) => t === 'routing').length === 2);
  expect(catalogOnly.events.filter((e) => e.event === 'changed')).toEqual([]);
  await Promise.all([all.close(), catalogOnly.close()]);
});
