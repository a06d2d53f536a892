import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastText, membersFromEnd, textBytes } from './members.js';

describe('membersFromEnd', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { minKeys: 1, maxKeys: 6 });
  it('finds the members that JSON.parse finds, however the text is spaced', () =>
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1, '\t'), (value, indent) => {
        // a name with an escape in it is never one that we ask for
        const names = Object.keys(value).filter((k) => JSON.stringify(k) === `"${k}"`);
        const found = membersFromEnd(`${JSON.stringify(value, null, indent)} \r\n`, names);
        expect(Object.fromEntries([...found].map(([k, v]) => [k, JSON.parse(v) as unknown]))).toEqual(
          Object.fromEntries(names.map((k) => [k, JSON.parse(JSON.stringify(value[k])) as unknown])),
        );
      }),
    ));
  it('finds the last member wherever the text is cut off in front, and nothing when its end is missing', () =>
    fc.assert(
      fc.property(object, object, fc.nat(), (before, usage, cut) => {
        const text = JSON.stringify({ before, usage });
        const at = text.length - JSON.stringify(usage).length - 9;
        expect(membersFromEnd(text.slice(cut % at), ['usage']).get('usage')).toBe(JSON.stringify(usage));
        expect(membersFromEnd(text.slice(0, -1), ['usage']).get('usage')).not.toBe(JSON.stringify(usage));
      }),
    ));
  it('never takes a member of a member', () =>
    expect(membersFromEnd('{"a":{"usage":{"prompt_tokens":1}},"b":[{"usage":2}]}', ['usage']).size).toBe(0));
  it.each(['', '}', '{}', ']', '"}', ':1}', '"a":}', '{"a":1}}', 'null', '{"a":"\\"}'])('survives %j', (text) => {
    expect(membersFromEnd(text, ['usage']).size).toBe(0);
  });
});

it('lastText takes the last member that has a text', () => {
  expect(lastText('{"r": "a","r":"b","r":null}', 'r')).toBe('b');
  expect(lastText('{"x":"r","r":null}', 'r')).toBeNull();
});

it('textBytes counts what the escapes stand for', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, ascii) => {
      const json = JSON.stringify({ content: text });
      const sent = ascii ? json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : json;
      expect(textBytes(Buffer.from(sent).toString('latin1'), ['"content"'], 0)).toBe(Buffer.byteLength(text));
    }),
  ));
