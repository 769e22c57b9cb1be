import { type Iterate, maxNorm, sumNorm } from './iterate.js';
import type { InteriorPointOptions } from './options.js';
import { addTransposed } from './products.js';
import type { StandardForm } from './standard-form.js';

/** Errors of the optimality conditions at one iterate, maximum norms (Wächter & Biegler (5), (6)). */
export class Residuals {
  /** `∇f + Aᵀλ − zL + zU`, length n. */
  readonly stationarity: Float64Array;
  dual = Number.NaN;
  primal = Number.NaN;
  /** Largest slack·z, i.e. complementarity for μ = 0. */
  complementarity = Number.NaN;
  /** ‖c‖₁. */
  θ = Number.NaN;
  sd = 1;
  sc = 1;
  /** Scaled error E₀. */
  E0 = Number.NaN;
  /** The same errors of the user's problem. */
  readonly unscaled = { dual: Number.NaN, primal: Number.NaN, complementarity: Number.NaN };

  constructor(private readonly form: StandardForm) {
    this.stationarity = new Float64Array(form.n);
  }

  measure(at: Iterate, options: InteriorPointOptions): void {
    const { form, stationarity: r } = this;
    lagrangianGradient(at, r);
    this.dual = maxNorm(r);
    this.primal = maxNorm(at.c);
    this.θ = sumNorm(at.c);
    this.complementarity = complementarity(at, 0);
    Object.assign(this, multiplierScales(form, at, options.s_max));
    this.E0 = this.at(this.complementarity);

    const { objective, column } = form.unscale;
    const { unscaled } = this;
    unscaled.complementarity = this.complementarity / objective;
    if (column) {
      let largest = 0;
      for (let j = 0; j < r.length; j++) largest = Math.max(largest, Math.abs(r[j]! * column[j]!));
      unscaled.dual = largest / objective;
    } else unscaled.dual = this.dual / objective;
    unscaled.primal = form.violation(at.w, at.c);
  }

  /** E_μ at the measured iterate. */
  barrierError(at: Iterate, μ: number): number {
    return this.at(complementarity(at, μ));
  }

  private at(complementarity: number): number {
    return Math.max(this.dual / this.sd, this.primal, complementarity / this.sc);
  }
}

/** s_d and s_c, by which long multipliers relax the dual and complementarity errors (Wächter & Biegler (6)). */
export function multiplierScales(
  form: StandardForm,
  { λ, zL, zU }: Pick<Iterate, 'λ' | 'zL' | 'zU'>,
  sMax: number,
): { sd: number; sc: number } {
  const z = sumNorm(zL) + sumNorm(zU);
  const bounds = form.withLower.length + form.withUpper.length;
  const mean = (sumNorm(λ) + z) / Math.max(1, form.m + bounds);
  return { sd: Math.max(sMax, mean) / sMax, sc: Math.max(sMax, z / Math.max(1, bounds)) / sMax };
}

/** `out = ∇f + Aᵀλ − zL + zU`. */
export function lagrangianGradient(at: Iterate, out: Float64Array): void {
  const { form, gradient, zL, zU, λ, known } = at;
  if (known.holds(at)) {
    out.set(known.value);
    return;
  }
  for (let j = 0; j < out.length; j++) out[j] = gradient[j]! - zL[j]! + zU[j]!;
  addTransposed(form, at.J, λ, 1, out);
  known.keep(at, out);
}

/** `max |slack·z − μ|`. */
export function complementarity(at: Iterate, μ: number): number {
  const { form, slackL, slackU, zL, zU } = at;
  let largest = 0;
  for (const j of form.withLower) largest = Math.max(largest, Math.abs(slackL[j]! * zL[j]! - μ));
  for (const j of form.withUpper) largest = Math.max(largest, Math.abs(slackU[j]! * zU[j]! - μ));
  return largest;
}

/** Mean of slack·z; 0 without bounds. */
export function averageComplementarity(at: Iterate): number {
  const { form, slackL, slackU, zL, zU } = at;
  let sum = 0;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    sum += slackL[j]! * zL[j]!;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    sum += slackU[j]! * zU[j]!;
  }
  return sum / Math.max(1, form.withLower.length + form.withUpper.length);
}

/** Mean absolute errors of the perturbed optimality system, added up: what a soft restoration step must lower. */
export function primalDualError(at: Iterate, μ: number, scratch: Float64Array): number {
  const { form, slackL, slackU, zL, zU } = at;
  lagrangianGradient(at, scratch);
  let products = 0;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    products += Math.abs(slackL[j]! * zL[j]! - μ);
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    products += Math.abs(slackU[j]! * zU[j]! - μ);
  }
  const bounds = form.withLower.length + form.withUpper.length;
  return (
    sumNorm(scratch) / Math.max(1, form.n) +
    sumNorm(at.c) / Math.max(1, form.m) +
    products / Math.max(1, bounds)
  );
}
