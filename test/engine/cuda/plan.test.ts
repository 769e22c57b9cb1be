import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aligned, alignment, plan } from '../../../src/engine/cuda/plan.js';

const lives = fc.array(
  fc.record({ bytes: fc.integer({ min: 0, max: 5000 }), first: fc.nat(40), length: fc.nat(20) }),
  { maxLength: 40 },
);

it('keeps what lives at the same time apart, and reuses the rest', () => {
  fc.assert(
    fc.property(lives, (drawn) => {
      const all = drawn.map(({ bytes, first, length }) => ({ bytes, first, last: first + length }));
      const { offsets, bytes } = plan(all);
      for (const [i, a] of all.entries()) {
        expect(offsets[i]! % alignment).toBe(0);
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
        for (const [j, b] of all.entries()) {
          if (i >= j || a.last < b.first || b.last < a.first || a.bytes === 0 || b.bytes === 0) continue;
          const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
          expect(apart).toBe(true);
        }
      }
      const sum = all.reduce((total, life) => total + aligned(life.bytes), 0);
      expect(bytes).toBeLessThanOrEqual(sum);
    }),
  );
});

it('needs no more than the largest where nothing lives at the same time', () => {
  const chain = [300, 4000, 20, 900].map((bytes, k) => ({ bytes, first: 2 * k, last: 2 * k + 1 }));
  expect(plan(chain).bytes).toBe(aligned(4000));
});
