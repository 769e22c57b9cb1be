import { InputError } from '../core/errors.js';
import { isNumbers, numberOf, numbersOf, optionsOf, type Range, told } from '../core/given.js';
import type { WarmStart } from './solver.js';

/** Variables and rows of the problem that a warm start is for. */
export interface Sizes {
  readonly variables: number;
  readonly constraints: number;
}

/** A warm start with its arrays as typed arrays of the problem's sizes; what holds none is refused by its name. */
export function checkedWarmStart(
  given: WarmStart | undefined,
  { variables: n, constraints: m }: Sizes,
  owner: string,
  range: Range = 'any',
): WarmStart | undefined {
  if (given === undefined) return undefined;
  const { x, multipliers, barrier } = optionsOf(given, `${owner}: the warm start`, [
    'x',
    'multipliers',
    'barrier',
  ]);
  const numbers = (value: unknown, length: number, what: string): Float64Array => {
    const where = `${owner}: ${what} of the warm start`;
    if (isNumbers(value) && value.length !== length)
      throw new InputError(`${where} has ${value.length} entries, not ${length}`);
    return ArrayBuffer.isView(value) && value instanceof Float64Array && range === 'any'
      ? value
      : numbersOf(value, where, { length, range });
  };
  if (barrier !== undefined && !(numberOf(barrier, `${owner}: barrier of the warm start`) > 0))
    throw new InputError(`${owner}: barrier of the warm start is ${told(barrier)}, not above 0`);
  const parts =
    multipliers === undefined
      ? undefined
      : optionsOf(multipliers, `${owner}: the multipliers`, ['constraints', 'lower', 'upper']);
  return {
    ...(x !== undefined && { x: numbers(x, n, 'x') }),
    ...(parts && {
      multipliers: {
        constraints: numbers(parts.constraints, m, 'multipliers.constraints'),
        lower: numbers(parts.lower, n, 'multipliers.lower'),
        upper: numbers(parts.upper, n, 'multipliers.upper'),
      },
    }),
    ...(barrier !== undefined && { barrier }),
  };
}
