import { describe, expect, it } from 'vitest';
import '../../runtime/node/provide.js';
import { systemKernels } from '../../solvers/linear/choose-kernels.js';
import { Matrices, type Matrix, type Rows } from '../../solvers/linear/matrices.js';

const fill = (out: Float64Array, seed: number): void => {
  for (let k = 0; k < out.length; k++) out[k] = Math.sin(seed + 1.7 * k + (k % 7));
};

const choices = ['wasm', ...(typeof systemKernels() === 'string' ? [] : ['blas' as const])] as const;

describe.each(choices)('products of dense matrices by %s', (choice) => {
  it.each([
    [1, 1, 1],
    [3, 5, 2],
    [4, 128, 8],
    [7, 129, 5],
    [33, 300, 61],
    [130, 70, 131],
  ])('multiplies %d × %d by … × %d', (rows, inner, columns) => {
    const all = new Matrices(
      (rows + 2) * columns + rows * inner + (inner + 1) * columns,
      3,
      Math.max(rows, inner, columns),
      choice,
    );
    const C = all.allocate(rows + 2, columns);
    const A = all.allocate(rows, inner);
    const B = all.allocate(inner + 1, columns);
    fill(C.data, 1);
    fill(A.data, 2);
    fill(B.data, 3);
    const before = C.data.slice();
    all.subtractProduct({ matrix: C, first: 1, count: rows }, A, { matrix: B, first: 1, count: inner });
    for (let i = 0; i < rows + 2; i++)
      for (let j = 0; j < columns; j++) {
        let sum = before[i * columns + j]!;
        if (i > 0 && i <= rows)
          for (let p = 0; p < inner; p++)
            sum -= A.data[(i - 1) * inner + p]! * B.data[(p + 1) * columns + j]!;
        expect(C.data[i * columns + j]).toBeCloseTo(sum, 10);
      }
    all.dispose();
    expect(() => all.allocate(1, 1)).toThrow(/dispose/);
  });

  it.each([
    [1, 1],
    [5, 3],
    [150, 40],
    [9, 133],
  ])('weighs %d rows of %d numbers', (count, columns) => {
    const all = new Matrices(
      columns * columns + (count + 1) * columns + 2 * count + 2,
      3,
      Math.max(count, columns),
      choice,
    );
    const C = all.allocate(columns, columns);
    const T = all.allocate(count + 1, columns);
    const D = all.allocate(count + 1, 2);
    fill(C.data, 4);
    fill(T.data, 5);
    for (let p = 0; p < count; p++) D.data[2 * p] = p % 3 === 0 ? 0 : Math.cos(p);
    const before = C.data.slice();
    all.subtractGram(C, T, count, D);
    for (let i = 0; i < columns; i++)
      for (let j = i; j < columns; j++) {
        let sum = before[i * columns + j]!;
        for (let p = 0; p < count; p++)
          sum -= D.data[2 * p]! * T.data[p * columns + i]! * T.data[p * columns + j]!;
        expect(C.data[i * columns + j]).toBeCloseTo(sum, 10);
      }
  });

  it('refuses shapes that do not fit', () => {
    const all = new Matrices(100, 3, 5, choice);
    const allRows = (matrix: Matrix): Rows => ({ matrix, first: 0, count: matrix.rows });
    const [A, B, C] = [all.allocate(2, 3), all.allocate(2, 2), all.allocate(2, 2)];
    expect(() => all.subtractProduct(allRows(C), A, allRows(B))).toThrow(/is not/);
    expect(() => all.subtractGram(C, A, 2, B)).toThrow(/is not/);
  });
});
