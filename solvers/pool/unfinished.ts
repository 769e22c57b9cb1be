import type { Problem } from '../../src/model/problem.js';
import type { Solved } from './task.js';

/** The outcome of a solve whose thread ran out of memory and took its best point along: the start, with errors NaN. */
export function outOfMemory(problem: Problem): Solved {
  const n = problem.variables.start.length;
  const m = problem.rows.lower.length;
  return {
    result: {
      status: 'out-of-memory',
      message: 'the solver thread ran out of heap memory: raise it with node --max-old-space-size=…',
      x: problem.variables.start.slice(),
      objective: Number.NaN,
      constraints: new Float64Array(m).fill(Number.NaN),
      multipliers: {
        constraints: new Float64Array(m),
        lower: new Float64Array(n),
        upper: new Float64Array(n),
      },
      errors: { primal: Number.NaN, dual: Number.NaN, complementarity: Number.NaN },
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
      seconds: { total: 0, oracle: 0, linear: 0, other: 0 },
    },
    sizes: { variables: n, constraints: m, jacobianNonzeros: 0, hessianNonzeros: 0 },
    oracles: [],
  };
}
