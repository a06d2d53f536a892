import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromPairs, textOf, toPairs, valueOf } from './parameter-pairs.js';

describe('parameters as they are typed', () => {
  test('numbers, booleans and lists are read; everything else is text', () => {
    expect(['0.2', 'true', 'null', '["a"]', 'low', '"7"', '{"a":1}', '[1]', ''].map(valueOf)).toEqual([
      0.2,
      true,
      null,
      ['a'],
      'low',
      '7',
      '{"a":1}',
      '[1]',
      '',
    ]);
  });
  test('what is shown reads back as the same value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())), (value) =>
        expect(valueOf(textOf(value))).toEqual(value),
      ),
    );
  });
  test('rows without a name are left out', () => {
    expect(
      fromPairs([
        { key: ' temperature ', value: ' 1 ' },
        { key: '', value: 'x' },
      ]),
    ).toEqual({ temperature: 1 });
    expect(toPairs({ stop: ['#'] })).toEqual([{ key: 'stop', value: '["#"]' }]);
  });
});
