import type { Iterate, PrimalDual } from './iterate.js';

/** Largest α ≤ 1 for which `w + αΔw` keeps the fraction 1 − τ of every slack (Wächter & Biegler (15a)). */
export function primalFraction(at: Iterate, Δw: Float64Array, τ: number): number {
  const { form, slackL, slackU } = at;
  let α = 1;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const Δ = Δw[j]!;
    if (Δ < 0) α = Math.min(α, (-τ * slackL[j]!) / Δ);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const Δ = Δw[j]!;
    if (Δ > 0) α = Math.min(α, (τ * slackU[j]!) / Δ);
  }
  return α;
}

/** Largest α ≤ 1 for which `z + αΔz` keeps the fraction 1 − τ of every bound multiplier ((15b)). */
export function dualFraction(at: Iterate, step: PrimalDual, τ: number): number {
  const { form, zL, zU } = at;
  let α = 1;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    if (step.zL[j]! < 0) α = Math.min(α, (-τ * zL[j]!) / step.zL[j]!);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    if (step.zU[j]! < 0) α = Math.min(α, (-τ * zU[j]!) / step.zU[j]!);
  }
  return α;
}

/** Keeps `slack·z` within a factor κ_σ of μ ((16)). */
export function limitMultipliers(at: Iterate, μ: number, κσ: number): void {
  const { form, slackL, slackU, zL, zU } = at;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const central = μ / slackL[j]!;
    zL[j] = Math.max(Math.min(zL[j]!, κσ * central), central / κσ);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const central = μ / slackU[j]!;
    zU[j] = Math.max(Math.min(zU[j]!, κσ * central), central / κσ);
  }
}

/**
 * Measures the slacks of a point and widens those that vanish in rounding: to what μ and the multipliers ask for, by at
 * most `slackMove·max(1, |bound|)` (Wächter & Biegler §3.5). The bounds follow when the point is accepted.
 */
export function measureSafeSlacks(at: Iterate, multipliers: PrimalDual, μ: number, slackMove: number): void {
  const { form, slackL, slackU } = at;
  const { zL, zU } = multipliers;
  at.measureSlacks();
  const least = Math.max(2 ** -52 * Math.min(1, μ), 2 ** -1022);
  const widened = (slack: number, z: number, bound: number): number => {
    const wanted = z > 0 ? Math.max(least, μ / z) : Number.POSITIVE_INFINITY;
    return Math.min(wanted, Math.max(slack, 0) + slackMove * Math.max(1, Math.abs(bound)));
  };
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    if (slackL[j]! < least) slackL[j] = widened(slackL[j]!, zL[j]!, form.lower[j]!);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    if (slackU[j]! < least) slackU[j] = widened(slackU[j]!, zU[j]!, form.upper[j]!);
  }
}

/** Moves the bounds to where the slacks of an accepted point say they are. */
export function moveBounds({ form, w, slackL, slackU }: Iterate): void {
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    if (w[j]! - form.lower[j]! < slackL[j]!) form.lower[j] = w[j]! - slackL[j]!;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    if (form.upper[j]! - w[j]! < slackU[j]!) form.upper[j] = w[j]! + slackU[j]!;
  }
}
