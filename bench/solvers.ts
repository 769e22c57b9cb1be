import { loadSolver, type SolverName, solverNames } from '../runtime/solvers.js';
import { InputError } from '../src/core/errors.js';

/**
 * The solvers called `asked`; without a choice those that load here, what does not being named on standard error.
 *
 * @throws InputError for a solver that was asked for and does not load.
 */
export async function askedSolvers(asked: readonly string[]) {
  const names = (asked.length > 0 ? asked : solverNames) as readonly SolverName[];
  const loaded = [];
  for (const name of names) {
    try {
      loaded.push({ name, solver: await loadSolver(name) });
    } catch (error) {
      if (asked.length > 0 || !(error instanceof InputError)) throw error;
      console.error(`${name} left out: ${error.message}`);
    }
  }
  return loaded;
}
