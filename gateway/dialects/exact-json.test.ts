import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { argumentsObject, parse, stringify } from './exact-json.js';
import { RawJson } from './raw-json.js';

describe('exact JSON', () => {
  it.each([
    '{"a":12345678901234567890,"b":[-9223372036854775808,1e400],"c":"12345678901234567890 \\" 12345678901234567890","d":{"e":0.5}}',
    '9007199254740993',
    '["\\\\",12345678901234567890,"\\\\\\"12345678901234567890"]',
    '{"a":1,"b":[true,null,"x"],"c":{}}',
  ])('gives back %s', (text) => expect(stringify(parse(text))).toBe(text));
  it('is as JSON.parse and JSON.stringify for any value', () =>
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (v) => {
        const text = JSON.stringify(v);
        expect(stringify(parse(text))).toBe(text);
        // the slow way, which a long number next to the value forces
        expect(stringify(parse(`[${text},12345678901234567890]`))).toBe(`[${text},12345678901234567890]`);
      }),
    ));
  it.each(['', '{', '01234567890123456789', '[12345678901234567890', '"12345678901234567890', '-', '12345678901234567890x'])(
    'refuses %s',
    (text) => expect(() => parse(text)).toThrow(SyntaxError),
  );
  it('is a number like any other for code that knows nothing of it', () =>
    expect(JSON.stringify({ a: new RawJson('12345') })).toBe('{"a":12345}'));
  it('leaves out what is undefined', () => expect(stringify({ a: undefined, b: [undefined] })).toBe('{"b":[null]}'));
});

describe('arguments of a tool call', () => {
  it.each([
    ['{"a":1}', '{"a":1}'],
    [' ', '{}'],
    ['[1]', undefined],
    ['{"a":', undefined],
    ['null', undefined],
  ])('%s', (text, expected) => expect(argumentsObject(text)?.text).toBe(expected));
});
