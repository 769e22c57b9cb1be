import { measureSafeSlacks } from './boundary.js';
import type { PrimalDual } from './iterate.js';
import type { SlackForm } from './slacks.js';
import type { State } from './state.js';

/**
 * The algorithm solves the problem with slightly widened bounds (Wächter & Biegler §3.5). Where a solution of that
 * problem violates the stated one by more than the unscaled tolerances allow, `tighten` puts the stated bounds in force
 * so that the algorithm goes on from there.
 */
export function wideningMatters(s: State, form: SlackForm): boolean {
  const { current, options: o } = s;
  const { objective, column, row } = form.unscale;
  const violation = new Float64Array(form.m);
  let product = 0;
  let outside = 0;
  const shift = new Float64Array(form.n);
  const visit = (j: number, amount: number, z: number): void => {
    if (amount <= 0) return;
    shift[j] = amount;
    product = Math.max(product, (amount * z) / objective);
    if (j >= form.core) outside = Math.max(outside, amount / (column ? column[j]! : 1));
  };
  for (const j of form.withLower) visit(j, form.statedLower[j]! - current.w[j]!, current.zL[j]!);
  for (const j of form.withUpper) visit(j, current.w[j]! - form.statedUpper[j]!, current.zU[j]!);
  // Clipping x into its bounds moves every row by the derivatives times the shifts.
  for (let k = 0; k < current.J.length; k++) {
    const i = form.jacobian.row[k]!;
    const amount = Math.abs(current.J[k]!) * shift[form.jacobian.column[k]!]!;
    violation[i] = violation[i]! + amount / (row ? row[i]! : 1);
  }
  const moved = violation.reduce((largest, value) => Math.max(largest, value), 0);
  const limit = 0.5 * o.constr_viol_tol;
  return outside > limit || moved > limit || product > 0.5 * o.compl_inf_tol;
}

/** Puts the stated bounds in force and moves the current iterate inside; evaluates it. False where that fails. */
export function tighten(s: State, form: SlackForm): boolean {
  const { current, μ } = s;
  form.lower.set(form.statedLower);
  form.upper.set(form.statedUpper);
  const inside = (j: number, z: number): number => {
    const gap = form.upper[j]! - form.lower[j]!;
    const size = Math.max(1, Math.abs(current.w[j]!));
    return Math.min(0.25 * gap, Math.max(1e-12 * size, μ / Math.max(z, 1e-8)));
  };
  for (const j of form.withLower) {
    current.w[j] = Math.max(current.w[j]!, form.lower[j]! + inside(j, current.zL[j]!));
  }
  for (const j of form.withUpper) {
    current.w[j] = Math.min(current.w[j]!, form.upper[j]! - inside(j, current.zU[j]!));
  }
  measureSafeSlacks(current, current, μ, s.options.slack_move);
  s.acceptor.clear();
  s.watchdog.cancel();
  s.factored = false;
  s.hessianCurrent = false;
  return current.evaluate(μ) && current.linearize(μ);
}

/** A copy of the point and its bounds, and back. */
export interface Kept {
  readonly point: Pick<PrimalDual, 'w' | 'λ' | 'zL' | 'zU'>;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly iteration: number;
}

export function keep(s: State): Kept {
  const { w, λ, zL, zU } = s.current;
  return {
    point: { w: w.slice(), λ: λ.slice(), zL: zL.slice(), zU: zU.slice() },
    lower: s.form.lower.slice(),
    upper: s.form.upper.slice(),
    iteration: s.run.iteration,
  };
}

export function putBack(s: State, kept: Kept): void {
  s.current.w.set(kept.point.w);
  s.current.λ.set(kept.point.λ);
  s.current.zL.set(kept.point.zL);
  s.current.zU.set(kept.point.zU);
  s.form.lower.set(kept.lower);
  s.form.upper.set(kept.upper);
  s.current.measureSlacks();
}
