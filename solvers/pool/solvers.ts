import { InputError } from '../../src/core/errors.js';
import type { Solver } from '../../src/nlp/solver.js';

export const solverNames = ['interior-point', 'ipopt', 'ipopt-wasm'] as const;
export type SolverName = (typeof solverNames)[number];

/** Loads a solver by name; what it needs besides is looked for only then. */
export async function loadSolver(name: SolverName): Promise<Solver> {
  switch (name) {
    case 'interior-point':
      return (await import('../interior-point/index.js')).interiorPoint as Solver;
    case 'ipopt':
      return (await import('../ipopt/index.js')).ipopt as Solver;
    case 'ipopt-wasm':
      return (await import('../ipopt/index.js')).ipoptWasm as Solver;
    default:
      throw new InputError(`unknown solver "${name}": choose one of ${solverNames.join(', ')}`);
  }
}
