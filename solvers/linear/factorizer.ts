/** Who factors one dense symmetric matrix in one call. */
export interface DenseFactorizer {
  readonly name: string;
  /**
   * Factors the matrix whose lower triangle stands by rows in the first n² numbers of `a`, and tells its inertia; undefined where
   * it lies too near to a singular one to tell.
   */
  factor(n: number, a: Float64Array): { readonly positive: number; readonly negative: number } | undefined;
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
