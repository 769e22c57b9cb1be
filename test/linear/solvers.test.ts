import { describe, expect, it } from 'vitest';
import '../../runtime/node/provide.js';
import { systemKernels } from '../../solvers/linear/choose-kernels.js';
import type { OpenLinearSolver } from '../../solvers/linear/contract.js';
import { openDense, openLinearSolver, openSparse } from '../../solvers/linear/index.js';
import type { MultifrontalSolver } from '../../solvers/linear/solver.js';
import { OutOfMemoryError } from '../../src/core/errors.js';
import { Structure } from '../../src/core/structure/structure.js';
import { linearSolverContract } from './contract.js';
import { randomNumbers, structureOf, TripletBuilder } from './matrices.js';

linearSolverContract('dense', openDense);
linearSolverContract('sparse', openSparse);
linearSolverContract('chosen', openLinearSolver);

const withBlas: OpenLinearSolver = (matrix, options) =>
  openSparse(matrix, { denseKernels: 'blas', ...options });

if (typeof systemKernels() !== 'string') linearSolverContract('sparse, system BLAS', withBlas);
else describe('linear solver: sparse, system BLAS', () => it.skip('no BLAS or no koffi here', () => {}));

describe('memory of the linear solvers', () => {
  it('names the need that exceeds 4 GiB', () => {
    const zero = Int32Array.of(0);
    expect(() => openDense(Structure.lower(40_000, zero, zero))).toThrow(OutOfMemoryError);
  });

  it('grows for delayed pivots and then stays', () => {
    // Every diagonal entry is zero and each row's partner is far away: most pivots wait for a parent.
    const half = 300;
    const matrix = new TripletBuilder(2 * half);
    const random = randomNumbers(31);
    for (let i = 0; i < half; i++) {
      for (let e = 0; e < 3; e++) matrix.add(half + i, (i * 37 + e * e * 11) % half, random() + 0.5);
    }
    const { values } = matrix.build();
    const solver = openSparse(structureOf(matrix.build())) as MultifrontalSolver;
    const before = solver.statistics.bytes;
    expect(solver.factor(values)).toEqual({ positive: half, negative: half, zero: 0 });
    expect(solver.delayedPivots).toBeGreaterThan(100);
    const { bytes } = solver.statistics;
    expect(bytes).toBeGreaterThan(before);
    solver.factor(values);
    expect(solver.statistics.bytes).toBe(bytes);
    solver.dispose();
  });
});
