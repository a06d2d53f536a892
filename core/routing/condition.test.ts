import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CallMeta, compileCondition } from './condition.js';
import { compileRules, firstRule } from './rules.js';

const meta: CallMeta = {
  model: 'support-chat',
  user: 'u-1',
  key: 'key_1',
  environment: 'production',
  operation: 'chat',
  stream: true,
  inputTokens: 12_000,
  maxOutputTokens: null,
  tools: false,
  images: true,
  headers: new Map([['team', 'billing']]),
  metadata: new Map([['tier', 'gold']]),
  at: Date.parse('2026-11-25T22:30:00Z'), // a Wednesday
};
const test = (text: string, differs: Partial<CallMeta> = {}) => {
  const c = compileCondition(text);
  if (!c.ok) throw new Error(c.message);
  return c.test({ ...meta, ...differs });
};

describe('conditions', () => {
  it.each([
    ['inputTokens > 10000', true],
    ['maxOutputTokens == 0', true],
    ['images && !tools', true],
    ['model.startsWith("support") && environment in ["staging", "production"]', true],
    ['"tier" in metadata && metadata.tier == "gold"', true],
    ['"plan" in metadata && metadata.plan == "gold"', false],
    ['has(metadata.plan) && metadata.plan == "gold"', false],
    ['metadata.?plan.orValue("free") == "free"', true],
    ['headers["team"] == "billing"', true],
    ['hour >= 22 || hour < 6', true],
    ['weekday == 3', true],
    ['user.lowerAscii().contains("U")', false],
  ])('%s', (text, holds) => expect(test(text)).toEqual({ holds, problem: null }));

  it('a missing key does not hold and says so', () => {
    expect(test('metadata.plan == "gold"')).toEqual({ holds: false, problem: 'No such key: plan' });
  });
  it('names of objects in JavaScript are ordinary keys', () => {
    expect(test('"__proto__" in metadata || "constructor" in headers || has(metadata.toString)')).toEqual({ holds: false, problem: null });
    expect(test('metadata["__proto__"] == "x"', { metadata: new Map([['__proto__', 'x']]) }).holds).toBe(true);
  });
  it.each([
    ['inputTokens >', 13],
    ['inputTokens > "a"', 0],
    ['colour == "red"', 0],
    ['inputTokens + 1', 0],
    ['stream && user.matches("(a+)+$")', 10],
    ['metadata.exists(k, k == "x")', 0],
    ['[1, 2].all(x, x > 0)', 0],
    ['timestamp(user) == timestamp(user)', 0],
    ['process.exit(1)', null],
    ['', null],
  ])('refuses %s when it is saved', (text, position) => {
    const c = compileCondition(text);
    expect(c.ok).toBe(false);
    if (!c.ok && position !== null) expect(c.position).toBe(position);
    if (!c.ok) expect(c.message).not.toBe('');
  });
  it('bounds the text, its depth and its lists', () => {
    expect(compileCondition(`user == "${'x'.repeat(1000)}"`).ok).toBe(false);
    expect(compileCondition(`${'('.repeat(400)}stream${')'.repeat(400)}`).ok).toBe(false);
    expect(compileCondition(`inputTokens in [${Array.from({ length: 150 }, () => '1').join(',')}]`).ok).toBe(false);
  });
  it('never throws, whatever is typed and whatever is sent', () => {
    const word = fc.constantFrom(
      'user',
      'metadata',
      '.tier',
      '["a"]',
      ' in ',
      ' == ',
      ' && ',
      '!',
      '(',
      ')',
      '"x"',
      '1',
      ' + ',
      ' / ',
      '0',
      'has',
      '?',
      ':',
      'hour',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.dictionary(fc.string(), fc.string()), (words, metadata) => {
        const c = compileCondition(words.join(''));
        if (c.ok) expect(typeof c.test({ ...meta, metadata: new Map(Object.entries(metadata)) }).holds).toBe('boolean');
      }),
    );
  });
});

describe('rules of a policy', () => {
  const rule = (name: string, when: string) => ({ name, when, use: [name] });
  it('the first that holds decides; one that cannot be evaluated is passed over and reported', () => {
    const rules = compileRules([rule('broken', 'metadata.plan == "x"'), rule('gold', '"tier" in metadata'), rule('all', 'true')]);
    const { rule: chosen, problems } = firstRule(rules, meta);
    expect([chosen?.name, problems]).toEqual(['gold', ['broken: No such key: plan']]);
  });
  it('a text that does not compile is named with its place', () => {
    expect(compileRules([rule('typo', 'inputTokens > ')]).problems).toMatchObject([{ rule: 'typo', position: expect.any(Number) }]);
    expect(firstRule(compileRules([]), meta)).toEqual({ rule: null, problems: [] });
  });
});
