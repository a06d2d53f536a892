import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSeed } from '#store/catalog/seed-file.js';

/** The import script on small files: what the source spells oddly must not become a wrong price. */
const SCRIPT = join(__dirname, '..', '..', 'scripts', 'import-models.mjs');
const model = (id: string, more: object = {}) => ({
  ...{ id, name: id, release_date: '2026-01-02', last_updated: '2026-02-03', attachment: false, reasoning: false, tool_call: false },
  ...{ open_weights: false, limit: { context: 1000, output: 100 }, modalities: { input: ['text'], output: ['text'] } },
  ...more,
});
const imported = (file: object, ...args: string[]) => {
  const dir = mkdtempSync(join(tmpdir(), 'import-'));
  writeFileSync(join(dir, 'in.json'), JSON.stringify(file));
  const out = join(dir, 'out.jsonl');
  execFileSync(process.execPath, [SCRIPT, join(dir, 'in.json'), '--out', out, ...args], { stdio: 'pipe' });
  const text = readFileSync(out, 'utf8');
  return { text, ...parseSeed(text) };
};
const listed = (models: object[]) => ({
  source: 'models.dev (MIT), snapshot abc of 2026-07-02',
  providers: [{ id: 'p', name: 'P', doc: 'https://p', models }],
});
const recordOf = (m: object) => {
  const { offerings } = imported(listed([m]));
  if (!offerings[0]) throw new Error('nothing imported');
  return offerings[0].record;
};

describe('prices', () => {
  test('are integer nano-dollars whatever binary fractions made of them', () => {
    expect(recordOf(model('m', { cost: { input: 0.30000000000000004, output: 1e-9, cache_read: 0 } })).priceBook).toEqual([
      { effectiveFrom: '2026-07-02T00:00:00.000Z', prices: { input: 300_000_000, output: 1, cacheRead: 0 } },
    ]);
  });
  test.each([
    [
      { cached_input: 1, cached_write: 2 },
      { cacheRead: 1e9, cacheWrite: 2e9 },
    ],
    [{ cache_input: 3 }, { cacheRead: 3e9 }],
    [
      { input_audio: 1, output_audio: 2, reasoning: 3 },
      { inputAudio: 1e9, outputAudio: 2e9, reasoning: 3e9 },
    ],
    [{ input: 1, request: 5, image: 120, citation: 2 }, { input: 1e9 }],
  ])('%j', (cost, prices) => expect(recordOf(model('m', { cost })).priceBook[0]?.prices).toEqual(prices));
  test.each([[undefined], [{}], [{ image: 120 }]])('%j is unpriced, not free', (cost) =>
    expect(recordOf(model('m', { cost })).priceBook).toEqual([]),
  );
  test('tiers replace them above a context size', () => {
    const cost = { input: 1, output: 2, tiers: [{ tier: { type: 'context', size: 200_000 }, input: 2, output: 4 }] };
    expect(recordOf(model('m', { cost })).priceBook[0]?.tiers).toEqual([
      { aboveContextTokens: 200_000, prices: { input: 2e9, output: 4e9 } },
    ]);
  });
});

describe('what a model is', () => {
  test.each([
    ['text', model('m'), 'text', ['chat', 'text-generation']],
    ['an embedding', model('text-embedding-9'), 'embedding', ['embedding']],
    ['a reranker, which is none', model('bge-reranker-v2'), 'text', ['reranking']],
    [
      'one that sees',
      model('m', { modalities: { input: ['text', 'image'], output: ['text'] } }),
      'vision',
      expect.arrayContaining(['image-understanding']),
    ],
    ['one that paints', model('m', { modalities: { input: ['text'], output: ['image'] } }), 'image', ['image-generation']],
    ['one that hears', model('m', { modalities: { input: ['audio'], output: ['text'] } }), 'audio', ['transcription']],
  ])('%s', (_what, m, modelType, supportedTasks) => expect(recordOf(m)).toMatchObject({ modelType, supportedTasks }));
  test('status, version, governance that nobody has given', () => {
    expect(recordOf(model('m', { status: 'beta' }))).toMatchObject({
      ...{ status: 'experimental', version: '2026-02-03', securityLevel: 'public', compliance: [], owner: 'catalog' },
      attribution: 'models.dev (MIT), snapshot abc of 2026-07-02',
    });
    expect(recordOf(model('m', { status: 'deprecated' })).status).toBe('deprecated');
  });
  test('a day that the calendar does not have is left out', () => {
    const r = recordOf(model('m', { release_date: '2025-25-11' }));
    expect(r.releasedOn).toBeUndefined();
    expect(r.version).toBe('2026-02-03');
  });
});

test('models.dev’s own api.json is read too, and gives the same offerings', () => {
  const models = [model('b'), model('a', { cost: { input: 1, output: 1 } })];
  const api = { p: { id: 'p', name: 'P', doc: 'https://p', models: Object.fromEntries(models.map((m) => [m.id, m])) } };
  const one = imported(listed(models));
  const other = imported(api, '--snapshot', '2026-07-02');
  expect(other.offerings.map(({ id, record: { attribution: _a, ...r } }) => ({ id, r }))).toEqual(
    one.offerings.map(({ id, record: { attribution: _a, ...r } }) => ({ id, r })),
  );
  expect(one.offerings.map((o) => o.id)).toEqual(['p/a', 'p/b']);
  expect(imported(listed([...models].reverse())).text).toBe(one.text);
});
test('another kind of file is refused before anything is written', () => {
  expect(() => imported({ providers: 'none' })).toThrow();
});
