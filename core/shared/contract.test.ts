import { expect, test } from '@jest/globals';
import { contracts } from '#core/contracts.js';
import { PERMISSIONS } from '#core/identity/permissions.js';
import { DEPLOYMENT_VERBS } from '#core/deployment/verbs.js';
import { canonicalJson } from './canonical.js';
import { type Contract, fillPath } from './contract.js';
import { ancestors, contains } from './scope.js';

const all = Object.entries(contracts) as [string, Contract][];
test('no two contracts share method and path', () => {
  const routes = all.map(([, c]) => `${c.method} ${c.path}`);
  expect(new Set(routes).size).toBe(routes.length);
});
test('every contract names a permission of the table, and every verb has a route with its own', () => {
  for (const [, c] of all) expect([...PERMISSIONS, 'public']).toContain(c.permission);
  for (const verb of Object.keys(DEPLOYMENT_VERBS))
    expect(all.find(([id]) => id === `deployments.${verb}`)?.[1].permission).toBe(`deployment:${verb}`);
});
test('what changes something is no GET, and what is repeatable says so', () => {
  for (const [id, c] of all) if (c.method === 'GET') expect(`${id} ${c.permission}`).toMatch(/:read$/);
});
test('values are encoded into paths', () => {
  expect(fillPath('/m/{id}/x', { id: 'openai/gpt 4' })).toBe('/m/openai%2Fgpt%204/x');
});
test('equal values have equal canonical text', () => {
  expect(canonicalJson({ b: 1, a: [{ d: undefined, c: null }] })).toBe('{"a":[{"c":null}],"b":1}');
});
test('scopes contain what lies below them and nothing that only looks like it', () => {
  expect(contains('a/b', 'a/b/c')).toBe(true);
  expect(contains('a/b', 'a/b2')).toBe(false);
  expect(contains('', 'x')).toBe(true);
  expect(ancestors('a/b')).toEqual(['', 'a', 'a/b']);
});
