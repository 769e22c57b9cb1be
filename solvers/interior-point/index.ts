import type { Solver } from '../../src/nlp/solver.js';
import { openLinearSolver } from '../linear/index.js';
import type { InteriorPointOptions } from './options.js';
import { solveWith } from './solve.js';

/**
 * The primal-dual interior-point method with filter line search of Wächter & Biegler, Math. Program. 106 (2006), under
 * Ipopt's option names.
 */
export const interiorPoint: Solver<InteriorPointOptions> = {
  name: 'interior-point',
  solve: (nlp, options, monitor, warmStart) => solveWith(openLinearSolver, nlp, options, monitor, warmStart),
};

export { type InteriorPointOptions, options } from './options.js';
