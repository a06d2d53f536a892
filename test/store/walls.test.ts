import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import '#store/migrate.js';
import type { z } from 'zod';
import { Collection, declaredCollections } from '#store/kit/collection.js';
import { openStore, type Store } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';
import { EXAMPLES } from './examples.js';

/** Every declared collection runs this suite: one tenant never reads, counts, changes or removes what is another's. */
let store: Store;
beforeAll(async () => {
  const uri = testDatabase('walls');
  await migrate(uri, { seed: false });
  store = await openStore(uri);
});
afterAll(() => store.close());
const ctx = (tenant: string, scope = '') => ({ tenant, scope, actor: 'a', requestId: 'r' });
const open = (name: string): Collection<z.ZodObject> => {
  const spec = declaredCollections().find((c) => c.name === name);
  if (!spec) throw new Error(`no collection ${name}`);
  return new Collection(store, spec);
};

describe.each(declaredCollections().map((c) => c.name))('%s', (name) => {
  const record = (id: string, scope = ''): never => {
    const known = EXAMPLES[name];
    if (!known) throw new Error(`test/store/examples.ts has no example of ${name}`);
    return { ...known, ...('hash' in known ? { hash: String(Math.random()) } : {}), id, scope } as never;
  };
  test('is behind the tenant wall', async () => {
    const c = open(name);
    await c.insert(ctx('a'), record('one'));
    expect((await c.get(ctx('a'), 'one')).id).toBe('one');
    await expect(c.get(ctx('b'), 'one')).rejects.toMatchObject({ code: 'not-found' });
    expect((await c.find(ctx('b'), {})).items.filter((i) => (i as { tenant: string }).tenant === 'a')).toEqual([]);
    expect(await c.count(ctx('b'), { id: 'one' })).toBe(0);
    expect(await c.update(ctx('b'), 'one', {})).toBe(false);
    expect(await c.remove(ctx('b'), 'one')).toBe(false);
    await c.insert(ctx('b'), record('one')); // the same id is free in another tenant
    expect(await c.remove(ctx('b'), 'one')).toBe(true);
    expect((await c.get(ctx('a'), 'one')).id).toBe('one');
  });
  test('is behind the scope wall', async () => {
    const c = open(name);
    await c.insert(ctx('s'), record('high', ''));
    await c.insert(ctx('s'), record('mine', 'w/p/dev'));
    await c.insert(ctx('s'), record('other', 'w/p/production'));
    await c.insert(ctx('s'), record('near', 'w/p/dev-2'));
    const dev = ctx('s', 'w/p/dev');
    const { items } = await c.find(dev, { tenant: 's' }); // shared collections also show the public tenant's records
    expect(items.map((i) => (i as { id: string }).id).sort()).toEqual(['high', 'mine']);
    expect(await c.remove(dev, 'high')).toBe(false); // visible from below, but not to be changed from there
    expect(await c.remove(dev, 'other')).toBe(false);
    await expect(c.insert(dev, record('x', 'w/p/production'))).rejects.toMatchObject({ code: 'forbidden' });
  });
  test('refuses a call without a tenant, an unknown field, and an undefined value', async () => {
    const c = open(name);
    await expect(c.find(ctx(''), {})).rejects.toThrow(/tenant/);
    await expect(c.find(ctx('a'), { nothingSuch: 1 })).rejects.toThrow(/strict/i);
    await expect(c.find(ctx('a'), { id: undefined })).rejects.toThrow(/undefined/);
  });
});

describe('pages', () => {
  test('go on after the last record even while records are added and removed', async () => {
    const c = open('ticks');
    for (let i = 0; i < 25; i++) await c.insert(ctx('p'), { ...EXAMPLES['ticks'], id: `t${i}`, applied: i % 5 } as never);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await c.find(ctx('p'), {}, { sort: ['applied', -1], limit: 4, cursor });
      seen.push(...page.items.map((i) => (i as { id: string }).id));
      cursor = page.next;
      const first = seen[0];
      if (first) await c.remove(ctx('p'), first);
    } while (cursor);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });
  test('a cursor with an operator in it is refused', async () => {
    const evil = Buffer.from(JSON.stringify([{ $ne: 1 }, 'x'])).toString('base64url');
    await expect(open('ticks').find(ctx('p'), {}, { cursor: evil })).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('put', () => {
  test('makes a record, replaces it whole, and changes none above or beside the caller’s scope', async () => {
    const c = open('limits');
    const put = (scope: string, more: object) => c.put(ctx('put', scope), { ...EXAMPLES['limits'], id: 'l', scope, ...more } as never);
    await put('a/b', { environment: 'staging' });
    await put('a/b', { amount: 2 });
    const whole = await c.get(ctx('put'), 'l');
    expect(whole).toMatchObject({ amount: 2, scope: 'a/b' });
    expect(whole).not.toHaveProperty('environment');
    await expect(put('a/c', {})).rejects.toMatchObject({ code: 'forbidden' });
    await put('', { amount: 3 });
    await expect(put('a', {})).rejects.toMatchObject({ code: 'forbidden' });
    expect(await c.get(ctx('put'), 'l')).toMatchObject({ amount: 3, scope: '' });
    await c.put(ctx('other'), { ...EXAMPLES['limits'], id: 'l' } as never);
    expect(await c.get(ctx('put'), 'l')).toMatchObject({ amount: 3 });
  });
});

describe('putNewer', () => {
  test('keeps the newer record whatever the order, also when many write at once', async () => {
    const c = open('routes');
    const put = (version: number) => c.putNewer(ctx('n'), { ...EXAMPLES['routes'], id: 'r', version } as never, 'version');
    const order = Array.from({ length: 20 }, (_, i) => i + 1).sort(() => Math.random() - 0.5);
    await Promise.all(order.map(put));
    expect(await c.get(ctx('n'), 'r')).toMatchObject({ version: 20 });
    expect(await put(20)).toBe(false);
  });
});

describe('transactions', () => {
  test('go on after putNewer met a record that is as new: a repeated saveView must end', async () => {
    const c = open('routes');
    const put = () => c.putNewer(ctx('again'), { ...EXAMPLES['routes'], id: 'r', version: 3 } as never, 'version');
    await put();
    const second = await store.transaction(async () => {
      const wrote = await put();
      await open('ticks').insert(ctx('again'), { ...EXAMPLES['ticks'], id: 'after' } as never);
      return wrote;
    });
    expect(second).toBe(false);
    expect(await open('ticks').count(ctx('again'))).toBe(1);
  });
  test('both or neither, and a nested one joins the outer', async () => {
    const c = open('ticks');
    const tick = (id: string): never => ({ ...EXAMPLES['ticks'], id }) as never;
    const failed = store.transaction(async () => {
      await c.insert(ctx('t'), tick('one'));
      await store.transaction(() => c.insert(ctx('t'), tick('two')));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await c.count(ctx('t'))).toBe(0);
  });
});
