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
import { chained } from './chained.js';
import { linearSolverContract } from './contract.js';

const lapack = openFactorizer();
const open: OpenLinearSolver = (matrix, options) => {
  const factorizer = openFactorizer();
  if (typeof factorizer === 'string') throw new Error(factorizer);
  return new CondensedSolver(matrix, factorizer, options);
};
const openKkt: OpenKkt = (shape, memory, _, options) => openAugmented(shape, memory, open, options);

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
