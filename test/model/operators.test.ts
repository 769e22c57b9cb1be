import { describe, expect, it } from 'vitest';
import { erf } from '../../src/core/special.js';
import * as f from '../../src/model/functions.js';
import type { Expression, Variable } from '../../src/model/index.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { tolerances } from '../tolerances.js';
import { derivatives, stated } from './evaluation.js';

type One = readonly [name: string, (u: Expression) => Expression, (u: number) => number, points: number[]];
const one: One[] = [
  ['negate', f.negate, (u) => -u, [0.3, -2]],
  ['abs', f.abs, Math.abs, [0.7, -1.3]],
  ['sqrt', f.sqrt, Math.sqrt, [0.2, 3]],
  ['exp', f.exp, Math.exp, [-1, 0, 2]],
  ['expm1', f.expm1, Math.expm1, [-1, 1e-3, 2]],
  ['log', f.log, Math.log, [0.2, 3]],
  ['log10', f.log10, Math.log10, [0.2, 30]],
  ['log1p', f.log1p, Math.log1p, [-0.5, 3]],
  ['sin', f.sin, Math.sin, [0.4, -2]],
  ['cos', f.cos, Math.cos, [0.4, -2]],
  ['tan', f.tan, Math.tan, [0.4, -1]],
  ['asin', f.asin, Math.asin, [0.4, -0.8]],
  ['acos', f.acos, Math.acos, [0.4, -0.8]],
  ['atan', f.atan, Math.atan, [0.4, -3]],
  ['sinh', f.sinh, Math.sinh, [0.4, -2]],
  ['cosh', f.cosh, Math.cosh, [0.4, -2]],
  ['tanh', f.tanh, Math.tanh, [0.4, -2]],
  ['asinh', f.asinh, Math.asinh, [0.4, -2]],
  ['acosh', f.acosh, Math.acosh, [1.5, 4]],
  ['atanh', f.atanh, Math.atanh, [0.4, -0.8]],
  ['erf', f.erf, erf, [0.4, -1.2]],
  ['sigmoid', f.sigmoid, (u) => 1 / (1 + Math.exp(-u)), [0.4, -3]],
  ['softplus', f.softplus, (u) => Math.log(1 + Math.exp(u)), [0.4, -3]],
  ['floor', f.floor, Math.floor, [0.4, -2.6]],
  ['ceil', f.ceil, Math.ceil, [0.4, -2.6]],
  ['round', f.round, (u) => Math.sign(u) * Math.round(Math.abs(u)), [0.4, -2.6]],
  ['trunc', f.trunc, Math.trunc, [0.4, -2.6]],
  ['not', f.not, (u) => (u === 0 ? 1 : 0), [0.4]],
  ['power -1', (u) => f.power(u, -1), (u) => 1 / u, [0.4, -2]],
  ['power -3', (u) => f.power(u, -3), (u) => 1 / (u * u * u), [0.8, -2]],
  ['power 2', (u) => f.power(u, 2), (u) => u * u, [0, 0.4, -2]],
  ['power 3', (u) => f.power(u, 3), (u) => u * u * u, [0, 0.4, -2]],
  ['power 7', (u) => f.power(u, 7), (u) => u ** 7, [0, 0.4, -1.2]],
  ['power 20', (u) => f.power(u, 20), (u) => u ** 20, [0, 0.9, -1.1]],
  ['power 100', (u) => f.power(u, 100), (u) => u ** 100, [0, 1.01]],
  ['power 0.5', (u) => f.power(u, 0.5), Math.sqrt, [0.4, 2]],
  ['power 1.7', (u) => f.power(u, 1.7), (u) => u ** 1.7, [0.4, 2]],
  ['constant to the u', (u) => f.power(2.5, u), (u) => 2.5 ** u, [0.4, -2]],
];

describe('operators of one argument', () => {
  for (const [name, make, plain, points] of one)
    for (const u of points)
      it(`${name} at ${u}`, () => {
        // A second variable and an inner function let first and second derivatives pass through.
        const { nlp, x, model, expression } = stated([u, 0.3], (a, b) => f.multiply(make(a), f.add(b, 1)));
        expect(nlp.objective(x)).toBeCloseTo(plain(u) * 1.3, 12);
        expect(model.value(expression, x)).toBeCloseTo(plain(u) * 1.3, 12);
        const check = checkDerivatives(nlp, x);
        for (const kind of [check.gradient, check.jacobian, check.hessian])
          expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
      });
});

