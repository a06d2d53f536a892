import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const dir = mkdtempSync(join(tmpdir(), 'modelhub-import-'));
const model = (more: object) => ({
  name: 'M',
  release_date: '2026-01',
  last_updated: '2026-01-05',
  attachment: false,
  reasoning: false,
  temperature: true,
  tool_call: true,
  open_weights: false,
  limit: { context: 10, output: 5 },
  modalities: { input: ['text'], output: ['text'] },
  ...more,
});
function imported(file: object): Record<string, unknown>[] {
  const source = join(dir, 'in.json');
  const out = join(dir, 'out.jsonl');
  writeFileSync(source, JSON.stringify(file));
  execFileSync(process.execPath, [join(__dirname, 'import-models.mjs'), source, '--snapshot', '2026-02-01', '--out', out]);
  return readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as Record<string, unknown>);
}

const cost = {
  input: 0.30000000000000004,
  output: 1.2,
  cached_input: 0.03,
  cached_write: 0,
  image: 5,
  tiers: [{ tier: { size: 200 }, input: 0.6 }],
};
const models = {
  'z/M:free': model({ id: 'z/M:free' }),
  a: model({ id: 'a', cost, status: 'beta' }),
  e: model({ id: 'text-embed-1', cost: { input: 0, output: 0 } }),
};

test('both shapes of the file give the same seed, sorted, with money as integers', () => {
  const api = imported({ p: { id: 'p', name: 'P', doc: 'https://p', models } });
  const list = imported({
    providers: [{ id: 'p', name: 'P', doc: 'https://p', models: Object.entries(models).map(([id, m]) => ({ ...m, id })) }],
  });
  expect(list).toEqual(api);
  const [head, ...offerings] = api;
  expect(head).toMatchObject({ snapshot: '2026-02-01', offerings: 3, attribution: expect.stringContaining('models.dev (MIT)') });
  expect(offerings.map((o) => o['id'])).toEqual(['p/a', 'p/e', 'p/z/M:free']);
  expect(offerings[0]).toMatchObject({
    status: 'experimental',
    price: {
      prices: { input: 300_000_000, output: 1_200_000_000, cacheRead: 30_000_000, cacheWrite: 0 },
      tiers: [{ aboveContextTokens: 200, prices: { input: 600_000_000 } }],
    },
  });
  expect(offerings[1]).toMatchObject({ price: { prices: { input: 0, output: 0 } } });
  expect(offerings[2]).toMatchObject({ model: 'm' });
  expect(offerings[2]).not.toHaveProperty('price');
});
test('another file is refused', () => {
  expect(() => imported({ providers: [] })).toThrow(/names no providers/);
});
