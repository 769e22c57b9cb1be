import { type BatchSolution, isSolved, type QpPoint } from '../solvers/batch/index.js';
import { EvaluationError } from '../src/core/errors.js';
import { partSizes } from './cotangents.js';
import type { QpLayerSettings } from './options.js';

/**
 * The solution as training gets it: elements without one hold zeros or NaN. Throws EvaluationError, which names the first,
 * where that is asked for.
 */
export function answered(solution: BatchSolution, onFailure: QpLayerSettings['onFailure']): BatchSolution {
  const without = solution.statuses.flatMap((status, k) => (isSolved(status) ? [] : [k]));
  if (without.length === 0) return solution;
  if (onFailure === 'throw') {
    const [first] = without;
    const more = without.length > 1 ? ` and ${without.length - 1} more of ${solution.batch}` : '';
    throw new EvaluationError(
      `qp layer: element ${first} is ${solution.statuses[first!]}${more}; repair its data, or say onFailure: 'zero' or 'nan'`,
      `element ${first}`,
    );
  }
  const value = onFailure === 'nan' ? Number.NaN : 0;
  const sizes = partSizes(solution);
  const masked = (part: keyof QpPoint): Float64Array => {
    const out = solution[part].slice();
    for (const k of without) out.fill(value, k * sizes[part], (k + 1) * sizes[part]);
    return out;
  };
  return { ...solution, z: masked('z'), nu: masked('nu'), lam: masked('lam'), s: masked('s') };
}
