import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { limitInput, limitRecord } from '#core/limit/schema.js';
import { draftOf, EMPTY_LIMIT, EMPTY_RULE, inputOf, type LimitDraft } from './limit-draft.js';
import { awayText, dynamicText, limitText } from './limit-text.js';

const limit = (patch: object) => limitInput.parse({ name: 'a', per: 'key', unit: 'requests', window: 'minute', amount: 60, ...patch });

describe('a limit in plain language', () => {
  test.each([
    [{}, 'Each key may make 60 requests in any minute, over all environments.'],
    [
      { per: 'user', unit: 'tokens', window: 'day', amount: 1_000_000, environment: 'production' },
      'Each user may use 1,000,000 tokens in any 24 hours, in production.',
    ],
    [
      { per: 'model', match: 'openai/gpt-4o', amount: 1 },
      'The model openai/gpt-4o may take 1 request in any minute, over all environments.',
    ],
    [
      { per: 'connection', unit: 'concurrency', window: undefined, amount: 8 },
      'Each connection may work on 8 calls at the same time, over all environments.',
    ],
  ])('%j', (patch, text) => expect(limitText(limit(patch))).toBe(text));
  test.each([
    [
      { basedOn: 'usage', threshold: 100, factor: 0.5 },
      'While the deployment gets more than 100 requests a minute, 30 instead of 60, until that has been at most 80 for 60 s.',
    ],
    [
      { basedOn: 'cost', threshold: 2_500_000_000, factor: 0.01, relaxAfterSeconds: 5 },
      'While the key spends more than $2.50 a minute, 1 instead of 60, until that has been at most $2.00 for 5 s.',
    ],
    [
      { basedOn: 'performance', threshold: 0.05, factor: 1 },
      'While more than 5 % of the deployment’s calls fail, 60 instead of 60, until that has been at most 4 % for 60 s.',
    ],
  ])('%j', (rule, text) => {
    const l = limit({ dynamic: [rule] });
    expect(l.dynamic.map((r) => dynamicText(l, r))).toEqual([text]);
  });
  test('says what happens without the shared count', () => {
    expect(awayText(limit({}))).toContain('refused');
    expect(awayText(limit({ whenStoreAway: 'open' }))).toContain('let through');
  });
});

describe('the form of a limit', () => {
  test('speaks in dollars and percent, the API in nano-dollars and shares', () => {
    const rules = [
      { basedOn: 'cost' as const, threshold: '2.5', percent: '7', relax: '60' },
      { basedOn: 'performance' as const, threshold: '7', percent: '100', relax: '1' },
    ];
    expect(limitInput.parse(inputOf({ ...EMPTY_LIMIT, name: 'a', rules })).dynamic).toEqual([
      { basedOn: 'cost', threshold: 2_500_000_000, factor: 0.07, relaxAfterSeconds: 60 },
      { basedOn: 'performance', threshold: 0.07, factor: 1, relaxAfterSeconds: 1 },
    ]);
  });
  test('text that is no number is refused at its field, never sent as 0', () => {
    const draft: LimitDraft = { ...EMPTY_LIMIT, name: 'a', amount: '', rules: [{ ...EMPTY_RULE, threshold: 'many' }] };
    const checked = limitInput.safeParse(inputOf(draft));
    expect(checked.error?.issues.map((i) => i.path.join('.'))).toEqual(['amount', 'dynamic.0.threshold']);
  });
  test('opening and saving a limit changes nothing', () => {
    const rule = fc.record({
      basedOn: fc.constantFrom('usage' as const, 'performance' as const, 'cost' as const),
      threshold: fc.integer({ min: 0, max: 1_000_000 }),
      factor: fc.integer({ min: 1, max: 100 }).map((p) => p / 100),
      relaxAfterSeconds: fc.integer({ min: 1, max: 3600 }),
    });
    const stored = fc.record({
      per: fc.constantFrom('key' as const, 'model' as const),
      match: fc.constantFrom('*', 'openai/gpt-4o'),
      unit: fc.constantFrom('requests' as const, 'concurrency' as const),
      amount: fc.integer({ min: 1, max: 1_000_000_000_000 }),
      dynamic: fc.array(rule, { maxLength: 5 }),
    });
    const at = '2026-01-02T12:00:00Z';
    fc.assert(
      fc.property(stored, (s) => {
        const window = s.unit === 'requests' ? { window: 'day' as const } : {};
        const record = limitRecord.parse({ name: 'a', ...s, ...window, createdAt: at, updatedAt: at, updatedBy: 'k' });
        const { createdAt: _, updatedAt: __, updatedBy: ___, ...fields } = record;
        expect(limitInput.parse(inputOf(draftOf({ ...record, scope: '' })))).toEqual(fields);
      }),
    );
  });
});
