import { erf, round, sigmoid, softplus } from '../core/special.js';
import type { Operator } from './operators.js';

type Apply = (args: readonly number[]) => number;

const unary =
  (f: (u: number) => number): Apply =>
  ([u]) =>
    f(u!);
const binary =
  (f: (a: number, b: number) => number): Apply =>
  ([a, b]) =>
    f(a!, b!);

/** The value of each operator, plainly. */
const apply: { readonly [O in Operator]: Apply } = {
  add: (args) => {
    let total = 0;
    for (const u of args) total += u;
    return total;
  },
  multiply: (args) => {
    let total = 1;
    for (const u of args) total *= u;
    return total;
  },
  minimum: (args) => args.reduce((a, b) => Math.min(a, b)),
  maximum: (args) => args.reduce((a, b) => Math.max(a, b)),
  and: (args) => Number(args.every((u) => u !== 0)),
  or: (args) => Number(args.some((u) => u !== 0)),
  conditional: ([test, a, b]) => (test !== 0 ? a! : b!),
  subtract: binary((a, b) => a - b),
  divide: binary((a, b) => a / b),
  power: binary(Math.pow),
  atan2: binary(Math.atan2),
  remainder: binary((a, b) => a % b),
  quotient: binary((a, b) => Math.trunc(a / b)),
  less: binary((a, b) => Number(a < b)),
  lessEqual: binary((a, b) => Number(a <= b)),
  equal: binary((a, b) => Number(a === b)),
  notEqual: binary((a, b) => Number(a !== b)),
  negate: unary((u) => -u),
  not: unary((u) => Number(u === 0)),
  abs: unary(Math.abs),
  sqrt: unary(Math.sqrt),
  exp: unary(Math.exp),
  expm1: unary(Math.expm1),
  log: unary(Math.log),
  log10: unary(Math.log10),
  log1p: unary(Math.log1p),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tan: unary(Math.tan),
  asin: unary(Math.asin),
  acos: unary(Math.acos),
  atan: unary(Math.atan),
  sinh: unary(Math.sinh),
  cosh: unary(Math.cosh),
  tanh: unary(Math.tanh),
  asinh: unary(Math.asinh),
  acosh: unary(Math.acosh),
  atanh: unary(Math.atanh),
  erf: unary(erf),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  round: unary(round),
  trunc: unary(Math.trunc),
};

/** The value of `op` at these arguments. */
export const applyOperator = (op: Operator, args: readonly number[]): number => apply[op](args);
