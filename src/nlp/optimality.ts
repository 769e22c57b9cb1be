import { type Bounds, isFixed, isFree, type Nlp } from './contract.js';
import type { Errors, Multipliers } from './result.js';
import { type Values, valuesAt } from './values.js';

/** What the errors need to know of a problem. */
type Problem = Pick<Nlp, 'variables' | 'constraints' | 'jacobian'>;

/** `∇f + Jᵀλ`. A row with multiplier 0 adds nothing, even where it is undefined. */
export function reducedGradient(nlp: Problem, values: Values, λ: Float64Array): Float64Array {
  const r = values.gradient.slice();
  nlp.jacobian.addTransposed(values.J, λ, 1, r);
  return r;
}

/**
 * Unscaled maximum-norm errors of the first-order optimality conditions (signs as in {@link Multipliers}): violation of
 * bounds and rows; `‖∇f + Jᵀλ − zL + zU‖∞` over the variables that are not fixed, and multipliers of the wrong sign;
 * the largest product of a multiplier and its slack, where λ > 0 belongs to the upper and λ < 0 to the lower bound of its
 * row. A multiplier whose bound is infinite counts in full; what is not a number counts as infinite; a row without bounds
 * does not count.
 */
export function optimalityErrors(nlp: Problem, values: Values, multipliers: Multipliers): Errors {
  const { variables: v, constraints: g } = nlp;
  const { constraints: λ, lower: zL, upper: zU } = multipliers;
  const r = reducedGradient(nlp, values, λ);
  let dual = 0;
  let complementarity = 0;
  for (let j = 0; j < r.length; j++) {
    if (isFixed(v, j)) continue;
    const x = values.x[j]!;
    dual = Math.max(dual, number(Math.abs(r[j]! - zL[j]! + zU[j]!)), -zL[j]!, -zU[j]!);
    complementarity = Math.max(
      complementarity,
      product(x - v.lower[j]!, zL[j]!),
      product(v.upper[j]! - x, zU[j]!),
    );
  }
  for (let i = 0; i < λ.length; i++) {
    if (isFixed(g, i) || isFree(g, i)) continue;
    const value = values.constraints[i]!;
    complementarity = Math.max(
      complementarity,
      product(λ[i]! > 0 ? g.upper[i]! - value : value - g.lower[i]!, λ[i]!),
    );
  }
  return { primal: worstViolation(nlp, values).amount, dual, complementarity };
}

/** The same, with the functions evaluated at `x` first; what throws there throws here. */
export const optimalityErrorsAt = (nlp: Nlp, x: Float64Array, multipliers: Multipliers): Errors =>
  optimalityErrors(nlp, valuesAt(nlp, x), multipliers);

const number = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);

const product = (slack: number, multiplier: number): number =>
  multiplier === 0
    ? 0
    : Math.abs(multiplier) * (slack === Number.POSITIVE_INFINITY ? 1 : number(Math.abs(slack)));

/** Largest violation of a row or a bound, and where: −1 for the other, or for both where nothing is violated. */
export function worstViolation(
  { variables, constraints }: Pick<Nlp, 'variables' | 'constraints'>,
  values: Pick<Values, 'x' | 'constraints'>,
): { readonly amount: number; readonly row: number; readonly column: number } {
  const row = worst(constraints, values.constraints);
  const column = worst(variables, values.x);
  return row.amount >= column.amount
    ? { amount: row.amount, row: row.at, column: -1 }
    : { amount: column.amount, row: -1, column: column.at };
}

function worst(bounds: Bounds, values: Float64Array): { amount: number; at: number } {
  const found = { amount: 0, at: -1 };
  for (let k = 0; k < values.length; k++) {
    if (isFree(bounds, k)) continue;
    const value = values[k]!;
    const amount = Number.isFinite(value)
      ? Math.max(bounds.lower[k]! - value, value - bounds.upper[k]!)
      : Number.POSITIVE_INFINITY;
    if (amount > found.amount) Object.assign(found, { amount, at: k });
  }
  return found;
}

/**
 * Multipliers as the user's problem has them: a row without bounds has none, and neither has a bound that does not exist;
 * a fixed variable's take up its reduced gradient.
 */
export function completeMultipliers(nlp: Problem, values: Values, given: Multipliers): Multipliers {
  const { variables: v, constraints: g } = nlp;
  const constraints = given.constraints.map((λ, i) => (isFree(g, i) ? 0 : λ));
  if (!v.lower.some((_, j) => isFixed(v, j))) return { ...given, constraints };
  const lower = given.lower.slice();
  const upper = given.upper.slice();
  const r = reducedGradient(nlp, values, constraints);
  for (let j = 0; j < r.length; j++) {
    if (!isFixed(v, j)) continue;
    // Undefined derivatives by a fixed variable concern nobody.
    const share = Number.isFinite(r[j]!) ? r[j]! : 0;
    lower[j] = Math.max(share, 0);
    upper[j] = Math.max(-share, 0);
  }
  return { constraints, lower, upper };
}
