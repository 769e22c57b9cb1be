import { dualFraction, measureSafeSlacks } from './boundary.js';
import { maxNorm, type PrimalDual } from './iterate.js';
import type { State } from './state.js';

/** `trial.w = current.w + α Δw`, slacks kept positive. */
export function moveTrial(s: State, step: PrimalDual, α: number): void {
  const { current, trial } = s;
  for (let j = 0; j < trial.w.length; j++) trial.w[j] = current.w[j]! + α * step.w[j]!;
  measureSafeSlacks(trial, current, s.μ, s.options.slack_move);
}

/** Sets the multipliers of the trial point and evaluates its derivatives; false where these are not finite. */
export function finishTrial(s: State, step: PrimalDual, α: number): boolean {
  const { current, trial, record } = s;
  const αDual = dualFraction(current, step, s.τ);
  moveMultipliers(s, step, rowStep(s, step, α, αDual), αDual);
  record.alphaDual = αDual;
  return trial.linearize(s.μ);
}

export function moveMultipliers(s: State, step: PrimalDual, αRows: number, αBounds: number): void {
  const { current, trial, form } = s;
  for (let i = 0; i < form.m; i++) trial.λ[i] = current.λ[i]! + αRows * step.λ[i]!;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    trial.zL[j] = current.zL[j]! + αBounds * step.zL[j]!;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    trial.zU[j] = current.zU[j]! + αBounds * step.zU[j]!;
  }
}

/** Step size of the row multipliers, as option `alpha_for_y` says. */
function rowStep(s: State, step: PrimalDual, α: number, αDual: number): number {
  const { alpha_for_y: rule, alpha_for_y_tol: tol } = s.options;
  switch (rule) {
    case 'primal':
      return α;
    case 'bound-mult':
      return αDual;
    case 'min':
      return Math.min(α, αDual);
    case 'max':
      return Math.max(α, αDual);
    case 'full':
      return 1;
    case 'primal-and-full':
      return maxNorm(step.w) <= tol ? 1 : α;
    case 'dual-and-full':
      return maxNorm(step.w) <= tol ? 1 : αDual;
  }
}
