import type { Result } from '../../src/nlp/result.js';
import { worstViolation } from './optimality.js';
import { type Oracle, rowName } from './oracle.js';
import { report } from './report.js';
import type { Outcome, Run } from './state.js';

/** A problem whose variables are all fixed (or that has none): its only point satisfies the rows or does not. */
export function solveWithoutVariables(run: Run, oracle: Oracle, x: Float64Array): Result {
  const { nlp } = oracle;
  const m = nlp.constraints.lower.length;
  const constraints = new Float64Array(m);
  const finite = oracle.objective(x) && (m === 0 || oracle.constraints(x, constraints));
  const none = new Float64Array(0);
  const worst = worstViolation(nlp, { x, objective: oracle.value, constraints, gradient: none, J: none });
  let outcome: Outcome;
  if (!finite)
    outcome = { status: 'evaluation-error', message: `all variables are fixed and ${oracle.trouble}` };
  else if (worst.amount <= Math.max(run.options.tol, run.options.bound_relax_factor)) {
    outcome = { status: 'optimal', message: 'all variables are fixed and the rows hold' };
  } else {
    outcome = {
      status: 'infeasible',
      message: `all variables are fixed and ${rowName(nlp, worst.row)} does not hold`,
    };
  }
  const zero = (length: number): Float64Array => new Float64Array(length);
  const multipliers = { constraints: zero(m), lower: zero(x.length), upper: zero(x.length) };
  return report(run, oracle, outcome, { x, multipliers }, () => true, null);
}
