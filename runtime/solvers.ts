import { InputError } from '../src/core/errors.js';
import type { Result } from '../src/nlp/result.js';
import type { Solver } from '../src/nlp/solver.js';

export const solverNames = ['interior-point', 'ipopt', 'ipopt-wasm'] as const;
export type SolverName = (typeof solverNames)[number];

/** A solver as its thread runs it: some modules load themselves asynchronously and so answer with a promise. */
export interface LoadedSolver {
  solve(...args: Parameters<Solver['solve']>): Result | Promise<Result>;
}

/** Loads a solver by name; what it needs besides is looked for only then. */
export async function loadSolver(name: SolverName): Promise<LoadedSolver> {
  switch (name) {
    case 'interior-point':
      return (await import('../solvers/interior-point/index.js')).interiorPoint;
    case 'ipopt':
      return (await (await import('../solvers/ipopt/index.js')).openIpopt()) as Solver;
    case 'ipopt-wasm':
      return (await (await import('../solvers/ipopt/index.js')).openIpoptWasm()) as unknown as Solver;
    default:
      throw new InputError(`unknown solver "${name}": choose one of ${solverNames.join(', ')}`);
  }
}
