import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Memory } from './memory.js';
import { FEEDS, type KnownLimit, type KnownOffering, type KnownPolicy, type Tables } from './state.js';

const offering = (o: Partial<KnownOffering> = {}): KnownOffering => ({
  ...{ provider: 'openai', modelType: 'text', status: 'active', securityLevel: 'internal', contextWindow: 1, maxTokens: 1 },
  ...{ modalities: { input: ['text'], output: ['text'] }, capabilities: [], priceBook: [], ...o },
});
const limit = (name: string, tenant: string, amount = 1): KnownLimit => ({
  ...{ name, tenant, scope: '', description: '', per: 'key', match: '*', unit: 'requests', window: 'minute', amount, dynamic: [] },
  ...{ whenStoreAway: 'closed', createdAt: '', updatedAt: '', updatedBy: '' },
});
const empty = (): Tables => Object.fromEntries(FEEDS.map((f) => [f, new Map()])) as unknown as Tables;

describe('an offering', () => {
  test('is the tenant’s own before the seeded one, and each tenant has its own governance', () => {
    const m = new Memory();
    m.put('offerings', 'public/openai/gpt-4o', offering({ contextWindow: 128_000 }));
    m.put('governance', 'acme/openai/gpt-4o', { securityLevel: 'restricted' });
    expect(m.offering('acme', 'openai/gpt-4o')).toMatchObject({ securityLevel: 'restricted', status: 'active', contextWindow: 128_000 });
    expect(m.offering('rival', 'openai/gpt-4o')).toMatchObject({ securityLevel: 'internal' });
    m.put('offerings', 'acme/openai/gpt-4o', offering({ contextWindow: 5 }));
    expect(m.offering('acme', 'openai/gpt-4o')).toMatchObject({ securityLevel: 'internal', contextWindow: 5 });
    expect(m.offering('rival', 'openai/gpt-4o')).toMatchObject({ contextWindow: 128_000 });
    expect(m.offering('acme', 'openai/none')).toBeUndefined();
    expect(m.offering('public', 'acme/openai/gpt-4o')).toBeUndefined();
  });
  test('is the same object until it, or what was decided about it, changes', () => {
    const m = new Memory();
    m.put('offerings', 'public/a/m', offering());
    m.put('governance', 'acme/a/m', { status: 'deprecated' });
    const first = m.offering('acme', 'a/m');
    expect(m.offering('acme', 'a/m')).toBe(first);
    m.put('offerings', 'public/a/m', offering({ maxTokens: 7 }));
    expect(m.offering('acme', 'a/m')).toMatchObject({ status: 'deprecated', maxTokens: 7 });
    m.put('governance', 'acme/a/m', {});
    expect(m.offering('acme', 'a/m')).toMatchObject({ status: 'active' });
    m.put('governance', 'acme/a/m', undefined);
    m.put('offerings', 'public/a/m', undefined);
    expect(m.offering('acme', 'a/m')).toBeUndefined();
  });
});

test('policies and settings are found by tenant, environment and name, and by no other', () => {
  const m = new Memory();
  const policy = { tenant: 'acme', environment: 'production', name: 'chat' } as KnownPolicy;
  m.put('routingPolicies', 'acme/production/chat', policy);
  m.put('gatewaySettings', 'acme/production/chat', { unpriced: 'block' });
  expect(m.policy('acme', 'production', 'chat')).toBe(policy);
  expect(m.settings('acme', 'production', 'chat')).toEqual({ unpriced: 'block' });
  for (const [t, e, n] of [
    ['rival', 'production', 'chat'],
    ['acme', 'staging', 'chat'],
    ['acme', 'production', 'other'],
  ] as const) {
    expect(m.policy(t, e, n)).toBeUndefined();
    expect(m.settings(t, e, n)).toBeUndefined();
  }
  m.replace(empty());
  expect(m.policy('acme', 'production', 'chat')).toBeUndefined();
  expect([...m.policies()]).toEqual([]);
});

describe('limits', () => {
  test('are those of the tenant, whatever came in which order: changes, removals, whole lists', () => {
    const change = fc.record({
      tenant: fc.constantFrom('a', 'b'),
      name: fc.constantFrom('x', 'y', 'z'),
      amount: fc.option(fc.nat(5)),
      whole: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const m = new Memory();
        const model = new Map<string, KnownLimit>();
        for (const { tenant, name, amount, whole } of changes) {
          const id = `${tenant}/${name}`;
          const record = amount === null ? undefined : limit(name, tenant, amount);
          if (record) model.set(id, record);
          else model.delete(id);
          if (whole) m.replace({ ...empty(), limits: new Map(model) });
          else m.put('limits', id, record);
          for (const t of ['a', 'b']) {
            const expected = [...model.values()].filter((l) => l.tenant === t);
            expect(new Set(m.limits(t))).toEqual(new Set(expected));
            expect(m.limits(t)).toHaveLength(expected.length);
          }
        }
      }),
    );
  });
  test('are the same list until one of them changes', () => {
    const m = new Memory();
    m.put('limits', 'a/x', limit('x', 'a'));
    const before = m.limits('a');
    m.put('limits', 'b/x', limit('x', 'b'));
    expect(m.limits('a')).toBe(before);
    m.put('limits', 'a/y', limit('y', 'a'));
    expect(m.limits('a')).not.toBe(before);
    expect(m.limits('c')).toBe(m.limits('d'));
  });
});
