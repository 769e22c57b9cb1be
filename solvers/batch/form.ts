import type { QpShape } from './contract.js';

/** Factorizations that a problem takes, as they are predicted. */
const ROUNDS = 10;

/**
 * Whether Newton systems of a shape are condensed to the variables, by predicted multiplications. *Dual*: S = GQ⁻¹Gᵀ less what the equalities
 * take is formed once, p²n/2, then p³/6 a factorization. *Condensed*: the equalities are projected out of the rows, pmn, then n²p/2 + n³/6;
 * without equalities, bounds of one variable take no part in n²p/2.
 */
export function isCondensed({ n, m, p }: QpShape): boolean {
  const dual = (p * p * n) / 2 + (ROUNDS * p ** 3) / 6;
  const condensed = p * m * n + ROUNDS * ((n * n * p) / 2 + n ** 3 / 6);
  return p > n && condensed < dual;
}
