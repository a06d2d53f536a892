import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DynamicState, factorOf, nextState } from './dynamic.js';
import { dynamicRule } from './schema.js';

const rule = dynamicRule.parse({ basedOn: 'usage', threshold: 100, factor: 0.5, relaxAfterSeconds: 60 });
const run = (values: [second: number, value: number | null][]): boolean[] => {
  let state: DynamicState | undefined;
  return values.map(([s, value]) => (state = nextState(rule, state, value, s * 1000)).tight);
};

it('tightens above the threshold and relaxes after a minute at or below 80 % of it', () => {
  expect(
    run([
      [0, 100],
      [1, 101],
      [2, 80],
      [61, 80],
      [62, 80],
    ]),
  ).toEqual([false, true, true, true, false]);
});
it('starts the minute again whenever the signal rises above 80 %', () => {
  expect(
    run([
      [0, 101],
      [1, 79],
      [50, 81],
      [51, 79],
      [100, 79],
      [111, 79],
    ]),
  ).toEqual([true, true, true, true, true, false]);
});
it('takes silence as calm, and never tightens on it', () => {
  expect(
    run([
      [0, null],
      [1, 101],
      [2, null],
      [62, null],
    ]),
  ).toEqual([false, true, true, false]);
});
it('a clock that goes back only makes it later', () => {
  expect(
    run([
      [100, 101],
      [101, 10],
      [50, 10],
      [109, 10],
      [110, 10],
    ]),
  ).toEqual([true, true, true, true, false]);
});
it('a constant signal never makes it flap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.array(fc.integer({ min: 1, max: 100 })), (value, gaps) => {
      let now = 0;
      const tight = run(gaps.map((g) => [(now += g), value]));
      expect(new Set(tight).size).toBeLessThanOrEqual(1);
    }),
  );
});
it('takes the smallest factor of the rules in force', () => {
  const rules = [rule, { ...rule, factor: 0.2 }, { ...rule, factor: 0.1 }];
  const tight = { tight: true, calmSince: null };
  expect(factorOf(rules, [tight, tight, undefined])).toBe(0.2);
  expect(factorOf(rules, [])).toBe(1);
});
