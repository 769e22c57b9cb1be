/** Who factors one dense positive definite matrix in one call. */
export interface DenseFactorizer {
  readonly name: string;
  /**
   * Cholesky of `A + BᵀB`: A's lower triangle by rows in the first n² numbers of `a`, which the factor overwrites, row after row
   * with its pivots on the diagonal (a device keeps the factor and writes that diagonal alone); B, `k × n` by rows, in `borders`. Returns 0, or the
   * place of the first pivot that is not positive, from 1, or −1 where a device failed.
   */
  factor(n: number, a: Float64Array, borders: Float64Array): number;
  /** Overwrites `b` with the solution, by the latest factorization; false where a device failed. */
  solve(b: Float64Array): boolean;
  dispose(): void;
}

type Opener = () => DenseFactorizer | string;

/** Where whole dense matrices are factored. */
export type FactorizerDevice = 'cpu' | 'cuda';

const openers = new Map<FactorizerDevice, Opener>();

/** Says how a factorizer is opened: `opener` answers with one, or in words why there is none. */
export function provideFactorizer(device: FactorizerDevice, opener: Opener): void {
  openers.set(device, opener);
}

/** A factorizer of its own for one matrix; a reason where there is none. */
export const openFactorizer = (device: FactorizerDevice = 'cpu'): DenseFactorizer | string =>
  openers.get(device)?.() ?? 'system libraries need Node';
