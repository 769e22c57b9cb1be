import { between, integer, type OptionValues, oneOf, readOptions } from '../../src/core/options.js';

/** Options of the linear solvers. */
export const linearOptionTable = {
  pivotTolerance: between(
    1e-8,
    1e-20,
    0.5,
    'threshold u of partial pivoting: entries of L are bounded by about 1/u',
    "Ipopt's ma57_pivtol",
  ),
  pivotToleranceMaximum: between(0.1, 1e-20, 0.5, 'where increaseQuality() stops raising it'),
  denseKernels: oneOf(
    ['auto', 'wasm', 'blas'],
    'auto',
    'who updates large fronts: WebAssembly, a system BLAS, or the latter where it is found',
  ),
  refinementSteps: integer(4, 'most steps of iterative refinement per solve'),
};

export type LinearOptions = OptionValues<typeof linearOptionTable>;

/** Checks the options and fills in what is missing. */
export const linearOptions = (given?: Record<string, unknown>): LinearOptions =>
  readOptions(linearOptionTable, given, 'linear solver');
