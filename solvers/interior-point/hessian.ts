import { measureSafeSlacks } from './boundary.js';
import { lagrangianGradient } from './errors.js';
import type { State } from './state.js';

/** Halvings of the step back to the previous iterate tried where the Hessian is not finite. */
const MOST_RETREATS = 30;

/** Brings the Hessian of the current iterate into the KKT matrix; false where it cannot be evaluated. */
export function updateHessian(s: State): boolean {
  if (s.newton.hasHessian) return true;
  const { form, kkt, current } = s;
  form.knownCurvature(s.μ, kkt.values.curvature);
  if (s.quasi) s.quasi.rebuild();
  else {
    const σ = form.learnsObjective ? 1 : 0;
    for (let retreat = 0; !form.hessianValues(current.w, σ, current.λ, kkt.values.H); retreat++) {
      if (s.first || retreat === MOST_RETREATS || !retreatHalf(s)) return false;
    }
  }
  s.newton.hasHessian = true;
  return true;
}

/** NaN in second derivatives shortens the step that led here: half-way back towards the previous iterate. */
function retreatHalf(s: State): boolean {
  const { current, trial: previous } = s;
  for (let j = 0; j < current.w.length; j++) current.w[j] = 0.5 * (current.w[j]! + previous.w[j]!);
  measureSafeSlacks(current, current, s.μ, s.options.slack_move);
  if (!current.evaluate(s.μ) || !current.linearize(s.μ)) return false;
  s.residuals.measure(current, s.options);
  return true;
}

/** Hands the pair (Δx, Δ∇L) of the step from `s.current` to `s.trial` to the quasi-Newton memory. */
export function learnCurvature(s: State): void {
  const { quasi, form, current, trial } = s;
  if (!quasi) return;
  const { core } = form;
  const Δx = new Float64Array(core);
  const before = new Float64Array(form.n);
  const after = new Float64Array(form.n);
  // Both gradients with the new row multipliers; bound multipliers cancel, so they are left out by equal values.
  const λ = current.λ.slice();
  const zL = current.zL.slice();
  const zU = current.zU.slice();
  current.λ.set(trial.λ);
  current.zL.set(trial.zL);
  current.zU.set(trial.zU);
  lagrangianGradient(current, before);
  current.λ.set(λ);
  current.zL.set(zL);
  current.zU.set(zU);
  lagrangianGradient(trial, after);
  for (let j = 0; j < core; j++) {
    Δx[j] = trial.w[j]! - current.w[j]!;
    after[j] = after[j]! - before[j]!;
    if (!form.learnsObjective) after[j] = after[j]! - (trial.gradient[j]! - current.gradient[j]!);
  }
  quasi.update(Δx, after);
}
