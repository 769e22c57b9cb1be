import type { Nlp } from './contract.js';

/** A problem's functions and first derivatives at one point. */
export interface Values {
  readonly x: Float64Array;
  readonly objective: number;
  readonly constraints: Float64Array;
  readonly gradient: Float64Array;
  /** Values of the Jacobian's structure. */
  readonly J: Float64Array;
}

/** Evaluates `nlp` at `x`; what throws there throws here. */
export function valuesAt(nlp: Nlp, x: Float64Array): Values {
  const values = unknownValues(nlp, x);
  const objective = nlp.objective(x);
  nlp.constraintValues(x, values.constraints);
  nlp.gradient(x, values.gradient);
  nlp.jacobianValues(x, values.J);
  return { ...values, objective };
}

/** NaN throughout, at `x`. */
export function unknownValues(nlp: Nlp, x: Float64Array): Values {
  const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
  return {
    x,
    objective: Number.NaN,
    constraints: unknown(nlp.constraints.lower.length),
    gradient: unknown(x.length),
    J: unknown(nlp.jacobian.length),
  };
}
