import { options as interiorPointOptions } from '../solvers/interior-point/options.js';
import { Limits } from '../src/core/limits.js';
import type { SortedOptions } from './options.js';

/** The tolerance asked for; every solver here has `tol`, with one default. */
export const tolOf = ({ own: { tol } }: SortedOptions): number =>
  typeof tol === 'number' ? tol : interiorPointOptions.tol.default;

/** The limit of iterations asked for. */
export const iterationsOf = ({ own: { max_iter } }: SortedOptions): number =>
  typeof max_iter === 'number' ? max_iter : interiorPointOptions.max_iter.default;

/** The limits of a call. A limit that is no number of seconds is left to the solver to refuse. */
export function limitsOf({ own, started }: SortedOptions): Limits {
  const { max_wall_time: given = Number.POSITIVE_INFINITY } = own;
  const seconds = typeof given === 'number' || typeof given === 'string' ? Number(given) : Number.NaN;
  return new Limits({ started: performance.timeOrigin + started, ...(seconds > 0 && { seconds }) });
}
