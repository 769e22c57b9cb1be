import type { KktStatistics } from './contract.js';
import type { LowRank } from './quasi-newton.js';

/**
 * The KKT matrix once attached variables are eliminated, in one of the forms in which it can be factored:
 *
 *     [ H + D   Jᵀ ]   core
 *     [ J      −E  ]   m
 *
 * with diagonal D and E; or with `D − Ψ M⁻¹ Ψᵀ` of a limited-memory Hessian in place of H + D.
 */
export interface CoreSystem {
  readonly form: string;
  readonly H: Float64Array;
  readonly J: Float64Array;
  /**
   * Factors it. Returns the numbers of negative and zero eigenvalues; more than `negativeLimit` (default m) negative ones may
   * be given up early, with what was found so far.
   */
  factor(
    D: Float64Array,
    E: Float64Array,
    memory: LowRank | null,
    negativeLimit?: number,
  ): { readonly negative: number; readonly zero: number };
  /** Overwrites `b`, `count` right-hand sides of length core + m, with solutions; returns the backward error. */
  solve(b: Float64Array, count: number): number;
  increaseQuality(): boolean;
  readonly statistics: KktStatistics;
  dispose(): void;
}
