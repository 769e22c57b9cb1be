import { type InputName, inputNames } from '../solvers/batch/contract.js';
import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import { flag, integer, type Option, type OptionValues, oneOf, readOptions } from '../src/core/options.js';

/** Which inputs all elements of a batch have in common. */
const inputList: Option<readonly InputName[] | undefined> = {
  default: undefined,
  meaning: 'inputs that all elements of a batch share; left out: told from their shapes',
  source: '',
  range: `a list of ${inputNames.join(', ')}`,
  accepts: (value): value is readonly InputName[] =>
    Array.isArray(value) && value.every((name) => inputNames.includes(name)),
  parse: (text) => text.split(','),
};

/** The options of a layer; {@link QpLayerOptions} has them as a type. */
export const qpLayerOptions = {
  n: integer(0, 'variables', '', 1),
  m: integer(0, 'equalities'),
  p: integer(0, 'inequalities'),
  shared: inputList,
  onFailure: oneOf(
    ['throw', 'zero', 'nan'],
    'throw',
    'what stands for an element without a solution, and for its gradient: an error, zeros, or NaN',
  ),
  weaklyActive: oneOf(
    ['exclude', 'include', 'refuse'],
    'exclude',
    'what a row with multiplier and slack both zero counts as in derivatives: not active, active, or an error',
    'an element of the generalized Jacobian (Clarke 1983)',
  ),
  threads: integer(
    1,
    'threads that share a batch, this one among them (where the place has them); answers do not depend on it',
    '',
    1,
  ),
  keepWarm: flag(false, 'begin with the last solution of each element, by its number in `elements`'),
};

/** The options of {@link qpLayer}, each with its default but n. */
export interface QpLayerOptions extends Partial<Omit<OptionValues<typeof qpLayerOptions>, 'n'>> {
  readonly n: number;
}
export type QpLayerSettings = OptionValues<typeof qpLayerOptions>;

export function readQpLayerOptions(given: QpLayerOptions): QpLayerSettings {
  if ((given as Partial<QpLayerOptions> | undefined)?.n === undefined)
    throw new InputError(
      `qpLayer: the number of variables n is missing, as { n: 3, p: 4 }, got ${told(given)}`,
    );
  return readOptions(qpLayerOptions, given as unknown as Record<string, unknown>, 'qpLayer');
}
