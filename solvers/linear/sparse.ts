import { approximateMinimumDegree } from './amd.js';
import { fillGraph, orderingGraph, partsOf } from './blocks.js';
import type { OpenLinearSolver } from './contract.js';
import { MultifrontalSolver } from './solver.js';
import { assemblyTree, invert } from './supernodes.js';

/** Sparse LDLᵀ: minimum-degree ordering, assembly tree, multifrontal factorization with delayed pivots. */
export const openSparse: OpenLinearSolver = (matrix, options) => {
  const began = performance.now() / 1000;
  const parts = partsOf(matrix);
  const order = approximateMinimumDegree(orderingGraph(parts));
  const tree = assemblyTree(fillGraph(parts, invert(order)), order);
  return new MultifrontalSolver('sparse', matrix, parts, tree, options, began);
};
