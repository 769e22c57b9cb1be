/** Who factors one dense positive definite matrix in one call. */
export interface DenseFactorizer {
  readonly name: string;
  /**
   * Cholesky of `A + BᵀB`: A's lower triangle by rows in the first n² numbers of `a`, which the factor overwrites, row after row
   * with its pivots on the diagonal; B, `k × n` by rows, in `borders`. Returns 0, or the place of the first pivot that is not positive, from 1.
   */
  factor(n: number, a: Float64Array, borders: Float64Array): number;
  /** Overwrites `b` with the solution, by the latest factorization. */
  solve(b: Float64Array): void;
  dispose(): void;
}

let open = (): DenseFactorizer | string => 'system libraries need Node';

/** Says how a factorizer is opened: `opener` answers with one, or in words why there is none. */
export function provideFactorizer(opener: () => DenseFactorizer | string): void {
  open = opener;
}

/** A factorizer of its own for one matrix; a reason where there is none. */
export const openFactorizer = (): DenseFactorizer | string => open();
