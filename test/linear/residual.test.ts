import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Residual } from '../../solvers/linear/residual.js';
import { structures } from '../core/structures.js';

describe('residuals of a matrix and its transpose', () => {
  it('are those of its products, and their sizes what adds up in them', () => {
    fc.assert(
      fc.property(structures(false), ({ structure, values }) => {
        const residual = new Residual(structure);
        residual.values.set(values);
        const x = Float64Array.from({ length: structure.columns }, (_, j) => Math.cos(3 * j));
        const y = Float64Array.from({ length: structure.rows }, (_, i) => (i === 1 ? 0 : Math.sin(1 + i)));
        const make = (length: number, value: number) => new Float64Array(length).fill(value);
        const [rows, ofRows] = [make(y.length, 1), make(y.length, 2)];
        const [columns, ofColumns] = [make(x.length, 3), make(x.length, 4)];
        const expected = [rows, ofRows, columns, ofColumns].map((list) => list.slice()) as [
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        structure.addProduct(values, x, -1, expected[0]);
        structure.addSizes(values, x, expected[1]);
        structure.addTransposed(values, y, -1, expected[2]);
        structure.addSizesTransposed(values, y, expected[3]);
        residual.subtract(x, y, [columns, ofColumns], [rows, ofRows]);
        [rows, ofRows, columns, ofColumns].forEach((list, k) => {
          list.forEach((value, i) => {
            expect(value).toBeCloseTo(expected[k]![i]!, 9);
          });
        });
        residual.dispose();
        expect(() => residual.subtract(x, y, [columns, ofColumns], [rows, ofRows])).toThrow(/dispose/);
      }),
    );
  });
});
