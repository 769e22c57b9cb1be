import { setBarrier } from './barrier/set.js';
import { measureSafeSlacks } from './boundary.js';
import type { Iterate } from './iterate.js';
import type { SlackForm } from './slacks.js';
import type { State } from './state.js';

/** Relative change of the objective by widening the bounds that is taken for another problem. */
const ANOTHER_PROBLEM = 1e-2;
/** A bound counts as active where the widening is this large against the slack. */
const ACTIVE = 0.01;
/** Multipliers tell little of the solution before μ has fallen to this share of the first. */
const TELLING = 1e-2;
/** A point is inside the stated bounds by a margin where slacks are this many widenings. */
const INSIDE = 2;

/** Visits the finite bounds: by how much each is widened, the slack to the widened bound, its multiplier. */
function eachBound(
  s: State,
  form: SlackForm,
  visit: (j: number, widening: number, slack: number, z: number) => void,
): void {
  const { slackL, slackU, zL, zU } = s.current;
  for (const j of form.withLower) visit(j, form.statedLower[j]! - form.lower[j]!, slackL[j]!, zL[j]!);
  for (const j of form.withUpper) visit(j, form.upper[j]! - form.statedUpper[j]!, slackU[j]!, zU[j]!);
}

/**
 * The algorithm solves the problem with slightly widened bounds (Wächter & Biegler §3.5). Whether that makes it another
 * problem, asked where a barrier problem is solved: `Σ z·widening` over the active bounds is what the objective gains.
 */
export function isAnotherProblem(s: State, form: SlackForm): boolean {
  const { current, residuals, options } = s;
  if (residuals.barrierError(current, s.μ) > options.barrier_tol_factor * s.μ) return false;
  let gain = 0;
  eachBound(s, form, (_, widening, slack, z) => {
    if (widening >= ACTIVE * slack) gain += z * widening;
  });
  return gain > ANOTHER_PROBLEM * Math.max(form.unscale.objective, Math.abs(current.f));
}

/**
 * Whether products of widening and multiplier will make the solution of the widened problem none of the stated one, and the
 * iterate is far enough inside the stated bounds to go on with these from here, asked where a barrier problem is solved.
 */
export function isInTime(s: State, form: SlackForm): boolean {
  const { current, residuals, options } = s;
  if (s.μ > TELLING * options.mu_init) return false;
  if (residuals.barrierError(current, s.μ) > options.barrier_tol_factor * s.μ) return false;
  let product = 0;
  let isInside = true;
  eachBound(s, form, (_, widening, slack, z) => {
    product = Math.max(product, (widening * z) / form.unscale.objective);
    if (slack < INSIDE * widening) isInside = false;
  });
  return isInside && product > 0.5 * options.compl_inf_tol;
}

/**
 * Whether a solution of the widened problem is none of the stated one: rows violated, rows moved by clipping x into its
 * bounds, or products of slack and multiplier beyond half the unscaled tolerances.
 */
export function wideningMatters(s: State, form: SlackForm): boolean {
  const { current, options: o } = s;
  const { objective, column, row } = form.unscale;
  const violation = new Float64Array(form.m);
  let product = 0;
  let outside = 0;
  const shift = new Float64Array(form.n);
  eachBound(s, form, (j, widening, slack, z) => {
    const amount = widening - slack;
    if (amount <= 0) return;
    shift[j] = amount;
    product = Math.max(product, (amount * z) / objective);
    if (j >= form.core) outside = Math.max(outside, amount / (column ? column[j]! : 1));
  });
  form.jacobian.each(current.J, (i, j, value) => {
    violation[i] = violation[i]! + (Math.abs(value) * shift[j]!) / (row ? row[i]! : 1);
  });
  const moved = violation.reduce((largest, value) => Math.max(largest, value), 0);
  const limit = 0.5 * o.constr_viol_tol;
  return outside > limit || moved > limit || product > 0.5 * o.compl_inf_tol;
}

/**
 * Puts the stated bounds in force and goes on from the current point, moved inside them; μ is what the multipliers make
 * of the widening, so that the point is central. False where functions are undefined there.
 */
export function stateBounds(s: State, form: SlackForm): boolean {
  const { current } = s;
  let μ = s.μ;
  eachBound(s, form, (_, widening, __, z) => {
    μ = Math.max(μ, widening * z);
  });
  μ = Math.max(s.μ, Math.min(μ, s.options.mu_init));
  form.lower.set(form.statedLower);
  form.upper.set(form.statedUpper);
  const inside = (j: number, z: number): number => {
    const gap = form.upper[j]! - form.lower[j]!;
    const size = Math.max(1, Math.abs(current.w[j]!));
    return Math.min(0.25 * gap, Math.max(1e-12 * size, μ / Math.max(z, 1e-8)));
  };
  for (const j of form.withLower) {
    if (current.w[j]! > form.lower[j]!) continue;
    current.w[j] = form.lower[j]! + inside(j, current.zL[j]!);
  }
  for (const j of form.withUpper) {
    if (current.w[j]! < form.upper[j]!) continue;
    current.w[j] = form.upper[j]! - inside(j, current.zU[j]!);
  }
  measureSafeSlacks(current, current, μ, s.options.slack_move);
  s.newton.forget();
  if (!current.evaluate(μ) || !current.linearize(μ)) return false;
  setBarrier(s, μ, Math.max(s.options.tau_min, 1 - μ));
  return true;
}

/** A copy of the current iterate with its μ and bounds. */
export interface Kept {
  readonly at: Iterate;
  readonly μ: number;
  readonly τ: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export function keep(s: State): Kept {
  return {
    at: s.current.clone(),
    μ: s.μ,
    τ: s.τ,
    lower: s.form.lower.slice(),
    upper: s.form.upper.slice(),
  };
}

export function putBack(s: State, kept: Kept): void {
  s.current.copy(kept.at);
  s.form.lower.set(kept.lower);
  s.form.upper.set(kept.upper);
  setBarrier(s, kept.μ, kept.τ);
  s.newton.forget();
  s.acceptable.forget();
  s.residuals.measure(s.current, s.options);
}
