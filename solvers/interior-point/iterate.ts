import { addScaled, dot } from '../../src/core/vector.js';
import type { StandardForm } from './standard-form.js';

export { addScaled, dot, maxNorm, sumNorm } from '../../src/core/vector.js';

/** One weight per part of a vector; z for both kinds of bound multipliers. */
export interface PartWeights {
  readonly w: number;
  readonly λ: number;
  readonly z: number;
}

/** A primal-dual vector: one entry per variable, row, lower and upper bound. Entries without a bound stay 0. */
export class PrimalDual {
  /** w and λ, one after the other: what the KKT system sees. */
  readonly system: Float64Array;
  readonly w: Float64Array;
  readonly λ: Float64Array;
  readonly zL: Float64Array;
  readonly zU: Float64Array;

  constructor(n: number, m: number) {
    this.system = new Float64Array(n + m);
    this.w = this.system.subarray(0, n);
    this.λ = this.system.subarray(n);
    this.zL = new Float64Array(n);
    this.zU = new Float64Array(n);
  }

  copy(from: PrimalDual): void {
    this.w.set(from.w);
    this.λ.set(from.λ);
    this.zL.set(from.zL);
    this.zU.set(from.zU);
  }

  /** `this ← this + a · other`. */
  add(other: PrimalDual, a = 1): void {
    addScaled(this.w, a, other.w);
    addScaled(this.λ, a, other.λ);
    addScaled(this.zL, a, other.zL);
    addScaled(this.zU, a, other.zU);
  }

  fill(value: number): void {
    for (const part of [this.w, this.λ, this.zL, this.zU]) part.fill(value);
  }

  /** Zeros of the same lengths. */
  like(): PrimalDual {
    return new PrimalDual(this.w.length, this.λ.length);
  }

  /** `Σ weights.w·wᵀw + …`, one weight per part. */
  dot(other: PrimalDual, weights: PartWeights): number {
    const z = dot(this.zL, other.zL) + dot(this.zU, other.zU);
    return weights.w * dot(this.w, other.w) + weights.λ * dot(this.λ, other.λ) + weights.z * z;
  }
}

/** The latest gradient of the Lagrangian of an iterate and the multipliers it belongs to; asked for twice an iteration. */
class KnownGradient {
  readonly value: Float64Array;
  private readonly λ: Float64Array;
  private readonly zL: Float64Array;
  private readonly zU: Float64Array;
  private empty = true;

  constructor({ w, λ }: PrimalDual) {
    this.value = new Float64Array(w.length);
    this.λ = new Float64Array(λ.length);
    this.zL = new Float64Array(w.length);
    this.zU = new Float64Array(w.length);
  }

  /** ∇f or J change. */
  forget(): void {
    this.empty = true;
  }

  holds({ λ, zL, zU }: PrimalDual): boolean {
    return !this.empty && same(this.λ, λ) && same(this.zL, zL) && same(this.zU, zU);
  }

  keep({ λ, zL, zU }: PrimalDual, value: Float64Array): void {
    this.value.set(value);
    this.λ.set(λ);
    this.zL.set(zL);
    this.zU.set(zU);
    this.empty = false;
  }
}

function same(a: Float64Array, b: Float64Array): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

/** A point of the algorithm with the values and derivatives evaluated there. */
export class Iterate extends PrimalDual {
  /**
   * Slacks `w − l` and `u − w` of the finite bounds, numbers of their own: next to a large bound they are smaller than
   * what `w` can express.
   */
  readonly slackL: Float64Array;
  readonly slackU: Float64Array;
  f = Number.NaN;
  readonly c: Float64Array;
  /** ∇f, length n; written as J is. */
  readonly gradient: Float64Array;
  /** Values of the Jacobian; `linearize` and `copy` alone write them. */
  readonly J: Float64Array;
  /** The gradient of the Lagrangian, for `lagrangianGradient`. */
  readonly known: KnownGradient;

  /** @param curvature whether the Hessian of the Lagrangian will be asked for. */
  constructor(
    readonly form: StandardForm,
    private readonly curvature: boolean,
  ) {
    super(form.n, form.m);
    this.slackL = new Float64Array(form.n);
    this.slackU = new Float64Array(form.n);
    this.c = new Float64Array(form.m);
    this.gradient = new Float64Array(form.n);
    this.J = new Float64Array(form.jacobian.length);
    this.known = new KnownGradient(this);
  }

  /** Sets the slacks from w and the bounds. */
  measureSlacks(): void {
    const { form, w, slackL, slackU } = this;
    for (let k = 0; k < form.withLower.length; k++) {
      const j = form.withLower[k]!;
      slackL[j] = w[j]! - form.lower[j]!;
    }
    for (let k = 0; k < form.withUpper.length; k++) {
      const j = form.withUpper[k]!;
      slackU[j] = form.upper[j]! - w[j]!;
    }
  }

  /** Evaluates f and c; false where one is not finite. */
  evaluate(μ: number): boolean {
    this.f = this.form.objective(this.w, μ);
    return Number.isFinite(this.f) && this.form.constraints(this.w, this.c);
  }

  /** Evaluates ∇f and J, and has the oracle compute the Hessian for the multipliers at hand unless these will change. */
  linearize(μ: number, final = true): boolean {
    const { form, λ } = this;
    this.known.forget();
    form.ask(this.w, this.curvature && final ? 2 : 1, form.learnsObjective ? 1 : 0, λ);
    return this.form.gradient(this.w, μ, this.gradient) && this.form.jacobianValues(this.w, this.J);
  }

  clone(): Iterate {
    const made = new Iterate(this.form, this.curvature);
    made.copy(this);
    return made;
  }

  override copy(from: Iterate): void {
    super.copy(from);
    this.slackL.set(from.slackL);
    this.slackU.set(from.slackU);
    this.f = from.f;
    this.c.set(from.c);
    this.gradient.set(from.gradient);
    this.J.set(from.J);
    this.known.forget();
  }
}
