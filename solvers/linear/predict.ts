import type { AssemblyTree } from './supernodes.js';

/** What the analysis expects of a factorization without delayed pivots. */
export interface Prediction {
  /** Numbers in L and D. */
  readonly factorNonzeros: number;
  /** Floating-point operations (multiplications and additions counted apart). */
  readonly flops: number;
  /** Bytes of the factor blocks. */
  readonly factorBytes: number;
  /** Order of the largest front. */
  readonly largestFront: number;
}

/** Sums over the fronts: k pivots in a front of order f. */
export function predict(tree: AssemblyTree): Prediction {
  let factorNonzeros = 0;
  let flops = 0;
  let factorBytes = 0;
  let largestFront = 0;
  for (let s = 0; s < tree.nodes; s++) {
    const k = tree.column[s + 1]! - tree.column[s]!;
    const f = k + tree.rowStart[s + 1]! - tree.rowStart[s]!;
    largestFront = Math.max(largestFront, f);
    factorNonzeros += k * f - (k * (k - 1)) / 2;
    // Σ over pivots of a division and a symmetric rank-one update of the r rows below: r + r(r + 1).
    for (const [sign, r] of [[1, f - 1] as const, [-1, f - k - 1] as const]) {
      flops += sign * ((r * (r + 1) * (2 * r + 1)) / 6 + r * (r + 1));
    }
    factorBytes += Math.ceil(f / 2) * 8 + (k + 1) * 16 + (k * f - (k * (k + 1)) / 2) * 8 + 16;
  }
  return { factorNonzeros, flops, factorBytes, largestFront };
}
