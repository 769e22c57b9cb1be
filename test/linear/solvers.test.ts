import { describe, it } from 'vitest';
import { blasKernels } from '../../solvers/linear/blas.js';
import type { OpenLinearSolver } from '../../solvers/linear/contract.js';
import { openDense, openLinearSolver, openSparse } from '../../solvers/linear/index.js';
import { linearSolverContract } from './contract.js';

linearSolverContract('dense', openDense);
linearSolverContract('sparse', openSparse);
linearSolverContract('chosen', openLinearSolver);

const withBlas: OpenLinearSolver = (order, row, column, options) =>
  openSparse(order, row, column, { denseKernels: 'blas', ...options });

if (blasKernels(false) !== undefined) linearSolverContract('sparse, system BLAS', withBlas);
else describe('linear solver: sparse, system BLAS', () => it.skip('no BLAS or no koffi here', () => {}));
