import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from '@jest/globals';
import { Memory } from '#gateway/memory/memory.js';
import { Watch } from '#gateway/memory/watch.js';
import { limitBody } from '#core/limit/schema.js';
import { routingPolicyInput } from '#core/routing/schema.js';
import { governance, offerings } from '#store/catalog/collections.js';
import { connections } from '#store/connection.js';
import { gatewaySettings } from '#store/gateway-settings.js';
import { limits } from '#store/limit.js';
import { routingPolicies } from '#store/routing-policy.js';
import { ctx, Hub, until } from './support/hub.js';

/** What is stored reaches the memory, by the list and by the watch alike, and nothing of it that the gateway does not need. */
let hub: Hub;
let memory: Memory;
let watch: Watch;
const logged: string[] = [];
const at = new Date().toISOString();
const made = { createdAt: at, updatedAt: at, updatedBy: 't' };
const PRICES = [{ effectiveFrom: at, prices: { input: 2_500_000_000, output: 10_000_000_000 } }];
const offering = (id: string, o: object = {}) => ({
  ...{
    id,
    name: 'A long name',
    version: '1',
    provider: 'a',
    providerName: 'A',
    model: 'm',
    upstreamModel: 'm',
    modelType: 'text' as const,
  },
  ...{
    capabilities: ['tools'],
    supportedTasks: ['chat'],
    modalities: { input: ['text', 'image'], output: ['text'] },
    maxTokens: 8,
    contextWindow: 9,
  },
  ...{
    status: 'active' as const,
    securityLevel: 'internal' as const,
    compliance: [],
    openWeights: false,
    owner: 'catalog' as const,
    served: false,
  },
  ...{ description: 'not needed', priceBook: PRICES, ...o },
});
const PUBLIC = ctx('public');
beforeAll(async () => {
  hub = await Hub.open('gateway_feeds');
});
afterAll(() => hub.close());
beforeEach(() => {
  memory = new Memory();
  watch = new Watch(
    memory,
    async () => hub.store,
    (level, message, fields) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
  );
});
afterEach(() => watch.stop());
const listed = () => until(() => memory.source === 'mongodb');

async function write(): Promise<void> {
  const policy = routingPolicyInput.parse({
    name: 'chat',
    environment: 'production',
    candidates: [{ deployment: 'small' }],
    regions: ['EU'],
  });
  await routingPolicies(hub.store).put(ctx(), { ...policy, ...made, id: 'production/chat', scope: 'w' });
  const limit = limitBody.parse({ per: 'user', unit: 'tokens', window: 'day', amount: 5 });
  await limits(hub.store).put(ctx(), { ...limit, ...made, name: 'users', id: 'users' });
  const settings = { environment: 'production', name: 'small', unpriced: 'flat' as const, flatNano: 3 };
  await gatewaySettings(hub.store).put(ctx(), { ...settings, updatedAt: at, updatedBy: 't', id: 'production/small' });
  await offerings(hub.store).put(PUBLIC, offering('a/m'));
  await governance(hub.store).put(ctx(), { id: 'a/m', modelId: 'a/m', securityLevel: 'restricted', changedAt: at, changedBy: 't' });
  await connections(hub.store).put(ctx(), {
    ...{ id: 'one', name: 'one', kind: 'custom', provider: 'a', baseUrl: 'https://x.test/v1', region: 'EU', createdAt: at, updatedAt: at },
  });
}
function expectAll(): void {
  expect(memory.policy('acme', 'production', 'chat')).toMatchObject({
    tenant: 'acme',
    scope: 'w',
    regions: ['EU'],
    retry: { maxAttempts: 3 },
  });
  expect(memory.limits('acme')).toMatchObject([{ name: 'users', tenant: 'acme', scope: '', amount: 5, dynamic: [] }]);
  expect(memory.settings('acme', 'production', 'small')).toEqual({ unpriced: 'flat', flatNano: 3 });
  expect(memory.connection('acme', 'one')).toMatchObject({ region: 'EU', updatedAt: at });
  expect(memory.offering('acme', 'a/m')).toEqual({
    ...{ provider: 'a', modelType: 'text', status: 'active', securityLevel: 'restricted', contextWindow: 9, maxTokens: 8 },
    ...{ modalities: { input: ['text', 'image'], output: ['text'] }, capabilities: ['tools'], priceBook: PRICES },
  });
  expect(memory.offering('rival', 'a/m')).toMatchObject({ securityLevel: 'internal' });
}

it('by the watch: what is put is there, what is removed is gone', async () => {
  watch.start();
  await listed();
  await write();
  await until(() => memory.connection('acme', 'one') !== undefined);
  expectAll();
  await limits(hub.store).remove(ctx(), 'users');
  await routingPolicies(hub.store).remove(ctx(), 'production/chat');
  await governance(hub.store).remove(ctx(), 'a/m');
  await gatewaySettings(hub.store).remove(ctx(), 'production/small');
  await until(() => memory.settings('acme', 'production', 'small') === undefined);
  expect(memory.limits('acme')).toEqual([]);
  expect(memory.policy('acme', 'production', 'chat')).toBeUndefined();
  expect(memory.offering('acme', 'a/m')).toMatchObject({ securityLevel: 'internal' });
});

it('by the list, also when one document of many cannot be read', async () => {
  await write();
  await hub.store.db
    .collection<{ _id: string }>('offerings')
    .insertOne({ _id: 'public/a/broken', tenant: 'public', priceBook: 'none' } as never);
  watch.start();
  await listed();
  expectAll();
  expect(memory.offering('acme', 'a/broken')).toBeUndefined();
  expect(logged.join('\n')).toContain('public/a/broken');
});
