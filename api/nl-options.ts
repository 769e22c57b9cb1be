import type { NlReading } from '../runtime/node/nl-source.js';
import { flagOf, optionsOf, wholeOf } from '../src/core/given.js';
import type { SolveOptions } from './options.js';

export interface NlSolveOptions extends SolveOptions {
  /** Which objective of the file, from 1; 0 for none. */
  readonly objno?: number;
  /** Treat integer variables as continuous. */
  readonly relax?: boolean;
  /** Start from the multipliers in the file. */
  readonly warm_start_init_point?: boolean;
}

/** How options say to read the file, and what is left of them for the solver. */
export interface SortedNlOptions {
  readonly reading: NlReading;
  readonly rest: SolveOptions;
}

/** Sorts the options; a negative `obj_scaling_factor` turns the objective round, as in Ipopt. */
export function sortNlOptions(options: NlSolveOptions): SortedNlOptions {
  const {
    objno,
    relax = false,
    warm_start_init_point: warm = false,
    limits,
    ...others
  } = optionsOf(options, 'solveNl');
  flagOf(relax, 'relax');
  flagOf(warm, 'warm_start_init_point');
  if (objno !== undefined) wholeOf(objno, 'objno');
  const { obj_scaling_factor: factor, ...rest } = others;
  const reverse = typeof factor === 'number' && factor < 0;
  return {
    reading: { ...(objno !== undefined && { objective: objno }), relax, reverse, warm, limits },
    rest: { ...rest, ...(factor !== undefined && { obj_scaling_factor: reverse ? -factor : factor }) },
  };
}
