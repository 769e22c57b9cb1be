import { options } from '../solvers/interior-point/options.js';
import { type OptionRow, parseOption, optionRows as rowsOf } from '../src/core/options.js';

/** Every option of the interior-point method with its default, range, meaning and source. */
export const optionRows = (): OptionRow[] => rowsOf(options);

/** The value of one option of the interior-point method as written on a command line (`tol`, `'1e-6'`). */
export const parseInteriorPointOption = (name: string, text: string): unknown =>
  parseOption(options, name, text, 'interior-point');
