import type { Nlp } from './contract.js';
import type { Errors, Multipliers } from './result.js';

/**
 * Unscaled maximum-norm errors of the first-order optimality conditions at `x` with these multipliers (signs as in
 * {@link Multipliers}): violation of bounds and rows; `‖∇f + Jᵀλ − zL + zU‖∞` over the variables that are not fixed;
 * and the largest product of a multiplier and its slack, where λ > 0 belongs to the upper and λ < 0 to the lower bound
 * of its row. A multiplier whose bound is infinite counts in full.
 */
export function optimalityErrors(nlp: Nlp, x: Float64Array, multipliers: Multipliers): Errors {
  const n = x.length;
  const m = nlp.constraints.lower.length;
  const { constraints: λ, lower: zL, upper: zU } = multipliers;
  const { lower: xL, upper: xU } = nlp.variables;
  const g = new Float64Array(m);
  nlp.constraintValues(x, g);
  const residual = new Float64Array(n);
  nlp.gradient(x, residual);
  const values = new Float64Array(nlp.jacobian.row.length);
  nlp.jacobianValues(x, values);
  for (let k = 0; k < values.length; k++) {
    const weight = λ[nlp.jacobian.row[k]!]!;
    // A row with multiplier 0 adds nothing, even where it is undefined.
    if (weight !== 0) residual[nlp.jacobian.column[k]!]! += values[k]! * weight;
  }

  let [primal, dual, complementarity] = [0, 0, 0];
  for (let j = 0; j < n; j++) {
    primal = largest(primal, xL[j]! - x[j]!, x[j]! - xU[j]!);
    if (xL[j] === xU[j]) continue;
    dual = largest(dual, Math.abs(residual[j]! - zL[j]! + zU[j]!));
    complementarity = largest(
      complementarity,
      product(zL[j]!, x[j]! - xL[j]!),
      product(zU[j]!, xU[j]! - x[j]!),
    );
  }
  for (let i = 0; i < m; i++) {
    const [gL, gU] = [nlp.constraints.lower[i]!, nlp.constraints.upper[i]!];
    // A row without bounds constrains nothing, even where it is undefined.
    if (gL === Number.NEGATIVE_INFINITY && gU === Number.POSITIVE_INFINITY) continue;
    primal = largest(primal, gL - g[i]!, g[i]! - gU);
    if (gL === gU) continue;
    const slack = λ[i]! > 0 ? gU - g[i]! : g[i]! - gL;
    complementarity = largest(complementarity, product(Math.abs(λ[i]!), slack));
  }
  return { primal, dual, complementarity };
}

/** Multiplier times slack; a multiplier of a bound that does not exist should be zero and counts in full. */
const product = (z: number, slack: number): number =>
  z === 0 ? 0 : Number.isFinite(slack) ? Math.abs(z * slack) : Math.abs(z);

/** The maximum, NaN as soon as one is NaN. */
const largest = (...values: number[]): number => Math.max(...values);
