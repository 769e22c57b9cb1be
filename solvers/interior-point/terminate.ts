import type { Outcome } from '../../src/nlp/verdict.js';
import { dot, maxNorm } from './iterate.js';
import type { InteriorPointOptions } from './options.js';
import { followsRay } from './ray.js';
import type { StandardForm } from './standard-form.js';
import type { State } from './state.js';

/** Iterations in a row at the oracle's noise level after which an oracle of low accuracy has nothing more to give. */
const NOISE_ITERATIONS = 3;

/** The stopping tests of the user's problem, in Ipopt's order; also remembers acceptable iterates. */
export function testTermination(s: State): Outcome | null {
  const { options: o, residuals, run, current, form } = s;
  if (converged(s)) return { status: 'optimal', message: 'solved to the tolerances asked for' };
  const { acceptable } = s;
  const isOne = isAcceptable(s);
  if (isOne) acceptable.keep(current, residuals.E0);
  acceptable.count(isOne, current.f);
  if (o.acceptable_iter > 0 && acceptable.inRow >= o.acceptable_iter) {
    return {
      status: 'acceptable',
      message: `${acceptable.inRow} iterates in a row met the acceptable tolerances, none the tolerances asked for`,
    };
  }
  const noise = atNoiseLevel(s);
  if (noise) return noise;

  if (followsRay(s)) {
    return {
      status: 'unbounded',
      message: 'the objective falls without limit along a ray that keeps to all rows and bounds',
    };
  }
  const { column } = form.unscale;
  for (let j = 0; j < form.core; j++) {
    if (Math.abs(current.w[j]!) > o.diverging_iterates_tol * (column ? column[j]! : 1)) {
      return {
        // Without a feasible iterate on the way, nothing is known of the objective.
        status: s.divergence.base ? 'unbounded' : 'step-failed',
        message: `the iterates diverge beyond ${o.diverging_iterates_tol} (diverging_iterates_tol); constraint violation ${residuals.unscaled.primal.toExponential(1)}`,
      };
    }
  }
  const f = current.f / form.unscale.objective;
  if (f < -o.diverging_iterates_tol && !isBox(form) && residuals.unscaled.primal <= o.constr_viol_tol) {
    return {
      status: 'unbounded',
      message: `the objective falls to ${f.toExponential(1)} at a feasible point`,
    };
  }
  run.checkIterations();
  run.checkLimits();
  return null;
}

/** Whether all variables have two bounds, so that a large objective is no sign of divergence. */
function isBox({ core, lower, upper }: StandardForm): boolean {
  for (let j = 0; j < core; j++) if (!Number.isFinite(lower[j]!) || !Number.isFinite(upper[j]!)) return false;
  return true;
}

/** Scaled error and the three unscaled ones below their tolerances. */
export function converged(s: State): boolean {
  const { options: o, residuals } = s;
  const { dual, primal, complementarity } = residuals.unscaled;
  return (
    residuals.E0 <= o.tol &&
    dual <= o.dual_inf_tol &&
    primal <= o.constr_viol_tol &&
    complementarity <= o.compl_inf_tol
  );
}

export function isAcceptable(s: State): boolean {
  const { options: o, residuals, current } = s;
  const { dual, primal, complementarity } = residuals.unscaled;
  const change = Math.abs(current.f - s.acceptable.lastObjective) / Math.max(1, Math.abs(current.f));
  return (
    residuals.E0 <= o.acceptable_tol &&
    dual <= o.acceptable_dual_inf_tol &&
    primal <= o.acceptable_constr_viol_tol &&
    complementarity <= o.acceptable_compl_inf_tol &&
    !(change > o.acceptable_obj_change_tol)
  );
}

/**
 * With an oracle of low accuracy (f32): whether the errors are what rounding in the oracle alone explains, for several
 * iterations in a row.
 */
function atNoiseLevel(s: State): Outcome | null {
  if (s.form.accuracy <= 2 ** -52) return null;
  const { options: o, residuals } = s;
  const noise = noiseLevel(s);
  const { sd, sc } = residuals;
  const within =
    residuals.dual / sd <= Math.max(o.tol, noise.dual / sd) &&
    residuals.primal <= Math.max(o.tol, noise.primal) &&
    residuals.complementarity / sc <= Math.max(o.tol, noise.primal);
  return s.acceptable.countAtNoise(within) < NOISE_ITERATIONS ? null : noiseOutcome(s, o);
}

/** What rounding errors of relative size `accuracy` in f's, c's and their derivatives' values amount to. */
function noiseLevel(s: State): { dual: number; primal: number } {
  const { current, form } = s;
  const rounding = 10 * form.accuracy;
  const J = maxNorm(current.J);
  const λ = Math.sqrt(dot(current.λ, current.λ));
  return {
    dual: rounding * Math.max(maxNorm(current.gradient), J * λ),
    primal: rounding * Math.max(1, Math.min(maxNorm(current.w), 1e3)),
  };
}

export function noiseOutcome(s: State, o: InteriorPointOptions): Outcome {
  const error = s.residuals.E0.toExponential(1);
  return {
    status: 'acceptable',
    message: `scaled error ${error} is as low as functions computed to ${s.form.accuracy.toExponential(1)} allow; tol is ${o.tol}`,
  };
}

/** Scaled errors that an oracle of low accuracy explains: 100 times its noise; 0 for one of full accuracy. */
export function explainedByNoise(s: State): { dual: number; primal: number } {
  if (s.form.accuracy <= 2 ** -52) return { dual: 0, primal: 0 };
  const { dual, primal } = noiseLevel(s);
  return { dual: 100 * dual, primal: 100 * primal };
}

/** Whether an oracle of low accuracy explains that no better step is found. */
export function nearNoiseLevel(s: State): boolean {
  if (s.form.accuracy <= 2 ** -52) return false;
  const noise = explainedByNoise(s);
  const { residuals, options: o } = s;
  return (
    residuals.dual <= Math.max(o.tol, noise.dual) &&
    residuals.primal <= Math.max(o.tol, noise.primal) &&
    residuals.complementarity / residuals.sc <= Math.max(o.tol, noise.primal)
  );
}
