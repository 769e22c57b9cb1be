import type { Iterate, PrimalDual } from './iterate.js';

/** Largest α ≤ 1 for which `w + αΔw` keeps the fraction 1 − τ of every slack (Wächter & Biegler (15a)). */
export function primalFraction(at: Iterate, Δw: Float64Array, τ: number): number {
  const { form, w } = at;
  let α = 1;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const Δ = Δw[j]!;
    if (Δ < 0) α = Math.min(α, (-τ * (w[j]! - form.lower[j]!)) / Δ);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const Δ = Δw[j]!;
    if (Δ > 0) α = Math.min(α, (τ * (form.upper[j]! - w[j]!)) / Δ);
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
  const { form, w, zL, zU } = at;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const central = μ / (w[j]! - form.lower[j]!);
    zL[j] = Math.max(Math.min(zL[j]!, κσ * central), central / κσ);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const central = μ / (form.upper[j]! - w[j]!);
    zU[j] = Math.max(Math.min(zU[j]!, κσ * central), central / κσ);
  }
}

/**
 * Moves a bound away where a slack has become so small that it would vanish in rounding (Wächter & Biegler §3.5): by at
 * most `slackMove·max(1, |bound|)`, and no further than to the slack that μ and the multipliers ask for.
 */
export function keepSlacksPositive(at: Iterate, multipliers: PrimalDual, μ: number, slackMove: number): void {
  const { form, w } = at;
  const { zL, zU } = multipliers;
  const { lower, upper } = form;
  const least = 2 ** -52 * Math.min(1, μ);
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const slack = w[j]! - lower[j]!;
    if (slack < least) lower[j] = w[j]! - widened(slack, zL[j]!, lower[j]!);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const slack = upper[j]! - w[j]!;
    if (slack < least) upper[j] = w[j]! + widened(slack, zU[j]!, upper[j]!);
  }

  function widened(slack: number, z: number, bound: number): number {
    const room = Math.max(slack, 0) + slackMove * Math.max(1, Math.abs(bound));
    // At least one rounding unit of w, or the new slack would be computed as 0 again.
    const unit = 2 ** -52 * Math.max(Math.abs(bound), 2 ** -900);
    return Math.max(Math.min(Math.max(least, z > 0 ? μ / z : room), room), 2 * unit);
  }
}
