import type { Structure } from '../../src/core/structure/structure.js';
import type { LinearStatistics } from '../linear/contract.js';

/**
 * The structure of a KKT system with `n` variables and `m` rows, whose first `core` variables enter the rows by the
 * Jacobian and the Hessian; every later one is *attached* to a single row, with coefficient ±1, and to nothing else.
 */
export interface KktShape {
  readonly n: number;
  readonly core: number;
  readonly m: number;
  /** m × core. */
  readonly jacobian: Structure;
  /** core × core, symmetric. */
  readonly hessian: Structure;
  /** Row and coefficient of each attached variable, length n − core. */
  readonly attachedRow: Int32Array;
  readonly attachedSign: Float64Array;
  /** Core column → block, −1 for columns that couple blocks. */
  readonly partition?: Int32Array;
}

/** What a factorization showed: n positive and m negative eigenvalues are right. */
export type Verdict = 'right' | 'singular' | 'too-few-negative' | 'too-many-negative';

/**
 * The symmetric matrix
 *
 *     K = [ H + Σ + δ_w   Aᵀ   ]   n        A = [J, S], S the attached variables' coefficients
 *         [ A            −δ_c  ]   m
 *
 * with Σ diagonal, factored in whatever form suits its structure. Every form gives the same verdicts and solutions.
 */
export interface KktSystem {
  readonly shape: KktShape;
  /** Values of H and J, which the caller writes in place before `factor`. */
  readonly values: { readonly H: Float64Array; readonly J: Float64Array };
  /** Factors K for `Σ` (length n; positive for attached variables) and perturbations `δw`, `δc` ≥ 0. */
  factor(Σ: Float64Array, δw: number, δc: number): Verdict;
  /**
   * `out ← K⁻¹ rhs` for `count` right-hand sides of length n + m one after the other; `rhs` and `out` may be the same.
   * Valid after a factorization that was `right`. Returns the largest componentwise backward error.
   */
  solve(rhs: Float64Array, out: Float64Array, count?: number): number;
  /** `out ← [H Aᵀ; A 0] v`, with the values at hand and without Σ, δ_w and δ_c; length n + m. */
  product(v: Float64Array, out: Float64Array): void;
  /** Asks for more stable, slower pivoting from the next `factor` on; false when it cannot go further. */
  increaseQuality(): boolean;
  readonly statistics: LinearStatistics;
  /** Frees its memory; any further call throws. */
  dispose(): void;
}
