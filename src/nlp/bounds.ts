import { InputError } from '../core/errors.js';
import { isNumbers, numbersOf, told } from '../core/given.js';
import type { Nlp } from './contract.js';

/** Throws where bounds or start of a problem are no arrays of numbers, or of different lengths; `owner` begins the message. */
export function checkBoundArrays({ variables, constraints }: Nlp, owner: string): void {
  const check = (given: unknown, what: string, length?: number): number => {
    if (!isNumbers(given))
      throw new InputError(`${owner}: ${what} is ${told(given)}, not an array of numbers`);
    if (length !== undefined && given.length !== length)
      throw new InputError(`${owner}: ${what} has length ${given.length}, not ${length}`);
    if (!(ArrayBuffer.isView(given) && given instanceof Float64Array))
      numbersOf(given, `${owner}: ${what}`, { range: 'any' });
    return given.length;
  };
  const n = check(variables.lower, 'variables.lower');
  check(variables.upper, 'variables.upper', n);
  check(variables.start, 'variables.start', n);
  check(constraints.upper, 'constraints.upper', check(constraints.lower, 'constraints.lower'));
}
