import type { Structure } from '../../src/core/structure/structure.js';
import type { LinearStatistics } from '../linear/contract.js';
import type { LowRank } from './quasi-newton.js';

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
  /** Core column → block of columns that only columns marked −1 couple with others. */
  readonly partition?: Int32Array;
}

/** What a factorization showed: n positive and m negative eigenvalues are right. */
export type Verdict = 'right' | 'singular' | 'too-few-negative' | 'too-many-negative';

export interface KktStatistics extends LinearStatistics {
  /** Of a form that eliminates blocks: factorizations in which it could not, and eliminated in general. */
  readonly inGeneral?: number;
}

/** What the caller writes in place before `factor`. */
export interface KktValues {
  /** Values of the shape's Hessian; none with a limited-memory Hessian, which takes its place. */
  readonly H: Float64Array;
  /** Values of the shape's Jacobian. */
  readonly J: Float64Array;
  /** More of the Hessian's diagonal, length core. */
  readonly curvature: Float64Array;
}

/**
 * The symmetric matrix
 *
 *     K = [ H + Σ + δ_w   Aᵀ ]   n        A = [J, S], S the attached variables' coefficients
 *         [ A            −δ  ]   m
 *
 * with Σ diagonal, factored in whatever form suits its structure. Every form gives the same verdicts and solutions.
 */
export interface KktSystem {
  /** How it is factored. */
  readonly form: string;
  readonly shape: KktShape;
  readonly values: KktValues;
  /** The limited-memory Hessian; null where `values.H` is the Hessian. */
  readonly memory: LowRank | null;
  /**
   * Factors K for `Σ` (length n; positive for attached variables) and perturbations ≥ 0: δ_w of the Hessian, δ_c of rows
   * without attached variables, δ_d of the others (default δ_c). One with too many negative eigenvalues is given up early
   * unless `complete`.
   */
  factor(Σ: Float64Array, δw: number, δc: number, δd?: number, complete?: boolean): Verdict;
  /**
   * `out ← K⁻¹ rhs` for `count` right-hand sides of length n + m one after the other; `rhs` and `out` may be the same.
   * Valid after a factorization that was `right`, or a complete one without zero eigenvalues. Returns the largest componentwise backward error.
   */
  solve(rhs: Float64Array, out: Float64Array, count?: number): number;
  /** `out ← out + factor · [H Aᵀ; A 0] v`: K without Σ and perturbations, with the values at hand; length n + m. */
  addProduct(v: Float64Array, factor: number, out: Float64Array): void;
  /** Makes H zero, for systems without a Hessian; a limited-memory one until its next `rebuild`. */
  clearHessian(): void;
  /**
   * A system that differs in the attached variables and the memory alone, and shares values and factorization with this
   * one: only the latest of the two factorizations can be solved with.
   */
  sharing(shape: KktShape, memory: LowRank | null): KktSystem;
  /**
   * The same system for another solve of a problem with the same structure, counted from now on; undefined where it pivots
   * more carefully by now than a new one would.
   */
  again(shape: KktShape): KktSystem | undefined;
  /** Asks for more stable, slower pivoting from the next `factor` on; false when it cannot go further. */
  increaseQuality(): boolean;
  readonly statistics: KktStatistics;
  /** Frees its memory; any further call throws. */
  dispose(): void;
}
