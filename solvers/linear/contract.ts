import type { Structure } from '../../src/core/structure/structure.js';

/** Numbers of positive, negative and zero eigenvalues. */
export interface Inertia {
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

/**
 * Factors a sparse symmetric indefinite matrix `A = L D Lᵀ` and solves with it. The structure is analysed once, at
 * construction; `factor` and `solve` allocate nothing in the steady state.
 */
export interface LinearSolver {
  readonly name: string;
  /** Order of the matrix. */
  readonly order: number;
  /**
   * Factors the matrix with these values of the structure given at construction. Returns the exact inertia of the factored matrix; `zero > 0` means singular.
   * NaN or infinity in `values` throws.
   *
   * A matrix with more than `negativeLimit` negative eigenvalues may be given up early: the inertia then counts what was
   * found so far (`negative > negativeLimit`, the sum below the order) and there is nothing to solve with.
   */
  factor(values: Float64Array, negativeLimit?: number): Inertia;
  /**
   * Overwrites `b`, `count` right-hand sides one after the other, with `A⁻¹ b`, iterative refinement included, and returns
   * the largest componentwise backward error `max |b − A x|ᵢ / (|A||x| + |b|)ᵢ`. Valid after a `factor` with no zero
   * eigenvalue.
   */
  solve(b: Float64Array, count?: number): number;
  /** Asks for more stable, slower pivoting from the next `factor` on. Returns false when it cannot go further. */
  increaseQuality(): boolean;
  readonly statistics: LinearStatistics;
  /** Frees its memory; any further call throws. */
  dispose(): void;
}

export interface LinearStatistics {
  readonly factorizations: number;
  readonly solves: number;
  /** Seconds in analysis, factor and solve. */
  readonly seconds: { readonly analysis: number; readonly factor: number; readonly solve: number };
  /** Nonzeros of the factor and floating-point operations of one factorization, as the analysis predicts. */
  readonly factorNonzeros: number;
  readonly flops: number;
  /** Who computes, each another way to round: `wasm` or `javascript` (the same bits), then a system library by name. */
  readonly kernels: readonly string[];
  /** Bytes held. */
  readonly bytes: number;
}

/** Opens a solver for symmetric matrices of one structure, without blocks known through a factor. */
export type OpenLinearSolver = (matrix: Structure, options?: Record<string, unknown>) => LinearSolver;
