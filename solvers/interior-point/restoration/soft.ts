import { barrierFunction } from '../barrier/function.js';
import { dualFraction, primalFraction } from '../boundary.js';
import { primalDualError } from '../errors.js';
import { maxNorm, sumNorm } from '../iterate.js';
import type { State } from '../state.js';
import { moveMultipliers, moveTrial } from '../trial.js';

/**
 * One step of soft restoration: the Newton step with one step size for primal and dual variables, taken when it lowers
 * the primal-dual error, though the filter refuses it (Wächter & Biegler §3.3). Ends soft restoration when the filter
 * accepts the point. False when the step helps neither.
 */
export function softStep(s: State): boolean {
  const { current, trial, step, options, acceptor, record } = s;
  const factor = options.soft_resto_pderror_reduction_factor;
  if (factor === 0) return false;
  const α = Math.min(primalFraction(current, step.w, s.τ), dualFraction(current, step, s.τ));
  moveTrial(s, step, α);
  moveMultipliers(s, step, α, α);
  if (!trial.evaluate(s.μ) || !trial.linearize(s.μ)) return false;
  Object.assign(record, { alphaPrimal: α, alphaDual: α, trials: 1, length: maxNorm(step.w) });
  if (acceptor.accepts(0, sumNorm(trial.c), barrierFunction(trial, s.μ, options.kappa_d))) {
    s.soft.end();
    return true;
  }
  const before = primalDualError(current, s.μ, s.rhs.w);
  if (!(primalDualError(trial, s.μ, s.rhs.w) <= factor * before)) return false;
  s.soft.begin();
  return true;
}
