import { describe, expect, test } from '@jest/globals';
import type { CatalogModel } from '#core/catalog/schema.js';
import { freeId, fromSaved, modelEdge, modelNode, toSaved } from './flow-nodes.js';
import { FLOW_KEY, loadFlow, saveFlow } from './flow-storage.js';
import { groupsOf } from './picker-item.js';

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) } as unknown as Storage;
}
const chosen = { model: { ref: 'acme/a', version: '1' }, params: { temperature: 0.2 } };

describe('a saved flow', () => {
  test('comes back as it was', () => {
    const s = storage();
    const flow = toSaved(
      [modelNode('1', { x: 1, y: 2 }, chosen), modelNode('2', { x: 3, y: 4 })],
      [modelEdge('1', '2')],
      '2026-01-01T00:00:00Z',
    );
    saveFlow(s, flow);
    const loaded = loadFlow(s);
    expect(loaded).toEqual({ state: 'loaded', flow });
    if (loaded.state === 'loaded') expect(fromSaved(loaded.flow).nodes[0]?.data).toEqual(chosen);
  });
  test('of another version or not JSON is said to be unreadable, and stays', () => {
    const s = storage();
    expect(loadFlow(s)).toEqual({ state: 'none' });
    s.setItem(FLOW_KEY, '{"version":2}');
    expect(loadFlow(s)).toEqual({ state: 'unreadable', reason: 'it is of another version' });
    s.setItem(FLOW_KEY, '{');
    expect(loadFlow(s)).toEqual({ state: 'unreadable', reason: 'it is not JSON' });
    expect(s.getItem(FLOW_KEY)).toBe('{');
  });
  test('the lowest free number names the next node', () => expect(freeId([{ id: '1' }, { id: '3' }])).toBe('2'));
});

test('the picker shows recents first and no model twice', () => {
  const model = (id: string, providerName: string) => ({ id, name: id, providerName }) as CatalogModel;
  const groups = groupsOf([model('a/1', 'A'), model('b/1', 'B'), model('a/2', 'A')], [{ id: 'a/1', name: 'a/1', providerName: 'A' }]);
  expect(groups.map((g) => [g.value, g.items.map((i) => i.id)])).toEqual([
    ['Recent', ['a/1']],
    ['B', ['b/1']],
    ['A', ['a/2']],
  ]);
});
