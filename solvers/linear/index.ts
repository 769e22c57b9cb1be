import type { OpenLinearSolver } from './contract.js';
import { openDense } from './dense.js';
import { openSparse } from './sparse.js';

export type * from './contract.js';
export { openDense } from './dense.js';
export { openSparse } from './sparse.js';

/** Up to this order a single front beats the analysis of the structure. */
const SMALL = 48;

/** Opens the solver that suits the structure. */
export const openLinearSolver: OpenLinearSolver = (matrix, options) => {
  const { rows: order, length } = matrix;
  const full = (order * (order + 1)) / 2;
  const open = order <= SMALL || length >= 0.8 * full ? openDense : openSparse;
  return open(matrix, options);
};
