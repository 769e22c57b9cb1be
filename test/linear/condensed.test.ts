import { describe, expect, it } from 'vitest';
import '../../runtime/node/provide.js';
import { type OpenKkt, openAugmented } from '../../solvers/kkt/index.js';
import { onDevice } from '../../solvers/linear/choose-device.js';
import { CondensedSolver } from '../../solvers/linear/condensed.js';
import type { OpenLinearSolver } from '../../solvers/linear/contract.js';
import { openFactorizer } from '../../solvers/linear/factorizer.js';
import { openSparse } from '../../solvers/linear/sparse.js';
import { Structure } from '../../src/core/structure/structure.js';
import { kktContract } from '../kkt/contract.js';
import { linearSolverContract } from './contract.js';

const lapack = openFactorizer();
const open: OpenLinearSolver = (matrix, options) => {
  const factorizer = openFactorizer();
  if (typeof factorizer === 'string') throw new Error(factorizer);
  return new CondensedSolver(matrix, factorizer, options);
};
const openKkt: OpenKkt = (shape, memory, _, options) => openAugmented(shape, memory, open, options);

/**
 * The KKT matrix of `min f(x) + Σ (s⁺ + s⁻)` with rows `x − s⁺ + s⁻` and one dense row: a dense block of `n`, chains of leaves at
 * each of its unknowns.
 */
function chained(n: number) {
  const range = (from: number, length: number) => Int32Array.from({ length }, (_, k) => from + k);
  const order = 4 * n + 1;
  const [row, column, entry]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < n; i++)
    for (const [k, value] of [1, -1, 1].entries()) {
      row.push(3 * n + i);
      column.push(k * n + i);
      entry.push(value);
    }
  const pieces = [
    { kind: 'dense', rows: null, columns: range(0, n) },
    { kind: 'dense', rows: Int32Array.of(4 * n), columns: range(0, n) },
    { kind: 'entries', row: Int32Array.from(row), column: Int32Array.from(column) },
    { kind: 'entries', row: range(0, order), column: range(0, order) },
  ] as const;
  const matrix = new Structure(order, order, true, pieces);
  const values = new Float64Array(matrix.length);
  const [H, dense, , diagonal] = matrix.pieces;
  for (let k = 0; k < H!.count; k++) values[k] = 1e-2 * Math.sin(3 * k);
  for (let k = 0; k < n; k++) values[dense!.first + k] = Math.cos(k);
  values.set(entry, matrix.pieces[2]!.first);
  for (let k = 0; k < order; k++)
    values[diagonal!.first + k] = k < n ? 5 : k === 4 * n ? -0.5 : k >= 3 * n ? 0 : Math.exp(Math.sin(k) * 8);
  return { matrix, values };
}

if (typeof lapack !== 'string') {
  linearSolverContract('condensed, system LAPACK', open);
  kktContract('augmented, system LAPACK', openKkt);

  describe('kkt_device cpu', () => {
    it('takes a dense block with chains of leaves to LAPACK, and gives the same answer', () => {
      const { matrix, values } = chained(260);
      const [own, plain] = [onDevice('cpu', openSparse)(matrix), openSparse(matrix)];
      expect(own.statistics.kernels.join()).toMatch(/^lapack /);
      expect(own.statistics.flops).toBeLessThan(300 ** 3);
      expect(own.factor(values)).toEqual(plain.factor(values));
      expect(own.statistics.kernels).toHaveLength(1);
      const b = Float64Array.from({ length: matrix.rows }, (_, k) => Math.sin(k));
      const [x, y] = [b.slice(), b.slice()];
      expect(own.solve(x)).toBeLessThan(1e-14);
      plain.solve(y);
      const size = Math.max(...y.map(Math.abs));
      for (const [k, value] of x.entries()) expect(Math.abs(value - y[k]!)).toBeLessThan(1e-9 * size);
      own.dispose();
      plain.dispose();
    });

    it('leaves others to the sparse solver', () => {
      const sparse = Structure.lower(300, Int32Array.of(1, 299), Int32Array.of(0, 299));
      const solver = onDevice('cpu', openSparse)(sparse);
      expect(solver.statistics.kernels.join()).not.toMatch(/lapack/);
      solver.dispose();
    });
  });
} else describe('linear solver: condensed, system LAPACK', () => it.skip(`none here: ${lapack}`, () => {}));
