import { rowName } from '../../src/nlp/names.js';
import { worstViolation } from '../../src/nlp/optimality.js';
import type { Result } from '../../src/nlp/result.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import type { CountedNlp } from './counted-nlp.js';
import { report, startHeld } from './report.js';
import type { Run } from './state.js';

/** A problem whose variables are all fixed (or that has none): its only point satisfies the rows or does not. */
export function solveWithoutVariables(run: Run, oracle: CountedNlp, x: Float64Array): Result {
  const { nlp } = oracle;
  const m = nlp.constraints.lower.length;
  const constraints = new Float64Array(m);
  const finite = oracle.objective(x) && (m === 0 || oracle.constraints(x, constraints));
  const worst = worstViolation(nlp, { x, constraints });
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
  return report(run, oracle, outcome, startHeld(nlp, x), null);
}
