import type { Structure } from '../../../src/core/structure/structure.js';
import type { Order } from '../../../src/nlp/contract.js';
import { maxNorm } from '../iterate.js';
import type { InteriorPointOptions } from '../options.js';
import { finiteEntries, type StandardForm, type Unscale } from '../standard-form.js';

/**
 * The restoration problem (Wächter & Biegler (30)): variables `(w, p, n)`,
 *
 *     min ρ Σ (p + n) + ζ/2 ‖D_R (w_core − w_R)‖²   s.t.  c(w) − p + n = 0,  l ≤ w ≤ u,  p, n ≥ 0
 *
 * with `ζ = weight·√μ`, `D_R = diag(1/max(1, |w_R|))`. p and n are attached variables, so that its KKT matrix has the
 * structure of the original one.
 */
export class ElasticForm implements StandardForm {
  readonly n: number;
  readonly core: number;
  readonly m: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly withLower: Int32Array;
  readonly withUpper: Int32Array;
  readonly jacobian: Structure;
  readonly hessian: Structure;
  readonly attachedRow: Int32Array;
  readonly attachedSign: Float64Array;
  readonly barrierDependent = true;
  readonly learnsObjective = false;
  readonly unscale: Unscale = { objective: 1, column: null, row: null };
  readonly accuracy: number;
  /** Where p and n begin. */
  readonly atP: number;
  readonly atN: number;
  private readonly reference: Float64Array;
  /** Squares of D_R. */
  private readonly weight: Float64Array;

  constructor(
    readonly inner: StandardForm,
    reference: Float64Array,
    private readonly options: InteriorPointOptions,
  ) {
    const { n, m, core } = inner;
    this.core = core;
    this.m = m;
    this.n = n + 2 * m;
    this.atP = n;
    this.atN = n + m;
    this.jacobian = inner.jacobian;
    this.hessian = inner.hessian;
    this.accuracy = inner.accuracy;
    this.lower = new Float64Array(this.n);
    this.lower.set(inner.lower);
    this.upper = new Float64Array(this.n).fill(Number.POSITIVE_INFINITY);
    this.upper.set(inner.upper);
    this.withLower = finiteEntries(this.lower);
    this.withUpper = finiteEntries(this.upper);
    const attached = inner.attachedRow.length;
    this.attachedRow = new Int32Array(attached + 2 * m);
    this.attachedRow.set(inner.attachedRow);
    this.attachedSign = new Float64Array(attached + 2 * m);
    this.attachedSign.set(inner.attachedSign);
    for (let i = 0; i < m; i++) {
      this.attachedRow[attached + i] = i;
      this.attachedRow[attached + m + i] = i;
      this.attachedSign[attached + i] = -1;
      this.attachedSign[attached + m + i] = 1;
    }
    this.reference = reference.slice(0, core);
    this.weight = this.reference.map((value) => 1 / Math.max(1, Math.abs(value)) ** 2);
  }

  private ζ(μ: number): number {
    return this.options.resto_proximity_weight * Math.sqrt(μ);
  }

  /** The variables of the original problem in `w`. */
  original(w: Float64Array): Float64Array {
    return w.subarray(0, this.atP);
  }

  /** `out = c` of the original problem, from the rows `c` of this one. */
  originalRows(w: Float64Array, c: Float64Array, out: Float64Array): void {
    for (let i = 0; i < this.m; i++) out[i] = c[i]! + w[this.atP + i]! - w[this.atN + i]!;
  }

  /** Sets p and n to the minimizers of the barrier problem for given rows `c` of the original one ((32), (33)). */
  chooseElastic(c: Float64Array, μ: number, w: Float64Array): void {
    const half = μ / (2 * this.options.resto_penalty_parameter);
    for (let i = 0; i < this.m; i++) {
      const size = Math.abs(c[i]!) / 2;
      const root = Math.hypot(half, size);
      const large = half + root + size;
      // half + root − size, without cancellation.
      const small = half + half ** 2 / (root + size);
      w[this.atP + i] = c[i]! > 0 ? large : small;
      w[this.atN + i] = c[i]! > 0 ? small : large;
    }
  }

  objective(w: Float64Array, μ: number): number {
    let violation = 0;
    for (let k = this.atP; k < this.n; k++) violation += w[k]!;
    let distance = 0;
    for (let j = 0; j < this.core; j++) distance += this.weight[j]! * (w[j]! - this.reference[j]!) ** 2;
    return this.options.resto_penalty_parameter * violation + 0.5 * this.ζ(μ) * distance;
  }

  gradient(w: Float64Array, μ: number, out: Float64Array): boolean {
    const ζ = this.ζ(μ);
    for (let j = 0; j < this.core; j++) out[j] = ζ * this.weight[j]! * (w[j]! - this.reference[j]!);
    out.fill(0, this.core, this.atP);
    out.fill(this.options.resto_penalty_parameter, this.atP);
    return true;
  }

  constraints(w: Float64Array, out: Float64Array): boolean {
    const finite = this.inner.constraints(this.original(w), out);
    for (let i = 0; i < this.m; i++) out[i] = out[i]! - w[this.atP + i]! + w[this.atN + i]!;
    return finite;
  }

  jacobianValues(w: Float64Array, out: Float64Array): boolean {
    return this.inner.jacobianValues(this.original(w), out);
  }

  hessianValues(w: Float64Array, _σ: number, λ: Float64Array, out: Float64Array): boolean {
    return this.inner.hessianValues(this.original(w), 0, λ, out);
  }

  ask(w: Float64Array, order: Order, _σ: number, λ: Float64Array): void {
    this.inner.ask(this.original(w), order, 0, λ);
  }

  violation(_w: Float64Array, c: Float64Array): number {
    return maxNorm(c);
  }

  knownCurvature(μ: number, out: Float64Array): void {
    const ζ = this.ζ(μ);
    for (let j = 0; j < this.core; j++) out[j] = ζ * this.weight[j]!;
  }
}
