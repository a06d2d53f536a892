import { expect, test } from '@jest/globals';
import { dollarsText } from './money.js';

test.each([
  [0n, '0'],
  [1n, '0.000000001'],
  [2_500_000_000n, '2.5'],
  [-1_500_000_000n, '-1.5'],
  [9_223_372_036_854_775_807n, '9223372036.854775807'],
])('%s nano-dollars is exactly %s', (nano, text) => expect(dollarsText(nano)).toBe(text));
