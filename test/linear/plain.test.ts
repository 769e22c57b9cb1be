import { describe, expect, it } from 'vitest';
import { systemKernels } from '../../solvers/linear/choose-kernels.js';
import type { OpenLinearSolver } from '../../solvers/linear/contract.js';
import { openDense, openSparse } from '../../solvers/linear/index.js';
import type { MultifrontalSolver } from '../../solvers/linear/solver.js';
import { denyAddressSpace, withoutAddressSpace } from '../no-address-space.js';
import { linearSolverContract } from './contract.js';
import { randomNumbers, saddlePoint, structureOf, type Triplets } from './matrices.js';

describe('in plain JavaScript', () => {
  denyAddressSpace();
  linearSolverContract('dense, JavaScript', openDense);
  linearSolverContract('sparse, JavaScript', openSparse);
  const withBlas: OpenLinearSolver = (matrix, options) =>
    openSparse(matrix, { denseKernels: 'blas', ...options });
  if (typeof systemKernels() !== 'string') linearSolverContract('sparse, JavaScript and BLAS', withBlas);
});

describe('plain JavaScript beside WebAssembly', () => {
  const outcome = (open: OpenLinearSolver, matrix: Triplets) => {
    const solver = open(structureOf(matrix), { denseKernels: 'wasm' }) as MultifrontalSolver;
    const inertia = solver.factor(matrix.values);
    const random = randomNumbers(9);
    const x = Float64Array.from({ length: matrix.order }, random);
    const error = solver.solve(x);
    const { bytes } = solver.statistics;
    solver.dispose();
    return { kernels: solver.kernels, inertia, x, error, bytes };
  };

  it.each([
    ['sparse', openSparse, 30, 12],
    ['sparse', openSparse, 300, 140],
    ['dense', openDense, 150, 60],
  ] as const)('computes the same bits: %s, n = %i, m = %i', (_, open, n, m) => {
    const matrix = saddlePoint(n, m, 5, 7);
    const wasm = outcome(open, matrix);
    const plain = withoutAddressSpace(() => outcome(open, matrix));
    expect([wasm.kernels, plain.kernels]).toEqual(['wasm', 'javascript']);
    expect({ ...plain, kernels: '' }).toEqual({ ...wasm, kernels: '' });
  });
});
