import { type BatchSolution, isSolved, type QpShape } from '../solvers/batch/index.js';
import type { WarmStart } from '../solvers/batch/options.js';
import { InputError } from '../src/core/errors.js';
import { numbersOf, told } from '../src/core/given.js';

/**
 * Where the next solve of an element begins, by its number: a byte for each row of G, 1 where the row was active at the last solution.
 */
export type WarmStarts = Map<number, Uint8Array>;

/** The rows of these elements as one batch; undefined where none is known. */
export function warmStartOf(
  starts: WarmStarts,
  numbers: readonly number[],
  shape: QpShape,
): WarmStart | undefined {
  const { p } = shape;
  const known = numbers.map((number) => starts.get(number));
  if (known.every((rows) => rows === undefined)) return undefined;
  const active = new Uint8Array(numbers.length * p);
  known.forEach((rows, k) => {
    if (rows === undefined) return;
    if (!(rows instanceof Uint8Array) || rows.length !== p)
      throw new InputError(
        `warmStarts of element ${numbers[k]}: ${told(rows)}, not a Uint8Array of ${p} rows`,
      );
    active.set(rows, k * p);
  });
  return {
    ...shape,
    batch: numbers.length,
    active,
    statuses: known.map((rows) => (rows ? 'acceptable' : 'iteration-limit')),
  };
}

/** Keeps the rows of these elements; one without a solution is forgotten. */
export function keepWarmStarts(
  starts: WarmStarts,
  numbers: readonly number[],
  solution: BatchSolution,
): void {
  const { p, active, statuses } = solution;
  numbers.forEach((number, k) => {
    if (isSolved(statuses[k]!)) starts.set(number, active.slice(k * p, (k + 1) * p));
    else starts.delete(number);
  });
}

/** Which elements of a data set a batch holds: what a caller gave, or 0, 1, … */
export function elementsOf(given: unknown, batch: number): number[] {
  if (given === undefined) return Array.from({ length: batch }, (_, k) => k);
  const numbers = [...numbersOf(given, 'elements', { length: batch })];
  const odd = numbers.findIndex((number) => !Number.isSafeInteger(number) || number < 0);
  if (odd >= 0)
    throw new InputError(
      `elements[${odd}] is ${numbers[odd]}, not the number of an element, a whole number ≥ 0`,
    );
  return numbers;
}
