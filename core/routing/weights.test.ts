import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pickByWeight } from './weights.js';

const entry = fc.record({ digest: fc.string(), weight: fc.integer({ min: 0, max: 100 }) });
const point = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('pickByWeight', () => {
  it('never picks an entry without weight, and picks one whenever there is one', () => {
    fc.assert(
      fc.property(fc.array(entry), point, (entries, p) => {
        const picked = pickByWeight(entries, p);
        if (entries.some((e) => e.weight > 0)) expect(picked?.weight).toBeGreaterThan(0);
        else expect(picked).toBeUndefined();
      }),
    );
  });
  it('gives each its share', () => {
    const entries = [
      { id: 'a', weight: 10 },
      { id: 'none', weight: 0 },
      { id: 'b', weight: 90 },
    ];
    const picks = Array.from({ length: 1000 }, (_, i) => pickByWeight(entries, i / 1000)?.id);
    expect(picks.filter((p) => p === 'a')).toHaveLength(100);
    expect(picks.filter((p) => p === 'b')).toHaveLength(900);
  });
});