type Two = readonly [
  name: string,
  (a: Variable, b: Variable) => Expression,
  (a: number, b: number) => number,
  points: [number, number][],
];
const two: Two[] = [
  ['add', (a, b) => f.add(a, b, 3), (a, b) => a + b + 3, [[1, 2]]],
  ['subtract', f.subtract, (a, b) => a - b, [[1, 2]]],
  ['multiply', f.multiply, (a, b) => a * b, [[1.5, -2]]],
  ['divide', f.divide, (a, b) => a / b, [[1.5, -2]]],
  ['divide constant', (_, b) => f.divide(3, b), (_, b) => 3 / b, [[1.5, -2]]],
  [
    'power',
    f.power,
    (a, b) => a ** b,
    [
      [1.5, -2],
      [0.3, 2.2],
    ],
  ],
  [
    'atan2',
    f.atan2,
    Math.atan2,
    [
      [1.5, -2],
      [-1, 0.5],
    ],
  ],
  [
    'remainder',
    f.remainder,
    (a, b) => a % b,
    [
      [7.3, 2],
      [-7.3, 2.1],
    ],
  ],
  [
    'quotient',
    f.quotient,
    (a, b) => Math.trunc(a / b),
    [
      [7.3, 2],
      [-7.3, 2.1],
    ],
  ],
  [
    'minimum',
    (a, b) => f.minimum(f.sin(a), b, 5),
    (a, b) => Math.min(Math.sin(a), b),
    [
      [1, 2],
      [1, 0.2],
    ],
  ],
  [
    'maximum',
    (a, b) => f.maximum(f.sin(a), b, -5),
    (a, b) => Math.max(Math.sin(a), b),
    [
      [1, 2],
      [1, 0.2],
    ],
  ],
  [
    'positive part',
    f.positivePart,
    (a, b) => Math.max(a - b, 0),
    [
      [1, 2],
      [1, 0.2],
    ],
  ],
  [
    'conditional',
    (a, b) => f.conditional(f.compare(a, '<', b), f.multiply(a, b), f.exp(a)),
    (a, b) => (a < b ? a * b : Math.exp(a)),
    [
      [1, 2],
      [2, 1],
    ],
  ],
  [
    'and, or, not',
    (a, b) =>
      f.conditional(
        f.or(f.and(f.compare(a, '>', 0), f.compare(b, '>=', 0)), f.not(f.compare(a, '!=', 5))),
        f.power(a, 3),
        f.multiply(a, b),
      ),
    (a, b) => ((a > 0 && b >= 0) || a === 5 ? a ** 3 : a * b),
    [
      [1, 2],
      [1, -2],
      [5, -3],
    ],
  ],
];

describe('operators of two arguments', () => {
  for (const [name, make, plain, points] of two)
    for (const [a, b] of points)
      it(`${name} at ${a}, ${b}`, () => {
        const { nlp, x, model, expression } = stated([a, b], (u, v) =>
          f.multiply(make(u, v), f.exp(f.multiply(0.1, u))),
        );
        const value = plain(a, b) * Math.exp(0.1 * a);
        expect(nlp.objective(x)).toBeCloseTo(value, 12);
        expect(model.value(expression, x)).toBeCloseTo(value, 12);
        if (name === 'and, or, not' && a === 5) return;
        const check = checkDerivatives(nlp, x);
        for (const kind of [check.gradient, check.jacobian, check.hessian])
          expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
      });
});

describe('careful places', () => {
  it('integer powers have finite derivatives at 0', () => {
    const { nlp, x } = stated([0, 0], (a, b) => f.add(f.power(a, 2), f.power(b, 3), f.multiply(a, a, b)));
    expect(derivatives(nlp, x)).toEqual({
      gradient: [0, 0],
      hessian: [
        [2, 0],
        [0, 0],
      ],
    });
  });

  it('a power with a variable exponent has its limit at base 0', () => {
    const { nlp, x } = stated([0, 2], (a, b) => f.power(a, b));
    expect(derivatives(nlp, x)).toEqual({
      gradient: [0, 0],
      hessian: [
        [2, 0],
        [0, 0],
      ],
    });
  });

  it('squares are exact', () => {
    const { nlp, x } = stated([0.1], (a) => f.power(a, 2));
    expect(nlp.objective(x)).toBe(0.1 * 0.1);
  });

  it('an undefined inactive branch does not reach the derivatives', () => {
    const { nlp, x } = stated([-1, 2], (a, b) =>
      f.conditional(f.compare(a, '>', 0), f.sqrt(f.multiply(a, b)), f.multiply(f.power(a, 2), b)),
    );
    expect(nlp.objective(x)).toBe(2);
    expect(derivatives(nlp, x)).toEqual({
      gradient: [-4, 1],
      hessian: [
        [4, -2],
        [-2, 0],
      ],
    });
  });

  it('outside its domain a function is NaN, not an exception', () => {
    const { nlp, x } = stated([-1], f.log);
    expect(nlp.objective(x)).toBeNaN();
    const row = new Float64Array(1);
    nlp.constraintValues(x, row);
    expect(row[0]).toBeNaN();
  });

  it('sigmoid and softplus do not overflow', () => {
    for (const at of [-800, 800]) {
      const { nlp, x } = stated([at], (a) => f.add(f.sigmoid(a), f.softplus(a)));
      expect(nlp.objective(x)).toBe(at < 0 ? 0 : 801);
      expect(derivatives(nlp, x)).toEqual({ gradient: [at < 0 ? 0 : 1], hessian: [[0]] });
    }
  });

  // Abramowitz & Stegun, table 7.1, and its complement erfc(3), erfc(5).
  it('erf agrees with tables', () => {
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(1 - erf(3)).toBeCloseTo(2.209049699858544e-5, 15);
    expect(erf(-2.6)).toBeCloseTo(-0.9997639655834707, 15);
    expect(Math.abs(erf(2.5 - 1e-12) - erf(2.5 + 1e-12))).toBeLessThan(1e-14);
    expect(erf(0)).toBe(0);
  });
});
