import { type Suffix, suffixVector } from './suffixes.js';

/**
 * Multipliers to start from, in the convention of a minimization `L = f + λᵀg − zLᵀ(x − xL) + zUᵀ(x − xU)`.
 */
export interface InitialMultipliers {
  readonly constraints: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * From AMPL's duals (d segment) and Ipopt's suffixes `ipopt_zL_in`, `ipopt_zU_in`. AMPL's dual of a row is the
 * derivative of the user's objective by its right-hand side: −λ for a minimization, +λ for a maximization; the
 * suffixes carry zL and −zU, signs exchanged for a maximization. What the file leaves out is 0 for rows and 1 for
 * finite bounds, as in Ipopt.
 */
export function initialMultipliers(
  suffixes: readonly Suffix[],
  duals: Float64Array | undefined,
  lower: Float64Array,
  upper: Float64Array,
  rows: number,
  sense: 1 | -1,
): InitialMultipliers | undefined {
  const n = lower.length;
  const zL = suffixVector(suffixes, 'ipopt_zL_in', 'variables', n, 0);
  const zU = suffixVector(suffixes, 'ipopt_zU_in', 'variables', n, 0);
  if (!duals && !zL && !zU) return undefined;
  const bound = (given: Float64Array | undefined, sign: number, bounds: Float64Array): Float64Array =>
    bounds.map((value, i) => {
      if (!Number.isFinite(value)) return 0;
      return given ? Math.max(0, sign * given[i]!) : 1;
    });
  return {
    constraints: Float64Array.from({ length: rows }, (_, i) => {
      const dual = duals?.[i] ?? Number.NaN;
      return Number.isNaN(dual) ? 0 : -sense * dual;
    }),
    lower: bound(zL, sense, lower),
    upper: bound(zU, -sense, upper),
  };
}
