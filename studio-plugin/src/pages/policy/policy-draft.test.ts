import { describe, expect, test } from '@jest/globals';
import { routingPolicyInput } from '#core/routing/schema.js';
import { draftOf, emptyPolicy, inputOf, isAdaptive, usable } from './policy-draft.js';

const at = '2026-01-02T12:00:00Z';
const FULL = routingPolicyInput.parse({
  name: 'support',
  environment: 'production',
  description: 'Everything about support',
  strategy: 'priority',
  candidates: [{ deployment: 'a', weight: 2.5 }, { deployment: 'b' }],
  fallbacks: ['c'],
  rules: [{ name: 'long', when: 'inputTokens > 20000', use: ['b'], strategy: 'adaptive' }],
  adaptive: { latency: 0.5, cost: 0 },
  regions: ['EU', 'eu-central-1'],
  securityLevels: ['internal'],
  retry: { maxAttempts: 2 },
  timeoutMs: 30_000,
  hedgeAfterMs: 800,
});

describe('the form of a policy', () => {
  test.each([
    ['full', FULL],
    ['bare', routingPolicyInput.parse({ name: 'p', environment: 'production', candidates: [{ deployment: 'a' }] })],
  ])('opening and saving a %s one changes nothing', (_, policy) => {
    const draft = draftOf({ ...policy, createdAt: at, updatedAt: at, updatedBy: 'k', scope: '' });
    expect(routingPolicyInput.parse(inputOf(draft))).toEqual(policy);
  });
  test('faults stand at their fields, and an empty number is one', () => {
    const checked = routingPolicyInput.safeParse(
      inputOf({
        ...emptyPolicy('production'),
        name: 'Support',
        candidates: [{ deployment: '', weight: '' }],
        rules: [{ name: '', when: '', use: [], strategy: '' }],
        hedgeAfterMs: 'soon',
      }),
    );
    expect(new Set(checked.error?.issues.map((i) => i.path.join('.')))).toEqual(
      new Set(['name', 'candidates.0.deployment', 'candidates.0.weight', 'rules.0.name', 'rules.0.when', 'rules.0.use', 'hedgeAfterMs']),
    );
  });
  test('knows when the adaptive weights matter, and what a rule may use', () => {
    const draft = draftOf({ ...FULL, createdAt: at, updatedAt: at, updatedBy: 'k', scope: '' });
    expect([isAdaptive(draft), isAdaptive({ ...draft, rules: [] })]).toEqual([true, false]);
    expect(
      usable({ ...draft, candidates: [...draft.candidates, { deployment: ' a ', weight: '1' }, { deployment: '', weight: '' }] }),
    ).toEqual(['a', 'b', 'c']);
  });
});
