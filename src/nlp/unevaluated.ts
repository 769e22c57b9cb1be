import type { Result, Status } from './result.js';

/** A result for a problem of which nothing was, or can be, evaluated: the start `x`, m rows, errors and values NaN. */
export function unevaluated(status: Status, message: string, x: Float64Array, m: number): Result {
  const n = x.length;
  const nan = Number.NaN;
  return {
    status,
    message,
    x,
    objective: nan,
    constraints: new Float64Array(m).fill(nan),
    multipliers: { constraints: new Float64Array(m), lower: new Float64Array(n), upper: new Float64Array(n) },
    errors: { primal: nan, dual: nan, complementarity: nan },
    iterations: 0,
    evaluations: {
      objective: 0,
      gradient: 0,
      constraints: 0,
      jacobian: 0,
      hessian: 0,
      factorizations: 0,
      rejected: 0,
    },
    seconds: { total: 0, build: 0, oracle: 0, linear: 0, other: 0 },
  };
}
