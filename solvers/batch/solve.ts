import { InputError } from '../../src/core/errors.js';
import { checkShape } from './check.js';
import type { BatchSolution, QpBatch } from './contract.js';
import { crewOf } from './crew.js';
import { type BatchOptions, batchSettings, type WarmStart } from './options.js';
import { isSolved, solveHere } from './solve-here.js';
import { solveInParts } from './solve-in-parts.js';

/**
 * Solves every quadratic program of a batch. How an element ends is its `status`; only data that are no convex program
 * throw {@link InputError}, which names input and element, or are marked `invalid` (option `onInvalid`).
 *
 * Ordinary elements are solved two at a time by WebAssembly kernels; those that turn out singular, degenerate, infeasible or
 * otherwise hard are solved again one by one, by a method for all of these.
 */
export function solveBatch(data: QpBatch, options?: BatchOptions): BatchSolution {
  const settings = batchSettings(options);
  checkShape(data);
  const guess = options?.warmStart && guessOf(data, options.warmStart);
  const threads = Math.min(settings.threads, Math.ceil(data.batch / 2));
  const crew = threads > 1 ? crewOf(threads - 1) : undefined;
  return crew ? solveInParts(data, settings, guess, threads, crew) : solveHere(data, settings, guess);
}

/** The active rows of a solution of the same shape; none of elements without a solution. */
function guessOf({ batch, n, m, p }: QpBatch, warm: WarmStart): Uint8Array {
  if (warm.batch !== batch || warm.n !== n || warm.m !== m || warm.p !== p)
    throw new InputError(
      `quadratic programs: warmStart is a solution of ${warm.batch} elements with n = ${warm.n}, m = ${warm.m}, p = ${warm.p}, not of ${batch} with ${n}, ${m}, ${p}`,
    );
  return warm.active.map((code, at) => (isSolved(warm.statuses[Math.floor(at / p)]!) ? code : 0));
}
