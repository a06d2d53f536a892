import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Memory } from './memory.js';
import { Snapshot } from './snapshot.js';
import type { KnownOffering, KnownPolicy } from './state.js';

const offering = (n: number): KnownOffering => ({
  ...{ provider: 'openai', modelType: 'text', status: 'active', securityLevel: 'internal', contextWindow: n, maxTokens: 1 },
  ...{ modalities: { input: ['text'], output: ['text'] }, capabilities: ['tools'] },
  priceBook: [{ effectiveFrom: '2026-01-01T00:00:00.000Z', prices: { input: n } }],
});
const policy = (name: string) => ({ tenant: 'acme', environment: 'production', name }) as KnownPolicy;
function world() {
  const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  const file = join(folder, 'snapshot.json');
  const logged: string[] = [];
  const open = () => {
    const memory = new Memory();
    return {
      memory,
      snapshot: new Snapshot(file, memory, (_level, message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`)),
    };
  };
  return { file, offerings: join(folder, 'offerings.jsonl'), logged, open };
}
async function saved(w: ReturnType<typeof world>, count: number): Promise<void> {
  const { memory, snapshot } = w.open();
  memory.source = 'mongodb';
  memory.confirmedAt = 42;
  for (let n = 0; n < count; n++) memory.put('offerings', `public/openai/m${n}`, offering(n));
  memory.put('routingPolicies', 'acme/production/chat', policy('chat'));
  await snapshot.stop();
}

describe('the snapshot', () => {
  test('brings everything back, offerings too, readable by its owner only', async () => {
    const w = world();
    await saved(w, 1_234);
    const { memory, snapshot } = w.open();
    expect(snapshot.load()).toBe(true);
    expect(memory).toMatchObject({ source: 'snapshot', confirmedAt: 42 });
    expect(memory.policy('acme', 'production', 'chat')).toEqual(policy('chat'));
    expect(memory.tables.offerings.size).toBe(1_234);
    expect(memory.offering('acme', 'openai/m1233')).toEqual(offering(1_233));
    // equal lists are one list
    expect(memory.offering('acme', 'openai/m1')?.capabilities).toBe(memory.offering('acme', 'openai/m2')?.capabilities);
    expect(statSync(w.offerings).mode & 0o777).toBe(0o600);
    expect(w.logged).toEqual([]);
  });
  test('is never there without the prices: a gateway that dies early would start unpriced', async () => {
    const w = world();
    const { memory, snapshot } = w.open();
    memory.source = 'mongodb';
    memory.put('offerings', 'public/openai/m1', offering(1));
    memory.put('routingPolicies', 'acme/production/chat', policy('chat'));
    while (!existsSync(w.file)) await sleep(5);
    const { memory: later, snapshot: again } = w.open();
    expect(again.load()).toBe(true);
    expect(later.offering('acme', 'openai/m1')).toEqual(offering(1));
    await snapshot.stop();
  });
  test('leaves the offerings’ file alone when only something else has changed', async () => {
    const w = world();
    await saved(w, 10);
    writeFileSync(w.offerings, 'untouched');
    const { memory, snapshot } = w.open();
    memory.source = 'mongodb';
    memory.put('routingPolicies', 'acme/production/chat', policy('other'));
    await snapshot.stop();
    expect(readFileSync(w.offerings, 'utf8')).toBe('untouched');
    expect(readFileSync(w.file, 'utf8')).toContain('"other"');
    expect(readFileSync(w.file, 'utf8')).not.toContain('openai/m1');
  });
  test.each([
    ['is cut off', (w: ReturnType<typeof world>) => writeFileSync(w.offerings, readFileSync(w.offerings).subarray(0, 900))],
    ['lacks whole lines', (w) => writeFileSync(w.offerings, readFileSync(w.offerings, 'utf8').split('\n').slice(0, 5).join('\n'))],
    ['is of another version', (w) => writeFileSync(w.offerings, '{"v":99,"count":0}\n')],
    ['is empty', (w) => writeFileSync(w.offerings, '')],
  ] as [string, (w: ReturnType<typeof world>) => void][])('serves routes when the offerings’ file %s, and says so', async (_what, harm) => {
    const w = world();
    await saved(w, 20);
    harm(w);
    const { memory, snapshot } = w.open();
    expect(snapshot.load()).toBe(true);
    expect(memory.policy('acme', 'production', 'chat')).toBeDefined();
    expect(memory.tables.offerings.size).toBe(0);
    expect(w.logged).toEqual([expect.stringContaining('prices')]);
  });
  test('of an earlier version, which knew fewer feeds, is used', () => {
    const w = world();
    const alias = { tenant: 'acme', modelId: 'a/m', alias: 'champion', version: '1' };
    writeFileSync(
      w.file,
      JSON.stringify({
        v: 1,
        at: 7,
        tables: { routes: [], routeOverrides: [], apiKeys: [], connections: [], modelAliases: [['x', alias]] },
      }),
    );
    const { memory, snapshot } = w.open();
    expect(snapshot.load()).toBe(true);
    expect(memory.alias('acme', 'a/m', 'champion')).toEqual(alias);
    expect(memory.limits('acme')).toEqual([]);
  });
});
