import type { Expression, Operand } from '../model/expression.js';
import * as f from '../model/functions.js';
import type { Activation } from '../network/activation/activation.js';
import type { Algebra } from '../network/activation/algebra.js';

const expressions: Algebra<Operand> = {
  constant: (value) => value,
  add: f.add,
  subtract: f.subtract,
  multiply: f.multiply,
  divide: f.divide,
  maximum: f.maximum,
  minimum: f.minimum,
  abs: f.abs,
  exp: f.exp,
  expm1: f.expm1,
  erf: f.erf,
  log: f.log,
  sqrt: f.sqrt,
  sin: f.sin,
  cos: f.cos,
  atan: f.atan,
  power: f.power,
  tanh: f.tanh,
  sigmoid: f.sigmoid,
  softplus: f.softplus,
  choose: (u, above, below) => f.conditional(f.compare(u, '>', 0), above, below),
};

/** `φ(u)` as an expression. */
export const expressed = ({ value }: Activation, u: Expression): Operand => value(expressions, u);
