import { openLinearSolver } from '../../solvers/linear/index.js';
import { Structure } from '../../src/core/structure/structure.js';
import type { SolveTransposed } from '../../src/grid/price-split.js';

/**
 * `Aᵀ y = b` by the symmetric solver: `[0 A; Aᵀ 0] [y; w] = [0; b]`. NaN where A is singular.
 */
export const solveTransposed: SolveTransposed = ({ order, row, column, value }, b) => {
  const lower = Structure.lower(
    2 * order,
    Int32Array.from(column, (c) => order + c),
    Int32Array.from(row),
  );
  const solver = openLinearSolver(lower);
  try {
    const { zero } = solver.factor(Float64Array.from(value));
    const both = new Float64Array(2 * order);
    both.set(b, order);
    if (zero > 0) both.fill(Number.NaN);
    else solver.solve(both);
    return both.slice(0, order);
  } finally {
    solver.dispose();
  }
};
