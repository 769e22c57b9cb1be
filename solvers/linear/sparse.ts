import { approximateMinimumDegree } from './amd.js';
import { analysed } from './analysis.js';
import { fillGraph, orderingGraph } from './blocks.js';
import type { OpenLinearSolver } from './contract.js';
import { MultifrontalSolver } from './solver.js';
import { assemblyTree, invert } from './supernodes.js';

/** Sparse LDLᵀ: minimum-degree ordering, assembly tree, multifrontal factorization with delayed pivots. */
export const openSparse: OpenLinearSolver = (matrix, options) => {
  const began = performance.now() / 1000;
  const analysis = analysed(matrix, (parts) => {
    const order = approximateMinimumDegree(orderingGraph(parts));
    return assemblyTree(fillGraph(parts, invert(order)), order);
  });
  return new MultifrontalSolver('sparse', analysis, options, began);
};
