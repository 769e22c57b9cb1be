import { analyse } from './analysis.js';
import type { OpenLinearSolver } from './contract.js';
import { MultifrontalSolver } from './solver.js';
import type { AssemblyTree } from './supernodes.js';

/** One front that holds the whole matrix in its own order. */
export function singleFront(order: number): AssemblyTree {
  const natural = Int32Array.from({ length: order }, (_, k) => k);
  const none = new Int32Array(0);
  const nodes = order === 0 ? 0 : 1;
  return {
    nodes,
    column: Int32Array.of(0, ...(nodes ? [order] : [])),
    parent: new Int32Array(nodes).fill(-1),
    childStart: new Int32Array(nodes + 1),
    child: none,
    rowStart: new Int32Array(nodes + 1),
    row: none,
    place: none,
    group: new Int32Array(nodes),
    permutation: natural,
    position: natural,
  };
}

/** Dense LDLᵀ with complete freedom of pivoting: for small or nearly full matrices. */
export const openDense: OpenLinearSolver = (matrix, options) => {
  const began = performance.now() / 1000;
  const analysis = analyse(matrix, () => singleFront(matrix.rows));
  return new MultifrontalSolver('dense', analysis, options, began);
};
