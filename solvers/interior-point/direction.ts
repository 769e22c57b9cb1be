import { lagrangianGradient } from './errors.js';
import { updateHessian } from './hessian.js';
import type { PrimalDual } from './iterate.js';
import type { State } from './state.js';

/** Computes the search direction of the barrier problem into `s.step`; false when the KKT matrix resists. */
export function computeDirection(s: State): boolean {
  if (!updateHessian(s)) return false;
  fillRightHandSide(s, s.μ, s.rhs);
  if (s.options.mehrotra_algorithm) addCorrector(s);
  const solved = solveNewton(s, s.rhs, s.step);
  s.record.regularization = s.newton.δw;
  return solved;
}

/** Solves with the KKT matrix of the current iterate, factoring it on first use. */
export function solveNewton(s: State, rhs: PrimalDual, out: PrimalDual): boolean {
  const { newton } = s;
  if (newton.isFactored) return newton.solve(s.current, rhs, out);
  if (!updateHessian(s)) return false;
  newton.isFactored = newton.factorAndSolve(s.current, s.μ, rhs, out);
  return newton.isFactored;
}

/** Minus the residual of the perturbed optimality conditions, damping of one-sided slacks included. */
export function fillRightHandSide(s: State, μ: number, rhs: PrimalDual): void {
  const { current: at, form } = s;
  const damping = s.options.kappa_d * μ;
  const { slackL, slackU, zL, zU } = at;
  lagrangianGradient(at, rhs.w);
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    if (form.upper[j]! === Number.POSITIVE_INFINITY) rhs.w[j] = rhs.w[j]! + damping;
    rhs.zL[j] = μ - slackL[j]! * zL[j]!;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    if (form.lower[j]! === Number.NEGATIVE_INFINITY) rhs.w[j] = rhs.w[j]! - damping;
    rhs.zU[j] = μ - slackU[j]! * zU[j]!;
  }
  for (let j = 0; j < form.n; j++) rhs.w[j] = -rhs.w[j]!;
  for (let i = 0; i < form.m; i++) rhs.λ[i] = -at.c[i]!;
}

/** Mehrotra's corrector: second-order terms of complementarity along the affine step, kept from choosing μ. */
function addCorrector(s: State): void {
  const affine = s.adaptive.affine;
  if (!affine) return;
  for (let k = 0; k < s.form.withLower.length; k++) {
    const j = s.form.withLower[k]!;
    s.rhs.zL[j] = s.rhs.zL[j]! - affine.w[j]! * affine.zL[j]!;
  }
  for (let k = 0; k < s.form.withUpper.length; k++) {
    const j = s.form.withUpper[k]!;
    s.rhs.zU[j] = s.rhs.zU[j]! + affine.w[j]! * affine.zU[j]!;
  }
}
