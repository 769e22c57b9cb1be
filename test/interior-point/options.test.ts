import { describe, expect, it } from 'vitest';
import { options as table } from '../../solvers/interior-point/index.js';
import { InputError } from '../../src/core/errors.js';
import {
  between,
  flag,
  integer,
  nearest,
  nonNegative,
  oneOf,
  optionRows,
  positive,
  readOptions,
} from '../../src/core/options.js';

const sample = {
  tol: positive(1e-8, 'tolerance', 'a paper'),
  limit: integer(10, 'limit', '', 1),
  push: nonNegative(0, 'push'),
  fraction: between(0.5, 0, 1, 'fraction'),
  mode: oneOf(['fast', 'safe'], 'safe', 'mode'),
  loud: flag(false, 'loud'),
};

describe('an option table', () => {
  it('fills in defaults and takes what is given', () => {
    expect(readOptions(sample)).toEqual({
      tol: 1e-8,
      limit: 10,
      push: 0,
      fraction: 0.5,
      mode: 'safe',
      loud: false,
    });
    const values = readOptions(sample, { mode: 'fast', limit: undefined });
    const mode: 'fast' | 'safe' = values.mode;
    expect([mode, values.limit]).toEqual(['fast', 10]);
  });

  it.each([
    ['tol', 0],
    ['tol', Number.NaN],
    ['tol', '1e-8'],
    ['tol', Number.POSITIVE_INFINITY],
    ['limit', 1.5],
    ['limit', 0],
    ['push', -1],
    ['fraction', 1.01],
    ['mode', 'slow'],
    ['loud', 'yes'],
    ['loud', 1],
  ])('refuses %s = %s and says what it takes', (name, value) => {
    expect(() => readOptions(sample, { [name]: value }, 'thing')).toThrow(InputError);
    expect(() => readOptions(sample, { [name]: value }, 'thing')).toThrow(
      new RegExp(`thing: option '${name}' must be`),
    );
  });

  it('suggests the nearest name', () => {
    expect(() => readOptions(sample, { fracton: 1 })).toThrow(/did you mean 'fraction'/);
    expect(() => readOptions(sample, { toString: 1 })).toThrow(/unknown option/);
    expect(nearest('mu-strategy', Object.keys(table))).toBe('mu_strategy');
    expect(nearest('maxiter', Object.keys(table))).toBe('max_iter');
    expect(nearest('zzzzzz', Object.keys(table))).toBeUndefined();
  });

  it('turns into rows of help, one per option', () => {
    expect(optionRows(sample)[0]).toEqual({
      name: 'tol',
      default: '1e-8',
      range: '> 0',
      meaning: 'tolerance',
      source: 'a paper',
    });
    const rows = optionRows(table);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(table));
    expect(rows.every(({ meaning }) => meaning.length > 0)).toBe(true);
  });

  it('has defaults that its own checks accept', () => {
    for (const option of Object.values(table)) expect(option.accepts(option.default)).toBe(true);
  });
});
