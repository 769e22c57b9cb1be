import { solveNewton } from '../direction.js';
import { dot, PrimalDual } from '../iterate.js';
import type { State } from '../state.js';
import { affineStep } from './probing.js';

/** Width around σ = 1 that tells on which side the minimum lies. */
const BELOW_ONE = 1e-4;
const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * Chooses μ = σ·(mean complementarity) so that the full Newton step for it minimizes the linear model of the squared
 * optimality error (Nocedal, Wächter & Waltz 2009, (4.2)). 0 where the system could not be solved.
 */
export function minimizeQualityFunction(s: State, average: number, least: number): number {
  const affine = affineStep(s);
  const centering = affine && centeringStep(s, average);
  if (!affine || !centering) return 0;
  const { options: o, adaptive } = s;
  const quality = qualityFunction(s, affine, centering);
  const lowest = Math.max(o.sigma_min, least / average);
  const highest = Math.min(o.sigma_max, adaptive.μmax / average);
  const below = 1 - Math.max(BELOW_ONE, o.quality_function_section_sigma_tol);
  if (lowest >= highest) return lowest * average;
  const σ =
    quality(below) > quality(1)
      ? goldenSection(quality, Math.max(1, lowest), Math.max(highest, lowest), o)
      : goldenSection(quality, lowest, Math.max(lowest, Math.min(below, highest)), o);
  return σ * average;
}

/** The change of the Newton step per unit σ. */
function centeringStep(s: State, average: number): PrimalDual | null {
  const { adaptive, form, options } = s;
  const rhs = adaptive.rhs!;
  const out = adaptive.centering ?? new PrimalDual(form.n, form.m);
  adaptive.centering = out;
  rhs.w.fill(0);
  rhs.λ.fill(0);
  const damping = options.kappa_d * average;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    if (form.upper[j]! === Number.POSITIVE_INFINITY) rhs.w[j] = rhs.w[j]! - damping;
    rhs.zL[j] = average;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    if (form.lower[j]! === Number.NEGATIVE_INFINITY) rhs.w[j] = rhs.w[j]! + damping;
    rhs.zU[j] = average;
  }
  return solveNewton(s, rhs, out) ? out : null;
}

function qualityFunction(s: State, affine: PrimalDual, centering: PrimalDual): (σ: number) => number {
  const { form, current, residuals, options } = s;
  const { withLower, withUpper } = form;
  const { slackL, slackU, zL, zU } = current;
  const bounds = withLower.length + withUpper.length;
  const dual = dot(residuals.stationarity, residuals.stationarity) / form.n;
  const primal = dot(current.c, current.c) / Math.max(1, form.m);
  const τ = Math.max(options.tau_min, 1 - residuals.E0);
  return (σ) => {
    let αPrimal = 1;
    let αDual = 1;
    for (let k = 0; k < withLower.length; k++) {
      const j = withLower[k]!;
      const Δ = affine.w[j]! + σ * centering.w[j]!;
      const Δz = affine.zL[j]! + σ * centering.zL[j]!;
      if (Δ < 0) αPrimal = Math.min(αPrimal, (-τ * slackL[j]!) / Δ);
      if (Δz < 0) αDual = Math.min(αDual, (-τ * zL[j]!) / Δz);
    }
    for (let k = 0; k < withUpper.length; k++) {
      const j = withUpper[k]!;
      const Δ = affine.w[j]! + σ * centering.w[j]!;
      const Δz = affine.zU[j]! + σ * centering.zU[j]!;
      if (Δ > 0) αPrimal = Math.min(αPrimal, (τ * slackU[j]!) / Δ);
      if (Δz < 0) αDual = Math.min(αDual, (-τ * zU[j]!) / Δz);
    }
    let products = 0;
    for (let k = 0; k < withLower.length; k++) {
      const j = withLower[k]!;
      const slack = slackL[j]! + αPrimal * (affine.w[j]! + σ * centering.w[j]!);
      products += (slack * (zL[j]! + αDual * (affine.zL[j]! + σ * centering.zL[j]!))) ** 2;
    }
    for (let k = 0; k < withUpper.length; k++) {
      const j = withUpper[k]!;
      const slack = slackU[j]! - αPrimal * (affine.w[j]! + σ * centering.w[j]!);
      products += (slack * (zU[j]! + αDual * (affine.zU[j]! + σ * centering.zU[j]!))) ** 2;
    }
    return (1 - αDual) ** 2 * dual + (1 - αPrimal) ** 2 * primal + products / bounds;
  };
}

/** Minimizes over [low, high] in log σ by golden sections. */
function goldenSection(
  quality: (σ: number) => number,
  low: number,
  high: number,
  o: { quality_function_max_section_steps: number; quality_function_section_sigma_tol: number },
): number {
  const at = (t: number): number => quality(Math.exp(t));
  let a = Math.log(low);
  let b = Math.log(high);
  let left = a + GOLDEN * (b - a);
  let right = b - GOLDEN * (b - a);
  let qLeft = at(left);
  let qRight = at(right);
  const wide = (): boolean => Math.exp(b) - Math.exp(a) > o.quality_function_section_sigma_tol * Math.exp(b);
  for (let step = 0; step < o.quality_function_max_section_steps && wide(); step++) {
    if (qLeft > qRight) {
      [a, left, qLeft] = [left, right, qRight];
      right = b - GOLDEN * (b - a);
      qRight = at(right);
    } else {
      [b, right, qRight] = [right, left, qLeft];
      left = a + GOLDEN * (b - a);
      qLeft = at(left);
    }
  }
  const candidates = [a, left, right, b];
  const values = [at(a), qLeft, qRight, at(b)];
  return Math.exp(candidates[values.indexOf(Math.min(...values))]!);
}

/** Mean squared errors of stationarity, rows and complementarity at the current iterate. */
export function squaredError(s: State): number {
  const { form, current, residuals } = s;
  const { slackL, slackU, zL, zU } = current;
  let products = 0;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    products += (slackL[j]! * zL[j]!) ** 2;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    products += (slackU[j]! * zU[j]!) ** 2;
  }
  return (
    dot(residuals.stationarity, residuals.stationarity) / form.n +
    dot(current.c, current.c) / Math.max(1, form.m) +
    products / Math.max(1, form.withLower.length + form.withUpper.length)
  );
}
