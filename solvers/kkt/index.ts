import { listOf, partsOf } from '../../src/core/given.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Result } from '../../src/nlp/result.js';
import { openLinearSolver } from '../linear/index.js';
import { openKkt } from './open.js';
import { type ParameterDerivative, Sensitivity, type SolutionDerivative } from './sensitivity.js';

export {
  byColumns,
  type ColumnAnswer,
  type ColumnDerivative,
  type ColumnParameter,
  type ColumnRequest,
  noDerivatives,
} from './columns.js';
export type * from './contract.js';
export { KeptSolution } from './kept.js';
export * from './open.js';
export * from './sensitivity.js';

/** Derivatives of a solution by parameters of the problem; see {@link Sensitivity}. */
export function sensitivity(
  nlp: Nlp,
  result: Result,
  parameters: readonly ParameterDerivative[],
): SolutionDerivative[] {
  partsOf(nlp, 'sensitivity: the problem', ['variables', 'constraints', 'jacobian', 'hessian']);
  partsOf(result, 'sensitivity: the result', ['x', 'multipliers']);
  listOf(parameters, 'sensitivity: the parameters');
  const system = new Sensitivity(nlp, result, (shape) => openKkt(shape, null, openLinearSolver, {}));
  try {
    return system.forward(parameters);
  } finally {
    system.dispose();
  }
}
