import { unevaluated } from '../../src/nlp/unevaluated.js';
import type { Problem } from '../../src/problem/problem.js';
import type { Solved } from './task.js';

/** The outcome of a solve whose thread ran out of memory and took its best point along: the start, with errors NaN. */
export function outOfMemory(problem: Problem): Solved {
  const start = problem.variables.start.slice();
  const m = problem.rows.lower.length;
  const message = 'the solver thread ran out of heap memory: raise it with node --max-old-space-size=…';
  return {
    result: unevaluated('out-of-memory', message, start, m),
    sizes: { variables: start.length, constraints: m, jacobianNonzeros: 0, hessianNonzeros: 0 },
    oracles: [],
  };
}
