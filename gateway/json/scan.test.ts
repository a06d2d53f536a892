import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonFault, topLevelMembers } from './scan.js';
import { upstreamBody } from './splice.js';

const members = (text: string) => topLevelMembers(Buffer.from(text));
const accepts = (text: string): boolean => {
  try {
    members(text);
    return true;
  } catch (e) {
    if (e instanceof JsonFault) return false;
    throw e;
  }
};
const isObject = (text: string): boolean => {
  try {
    const v: unknown = JSON.parse(text);
    return typeof v === 'object' && v !== null && !Array.isArray(v);
  } catch {
    return false;
  }
};

describe('topLevelMembers', () => {
  it('finds members and their exact bytes', () => {
    const text = ' {"model" : "a", "seed":9223372036854775807,"x":{"model":"inner","l":[1,{"a":"}"}]} }\n';
    expect(members(text).map((m) => [m.key, text.slice(m.start, m.end)])).toEqual([
      ['model', '"a"'],
      ['seed', '9223372036854775807'],
      ['x', '{"model":"inner","l":[1,{"a":"}"}]}'],
    ]);
  });
  it('reads escaped names', () => expect(members('{"m\\u006fdel":1}')[0]?.key).toBe('model'));
  it.each([
    '',
    '[]',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a":01}',
    '{"a":"\n"}',
    '{"a":[1,,2]}',
    '{"a":1}}',
    '{"a":nul}',
    '{"a":"\\x"}',
    '{a:1}',
    '{"a":{"b"}}',
  ])('refuses %s', (text) => expect(accepts(text)).toBe(false));
  it('says where', () => expect(() => members('{"a":1,')).toThrow(/ends early.*byte 7/));
  it('does not overflow on deep nesting', () => expect(accepts(`{"a":${'['.repeat(100_000)}`)).toBe(false));
  it('agrees with JSON.parse on every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const b = Buffer.from(text);
        const found = topLevelMembers(b).map((m) => [m.key, JSON.parse(b.toString('utf8', m.start, m.end))]);
        expect(found).toEqual(Object.entries(JSON.parse(text) as object));
      }),
    );
  });
  it('agrees with JSON.parse on damaged text', () => {
    const damage = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      fc.nat(),
      fc.constantFrom('', '"', '{', '}', ',', ':', '1', '\\', ' ', 'e', '-'),
    );
    fc.assert(
      fc.property(damage, ([value, at, insert]) => {
        const text = JSON.stringify(value);
        const i = at % (text.length + 1);
        const damaged = text.slice(0, i) + insert + text.slice(insert === '' ? i + 1 : i);
        expect(accepts(damaged)).toBe(isObject(damaged));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('upstreamBody', () => {
  const make = (text: string, model: string, defaults: Record<string, unknown> = {}): string =>
    upstreamBody(Buffer.from(text), members(text), model, defaults).toString();
  it('changes the model and nothing else', () =>
    expect(make('{ "seed": 18446744073709551615, "model":\t"mine", "später": [1e400] }', 'gpt "x"')).toBe(
      '{ "seed": 18446744073709551615, "model":\t"gpt \\"x\\"", "später": [1e400] }',
    ));
  it('adds defaults only for what is missing', () =>
    expect(make('{"model":"a","temperature":0}', 'b', { temperature: 1, top_p: 0.5, model: 'no' })).toBe(
      '{"top_p":0.5,"model":"b","temperature":0}',
    ));
  it('does not add a second name of the same limit', () =>
    expect(make('{"model":"a","max_completion_tokens":5}', 'b', { max_tokens: 9 })).toBe('{"model":"b","max_completion_tokens":5}'));
  it('keeps all other members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, model) => {
        const before = JSON.parse(JSON.stringify({ ...value, model: 'x' })) as object;
        expect(JSON.parse(make(JSON.stringify(before), model))).toEqual({ ...before, model });
      }),
    );
  });
});
