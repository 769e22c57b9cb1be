import { integer, type OptionValues, oneOf, positive, readOptions } from '../../src/core/options.js';
import type { BatchSolution } from './contract.js';

/** Options of a solve. */
export const batchOptionTable = {
  tolerance: positive(
    1e-9,
    'largest residual of rows, stationarity and complementarity, relative to the sizes of what adds up in them, of an element called optimal',
  ),
  acceptable: positive(1e-6, 'the same of an element called acceptable, where no better can be had'),
  maxIterations: integer(100, 'iterations of the interior-point method'),
  threads: integer(
    1,
    'threads that share a batch, this one among them (where the place has them); answers do not depend on it',
    '',
    1,
  ),
  onInvalid: oneOf(
    ['throw', 'mark'],
    'throw',
    "numbers that are not finite, and Q that is not symmetric or not positive semidefinite: an error, or status 'invalid' for that element alone",
  ),
};

/** What of a solution another solve may start from. */
export type WarmStart = Pick<BatchSolution, 'batch' | 'n' | 'm' | 'p' | 'active' | 'statuses'>;

export type BatchOptions = Partial<OptionValues<typeof batchOptionTable>> & {
  /** A solution of the same shape: each element starts from the active rows of its own there. */
  readonly warmStart?: WarmStart;
};

export type BatchSettings = OptionValues<typeof batchOptionTable>;

/** Options of derivatives. */
export const derivativeOptionTable = {
  weaklyActive: oneOf(
    ['exclude', 'include', 'refuse'],
    'exclude',
    'rows with λᵢ = sᵢ = 0 in derivatives: not active, active, or an error',
  ),
  onFailure: oneOf(
    ['zero', 'nan', 'throw'],
    'zero',
    'derivatives of elements without a solution: zeros, NaN, or an error',
  ),
};

export type DerivativeSettings = OptionValues<typeof derivativeOptionTable>;
export type DerivativeOptions = Partial<DerivativeSettings>;

export function batchSettings(given: BatchOptions = {}): BatchSettings {
  const { warmStart: _, ...rest } = given;
  return readOptions(batchOptionTable, rest, 'quadratic programs');
}

export const derivativeSettings = (given: DerivativeOptions = {}): DerivativeSettings =>
  readOptions(derivativeOptionTable, given, 'derivatives of quadratic programs');
