import { interiorPoint } from '../solvers/interior-point/index.js';
import { solveAgain } from '../solvers/interior-point/solve.js';
import type { KeptSolution } from '../solvers/kkt/index.js';
import { openLinearSolver } from '../solvers/linear/index.js';
import { InputError } from '../src/core/errors.js';
import type { Result } from '../src/nlp/result.js';
import type { Solver } from '../src/nlp/solver.js';

/** Solvers by name. */
export const solverNames = ['interior-point', 'ipopt', 'ipopt-wasm'] as const;
export type SolverName = (typeof solverNames)[number];

/** A solver as its thread runs it: some modules load themselves asynchronously and so answer with a promise. */
export interface LoadedSolver {
  solve(...args: Parameters<Solver['solve']>): Result | Promise<Result>;
  /** One of many solves of a problem, which takes over what the one before kept; absent where a solver keeps nothing. */
  again?(
    before: KeptSolution | null,
    ...args: Parameters<Solver['solve']>
  ): { readonly result: Result; readonly kept: KeptSolution | null };
}

type Load = () => Promise<LoadedSolver>;

const loaders = new Map<SolverName, Load>([
  [
    'interior-point',
    async () => ({
      ...interiorPoint,
      again: (before, nlp, options, monitor, warmStart) =>
        solveAgain(openLinearSolver, nlp, options, monitor, warmStart, before),
    }),
  ],
]);

/** Says how a solver is loaded that not every place has. */
export function provideSolver(name: SolverName, load: Load): void {
  loaders.set(name, load);
}

/** Loads a solver by name; what it needs besides is looked for only then. */
export async function loadSolver(name: SolverName): Promise<LoadedSolver> {
  const load = loaders.get(name);
  if (load) return load();
  throw new InputError(
    solverNames.includes(name)
      ? `solver "${name}" needs Node: choose interior-point`
      : `unknown solver "${name}": choose one of ${solverNames.join(', ')}`,
  );
}
