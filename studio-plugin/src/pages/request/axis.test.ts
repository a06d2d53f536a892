import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { axisOf } from './axis.js';

test.each([
  [0, [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]],
  [137, [0, 50, 100]],
  [1000, [0, 200, 400, 600, 800, 1000]],
  [61_000, [0, 20_000, 40_000, 60_000]],
])('an axis to %d ms', (last, ticks) => expect(axisOf(last).ticks).toEqual(ticks));

test('every axis holds its last moment and has two to six ticks, none beyond the end', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (last) => {
      const { end, ticks } = axisOf(last);
      expect(end).toBeGreaterThanOrEqual(last);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeLessThanOrEqual(end);
    }),
  );
});
