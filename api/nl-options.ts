import type { NlReading } from '../runtime/node/nl-source.js';
import { InputError } from '../src/core/errors.js';
import { flagOf, optionsOf, wholeOf } from '../src/core/given.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { SolveOptions } from './options.js';

/** Options of a solve that need the model that a file is before it is read. */
const ofModels = ['shift', 'sensitivity', 'adjoint'] as const;

/** How a .nl file is read and solved. */
export interface NlSolveOptions extends Omit<SolveOptions, 'warmStart' | (typeof ofModels)[number]> {
  readonly warmStart?: WarmStart | undefined;
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
  const stranger = ofModels.find((key) => key in others);
  if (stranger !== undefined)
    throw new InputError(`${stranger}: a file has no handles; read it with readNl and solve its model`);
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
