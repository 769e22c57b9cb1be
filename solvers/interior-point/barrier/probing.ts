import { dualFraction, primalFraction } from '../boundary.js';
import { fillRightHandSide, solveNewton } from '../direction.js';
import { PrimalDual } from '../iterate.js';
import type { State } from '../state.js';

/** Computes the affine-scaling step (μ = 0) into the adaptive memory; null where the system could not be solved. */
export function affineStep(s: State): PrimalDual | null {
  const { adaptive, form } = s;
  adaptive.rhs ??= new PrimalDual(form.n, form.m);
  const affine = adaptive.affine ?? new PrimalDual(form.n, form.m);
  fillRightHandSide(s, 0, adaptive.rhs);
  adaptive.affine = solveNewton(s, adaptive.rhs, affine) ? affine : null;
  return adaptive.affine;
}

/** Mehrotra's probing rule: `μ = min((μ_aff/μ)³, σ_max) μ` with the mean complementarities; 0 without an affine step. */
export function probe(s: State, average: number): number {
  const affine = affineStep(s);
  if (!affine) return 0;
  const { current, form, options } = s;
  const αPrimal = primalFraction(current, affine.w, 1);
  const αDual = dualFraction(current, affine, 1);
  let sum = 0;
  for (const j of form.withLower) {
    const slack = current.slackL[j]! + αPrimal * affine.w[j]!;
    sum += slack * (current.zL[j]! + αDual * affine.zL[j]!);
  }
  for (const j of form.withUpper) {
    const slack = current.slackU[j]! - αPrimal * affine.w[j]!;
    sum += slack * (current.zU[j]! + αDual * affine.zU[j]!);
  }
  const after = sum / (form.withLower.length + form.withUpper.length);
  return Math.min((after / average) ** 3, options.sigma_max) * average;
}

/** LOQO's centering parameter from the smallest complementarity product: `0.1 min(0.05 (1−ξ)/ξ, 2)³`. */
export function loqoCentering(s: State, average: number): number {
  const { current, form } = s;
  let least = Number.POSITIVE_INFINITY;
  for (const j of form.withLower) least = Math.min(least, current.slackL[j]! * current.zL[j]!);
  for (const j of form.withUpper) least = Math.min(least, current.slackU[j]! * current.zU[j]!);
  const ξ = least / average;
  return 0.1 * Math.min((0.05 * (1 - ξ)) / ξ, 2) ** 3;
}
