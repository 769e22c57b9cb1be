import { erf, sigmoid, softplus } from '../../core/special.js';
import type { Activation } from './activation.js';
import type { Algebra } from './algebra.js';

const numbers: Algebra<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  abs: Math.abs,
  exp: Math.exp,
  expm1: Math.expm1,
  erf,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  power: (u, exponent) => u ** exponent,
  tanh: Math.tanh,
  sigmoid,
  softplus,
  choose: (u, above, below) => (u > 0 ? above : below),
};

/** `φ` of a number. */
export const plainly =
  ({ value }: Activation) =>
  (u: number): number =>
    value(numbers, u);

/** `φ′` of a number. */
export const slopeOf =
  ({ value, first }: Activation) =>
  (u: number): number =>
    first(numbers, u, value(numbers, u));
