import { EvaluationError, Stopped } from '../../src/core/errors.js';
import { fillRightHandSide } from './direction.js';
import { lagrangianGradient } from './errors.js';
import { updateHessian } from './hessian.js';
import { addScaled, type Iterate } from './iterate.js';
import type { SlackForm } from './slacks.js';
import type { State } from './state.js';

/** Newton steps tried, with the latest Hessian and with a new one. */
const MOST_STEPS = 3;
/** A bound is active where the slack is less than this share of its multiplier. */
const ACTIVE = 1e-3;
/** Slack of a variable at its bound, for the linear algebra. */
const AT_BOUND = 1e-20;

/**
 * Moves the current iterate, a solution for widened bounds, into the bounds as stated. Where that leaves no solution,
 * variables whose bounds are active are set to these and stay there; the others take up, by Newton steps, what that does to
 * rows and stationarity: with the Hessian of the last iteration, which costs no evaluation, and where that does not do, with
 * that of the point. True where the point found is as feasible as the iterate and a solution of the stated problem; its
 * bounds are then in force. Otherwise nothing changes.
 */
export function projectIntoBounds(s: State, form: SlackForm): boolean {
  const { current, trial: before, residuals, options } = s;
  const most = form.relativeViolation(current.w, current.c);
  const primal = Math.max(residuals.primal, options.tol);
  const widened = [form.lower.slice(), form.upper.slice()] as const;
  before.copy(current);
  form.lower.set(form.statedLower);
  form.upper.set(form.statedUpper);
  const isSolution = (): boolean =>
    form.relativeViolation(current.w, current.c) <= most &&
    residuals.primal <= primal &&
    residuals.E0 <= options.tol &&
    rowProducts(current) <= options.tol * residuals.sc &&
    residuals.unscaled.dual <= options.dual_inf_tol &&
    residuals.unscaled.complementarity <= options.compl_inf_tol;
  const reaches = (step: () => boolean): boolean => {
    current.copy(before);
    toActiveBounds(current);
    for (let count = 0; place(s); count++) {
      if (isSolution()) return true;
      if (count === MOST_STEPS || !step()) return false;
    }
    return false;
  };
  const hasHessian = s.quasi !== null || s.kkt.values.H.some((value) => value !== 0);
  try {
    if (place(s) && isSolution()) return true;
    if (hasHessian && reaches(() => step(s))) return true;
    if (reaches(() => updateHessian(s) && step(s))) return true;
  } catch (error) {
    // An oracle that is gone or a limit does not take the solution with it.
    const limit = error instanceof Stopped && error.outcome.status !== 'interrupted';
    if (!limit && !(error instanceof EvaluationError)) throw error;
  }
  current.copy(before);
  form.lower.set(widened[0]);
  form.upper.set(widened[1]);
  residuals.measure(current, options);
  return false;
}

/**
 * Sets the variables whose bounds are active, told by their multipliers, to these bounds as stated. Slacks of rows keep
 * their distance: the variables that would have to follow may all be at bounds.
 */
function toActiveBounds({ form, w, zL, zU }: Iterate): void {
  const { core, lower, upper } = form;
  for (const j of form.withLower) if (j < core && w[j]! - lower[j]! < ACTIVE * zL[j]!) w[j] = lower[j]!;
  for (const j of form.withUpper) if (j < core && upper[j]! - w[j]! < ACTIVE * zU[j]!) w[j] = upper[j]!;
}

/** Clips the current point into its bounds, evaluates and measures it; false where functions are undefined. */
function place(s: State): boolean {
  const { current } = s;
  const { lower, upper } = current.form;
  for (let j = 0; j < current.w.length; j++) {
    current.w[j] = Math.max(lower[j]!, Math.min(upper[j]!, current.w[j]!));
  }
  s.newton.forget();
  if (!current.evaluate(s.μ) || !current.linearize(s.μ, false)) return false;
  current.measureSlacks();
  takeUpMultipliers(current);
  s.residuals.measure(current, s.options);
  return true;
}

/** Largest |λᵢcᵢ|: what the objective gains by violating one row. */
function rowProducts({ λ, c }: Iterate): number {
  let largest = 0;
  for (let i = 0; i < c.length; i++) largest = Math.max(largest, Math.abs(λ[i]! * c[i]!));
  return largest;
}

/** At a bound, the multiplier takes up the Lagrangian's gradient as far as its sign allows. */
function takeUpMultipliers(at: Iterate): void {
  const { form, zL, zU, slackL, slackU } = at;
  const r = new Float64Array(form.n);
  lagrangianGradient(at, r);
  for (const j of form.withLower) {
    if (slackL[j] !== 0) continue;
    const z = Math.max(0, zL[j]! + r[j]!);
    r[j] = r[j]! + zL[j]! - z;
    zL[j] = z;
  }
  for (const j of form.withUpper) if (slackU[j] === 0) zU[j] = Math.max(0, zU[j]! - r[j]!);
}

/** A Newton step, by the Hessian at hand, in which variables at a bound stay there. */
function step(s: State): boolean {
  const { current, form, rhs, step } = s;
  fillRightHandSide(s, s.μ, rhs);
  holdAtBound(form.withLower, current.slackL, current.zL, rhs.zL, s.μ);
  holdAtBound(form.withUpper, current.slackU, current.zU, rhs.zU, s.μ);
  // A row whose variables all stay at bounds has no say in its multiplier, which must not follow the rounding there.
  if (!s.newton.factorAndSolve(current, s.μ, rhs, step, true)) return false;
  addScaled(current.w, 1, step.w);
  addScaled(current.λ, 1, step.λ);
  const stay = 1 - s.τ;
  for (const j of form.withLower)
    current.zL[j] = Math.max(stay * current.zL[j]!, current.zL[j]! + step.zL[j]!);
  for (const j of form.withUpper)
    current.zU[j] = Math.max(stay * current.zU[j]!, current.zU[j]! + step.zU[j]!);
  return true;
}

/** Lets the linear algebra see slacks of 0 as positive, and so small against z that no step leaves the bound. */
function holdAtBound(
  bounds: Int32Array,
  slack: Float64Array,
  z: Float64Array,
  rhs: Float64Array,
  least: number,
): void {
  for (const j of bounds) {
    if (slack[j] !== 0) continue;
    slack[j] = AT_BOUND;
    z[j] = Math.max(z[j]!, least);
    rhs[j] = 0;
  }
}
