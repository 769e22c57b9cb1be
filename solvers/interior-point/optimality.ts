import type { Nlp } from '../../src/nlp/contract.js';
import type { Errors, Multipliers } from '../../src/nlp/result.js';

/** What the errors need to know of a problem. */
type Problem = Pick<Nlp, 'variables' | 'constraints' | 'jacobian'>;

/** The user's functions and first derivatives at one point. */
export interface Values {
  readonly x: Float64Array;
  readonly objective: number;
  readonly constraints: Float64Array;
  readonly gradient: Float64Array;
  readonly J: Float64Array;
}

/** `∇f + Jᵀλ` of the user's problem. A row with multiplier 0 adds nothing, even where it is undefined. */
export function reducedGradient(nlp: Problem, values: Values, λ: Float64Array): Float64Array {
  const r = values.gradient.slice();
  const { row, column } = nlp.jacobian;
  for (let k = 0; k < row.length; k++) {
    const weight = λ[row[k]!]!;
    if (weight !== 0) r[column[k]!] = r[column[k]!]! + values.J[k]! * weight;
  }
  return r;
}

/** Largest violation of a row or a bound, and where. */
export function worstViolation(
  nlp: Problem,
  values: Values,
): { amount: number; row: number; column: number } {
  const worst = { amount: 0, row: -1, column: -1 };
  const visit = (value: number, lower: number, upper: number, row: number, column: number): void => {
    const amount = Math.max(lower - value, value - upper);
    // Written so that NaN counts as the worst.
    if (!(amount <= worst.amount)) Object.assign(worst, { amount, row, column });
  };
  const { variables: v, constraints: g } = nlp;
  values.constraints.forEach((value, i) => {
    visit(value, g.lower[i]!, g.upper[i]!, i, -1);
  });
  values.x.forEach((value, j) => {
    visit(value, v.lower[j]!, v.upper[j]!, -1, j);
  });
  return worst;
}

/** Unscaled errors of the optimality conditions of the problem as the user stated it. */
export function optimalityErrors(nlp: Problem, values: Values, multipliers: Multipliers): Errors {
  const { variables: v, constraints: g } = nlp;
  const { constraints: λ, lower: zL, upper: zU } = multipliers;
  const r = reducedGradient(nlp, values, λ);
  let dual = 0;
  let complementarity = 0;
  const product = (slack: number, multiplier: number): void => {
    const size = Number.isFinite(slack) ? Math.abs(slack * multiplier) : Math.abs(multiplier);
    complementarity = Math.max(complementarity, size);
  };
  for (let j = 0; j < r.length; j++) {
    dual = Math.max(dual, Math.abs(r[j]! - zL[j]! + zU[j]!));
    product(values.x[j]! - v.lower[j]!, zL[j]!);
    product(v.upper[j]! - values.x[j]!, zU[j]!);
  }
  for (let i = 0; i < λ.length; i++) {
    if (g.lower[i] === g.upper[i]) continue;
    const value = values.constraints[i]!;
    product(λ[i]! > 0 ? g.upper[i]! - value : value - g.lower[i]!, λ[i]!);
  }
  return { primal: worstViolation(nlp, values).amount, dual, complementarity };
}
