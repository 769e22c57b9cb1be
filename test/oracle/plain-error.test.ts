import { describe, expect, it } from 'vitest';
import { EvaluationError, InputError, OutOfMemoryError, Stopped } from '../../src/core/errors.js';
import { plainError, revivedError } from '../../src/core/plain-error.js';

const across = (error: unknown): Error => revivedError(structuredClone(plainError(error)));

describe('an error in another thread', () => {
  it.each([
    new InputError('a'),
    new EvaluationError('b', "row 'c'", true),
    new OutOfMemoryError('d'),
    new Stopped({ status: 'interrupted', message: 'e' }),
    new RangeError('f'),
    new TypeError('g'),
    new Error('h'),
  ])('is of the class it had, with its trace: %o', (error) => {
    const arrived = across(error);
    expect(arrived).toEqual(error);
    expect(arrived.constructor).toBe(error.constructor);
    expect({ ...arrived }).toEqual({ ...error });
    expect(arrived.stack).toBe(error.stack);
  });

  it('may have been no error', () => {
    expect(across('a text')).toEqual(new Error('a text'));
  });
});
