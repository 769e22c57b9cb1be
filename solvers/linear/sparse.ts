import { approximateMinimumDegree } from './amd.js';
import type { OpenLinearSolver } from './contract.js';
import { checkTriplets, graphOf } from './pattern.js';
import { MultifrontalSolver } from './solver.js';
import { assemblyTree } from './supernodes.js';

/** Sparse LDLᵀ: minimum-degree ordering, assembly tree, multifrontal factorization with delayed pivots. */
export const openSparse: OpenLinearSolver = (order, row, column, options) => {
  const began = performance.now() / 1000;
  checkTriplets(order, row, column);
  const graph = graphOf(order, row, column);
  const tree = assemblyTree(graph, approximateMinimumDegree(graph));
  return new MultifrontalSolver('sparse', order, row, column, tree, options, began);
};
