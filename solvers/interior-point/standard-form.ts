import type { Structure } from '../../src/core/structure/structure.js';
import type { Order } from '../../src/nlp/contract.js';

/**
 * What the algorithm works on: minimize `f(w)` subject to `c(w) = 0`, `l ≤ w ≤ u`, with `w ∈ Rⁿ`, `c(w) ∈ Rᵐ`.
 *
 * The first `core` variables enter `f` and `c` in any way. Every later one is *attached* to a single row, where it
 * enters linearly with coefficient ±1 (slacks of inequality rows; the elastic variables of restoration):
 *
 *     c_r(w) = g_r(w_core) + Σ_{k: attachedRow[k] = r} attachedSign[k] · w[core + k]
 *
 * An attached variable has at least one finite bound, so that its barrier term makes the KKT matrix positive there and
 * it can be eliminated into the diagonal of its row.
 */
export interface StandardForm {
  readonly n: number;
  readonly core: number;
  readonly m: number;
  /** Length n, ±Infinity where there is none; the algorithm may widen them by a rounding unit. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Indices of the finite bounds. */
  readonly withLower: Int32Array;
  readonly withUpper: Int32Array;
  /** m × core. */
  readonly jacobian: Structure;
  /** core × core, symmetric. */
  readonly hessian: Structure;
  /** Core column → block, −1 for those that couple; see {@link Nlp.partition}. */
  readonly partition?: Int32Array;
  readonly attachedRow: Int32Array;
  readonly attachedSign: Float64Array;
  /** True where f depends on μ (the restoration problem) and must be evaluated again when μ changes. */
  readonly barrierDependent: boolean;
  /** Factors that turn this form's quantities back into the user's. */
  readonly unscale: Unscale;
  /** Relative accuracy of the function values. */
  readonly accuracy: number;

  objective(w: Float64Array, μ: number): number;
  /** Length n; zero for attached variables unless f depends on them. */
  gradient(w: Float64Array, μ: number, out: Float64Array): boolean;
  constraints(w: Float64Array, out: Float64Array): boolean;
  jacobianValues(w: Float64Array, out: Float64Array): boolean;
  /**
   * Values of `∇²(σ f + λᵀ c)` without the part `knownCurvature` adds. The evaluations return false where a value is
   * not finite.
   */
  hessianValues(w: Float64Array, σ: number, λ: Float64Array, out: Float64Array): boolean;
  /** Says that evaluations at `w` up to `order` follow, see {@link Nlp.ask}. */
  ask(w: Float64Array, order: Order, σ: number, λ: Float64Array): void;
  /** Largest violation of a row in the user's units, at `w` with row values `c`. */
  violation(w: Float64Array, c: Float64Array): number;
  /** False where all curvature of f is known (restoration), so that a quasi-Newton method learns only that of λᵀc. */
  readonly learnsObjective: boolean;
  /** Sets `out` (length core) to the diagonal of the known part of ∇²f. */
  knownCurvature(μ: number, out: Float64Array): void;
}

export interface Unscale {
  /** Scaled objective = objective · user's. */
  readonly objective: number;
  /** Length n: scaled w = column · user's; null: all 1. */
  readonly column: Float64Array | null;
  /** Length m: scaled row = row · user's; null: all 1. */
  readonly row: Float64Array | null;
}

/** Whether there are as many equalities as variables. */
export const isSquare = (form: StandardForm): boolean => form.core === form.m - form.attachedRow.length;

/** Indices of the finite entries of `bound`. */
export function finiteEntries(bound: Float64Array): Int32Array {
  const found: number[] = [];
  for (let j = 0; j < bound.length; j++) if (Number.isFinite(bound[j]!)) found.push(j);
  return Int32Array.from(found);
}
