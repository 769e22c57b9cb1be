import { expect, it } from 'vitest';
import { solveCode, solveMessage } from '../../cli/ampl/codes.js';
import { type InteriorPointOptions, interiorPoint } from '../../solvers/interior-point/index.js';
import type { Status } from '../../src/nlp/result.js';
import type { Monitor } from '../../src/nlp/solver.js';
import * as problems from './problems.js';

interface Way {
  readonly problem: problems.Small;
  readonly options?: Partial<InteriorPointOptions>;
  readonly monitor?: Monitor;
}

const throwing = (error: () => Error): problems.Small => ({
  start: [1],
  objective: {
    value: () => {
      throw error();
    },
    gradient: () => ({}),
  },
});

let calls = 0;

/** A way to every status that there is: without one, a new status does not compile. */
const ways: { readonly [S in Status]: Way } = {
  optimal: { problem: problems.hs71() },
  acceptable: { problem: problems.hs71(), options: { tol: 1e-17, acceptable_iter: 1 } },
  infeasible: { problem: problems.infeasible() },
  unbounded: { problem: problems.unbounded() },
  'iteration-limit': { problem: problems.hs71(), options: { max_iter: 1 } },
  'time-limit': { problem: problems.hs71(), options: { max_wall_time: 1e-9 } },
  interrupted: { problem: problems.hs71(), monitor: { iteration: ({ iteration }) => iteration < 2 } },
  'evaluation-error': {
    problem: { start: [1], objective: { value: () => Number.NaN, gradient: () => ({}) } },
  },
  'restoration-failed': { problem: problems.infeasible(), options: { max_resto_iter: 0 } },
  // A gradient that is another one where the point found is judged.
  'step-failed': {
    problem: {
      start: [0],
      objective: {
        value: () => 0,
        gradient: () => ({ 0: ++calls > 3 ? 1 : 0 }),
        hessian: () => ({ '0,0': 1 }),
      },
    },
  },
  'out-of-memory': { problem: throwing(() => new RangeError('Array buffer allocation failed')) },
  'invalid-problem': { problem: { ...problems.hs71(), lower: [Number.NaN, 1, 1, 1] } },
};

it.each(Object.entries(ways) as [Status, Way][])('reaches %s', (status, { problem, options, monitor }) => {
  const nlp = problems.small(problem);
  const result = interiorPoint.solve(nlp, options, monitor);
  expect({ status: result.status, message: result.message }).toMatchObject({ status });
  expect(result.x.length).toBe(nlp.variables.lower.length);
  expect(solveMessage('graybox', result)).toContain(result.message.trim());
});

it('has a code of its own for every status in .sol files', () => {
  expect(new Set(Object.values(solveCode)).size).toBe(Object.keys(ways).length);
});
