import type { Expression, Operand, Variable } from '../../model/expression.js';
import * as f from '../../model/functions.js';
import type { Algebra } from './expressions.js';
import type { OperatorName } from './operators.js';

type Apply = (args: Operand[]) => Expression;

/** Longer argument lists are cut into pieces: they travel as call arguments. */
const longest = 1000;

/** An associative operator over any number of arguments. */
const associative =
  (combine: (...args: Operand[]) => Expression): Apply =>
  (args) => {
    let level = args;
    while (level.length > longest) {
      const shorter: Operand[] = [];
      for (let k = 0; k < level.length; k += longest) shorter.push(combine(...level.slice(k, k + longest)));
      level = shorter;
    }
    return combine(...level);
  };

const unary =
  (apply: (u: Operand) => Expression): Apply =>
  ([u]) =>
    apply(u!);
const binary =
  (apply: (a: Operand, b: Operand) => Expression): Apply =>
  ([a, b]) =>
    apply(a!, b!);

/** Rounds to `digits` decimals (`round`), towards zero (`trunc`). */
const decimals = (rounding: (u: Operand) => Expression): Apply =>
  binary((u, digits) => {
    const scale = f.power(10, digits);
    return f.divide(rounding(f.multiply(u, scale)), scale);
  });

/** To `digits` significant digits. */
const significant: Apply = binary((u, digits) => {
  const magnitude = f.ceil(f.log10(f.abs(u)));
  const scale = f.power(10, f.subtract(digits, magnitude));
  return f.conditional(f.compare(u, '=', 0), 0, f.divide(f.round(f.multiply(u, scale)), scale));
});

const table: { readonly [O in OperatorName]: Apply } = {
  add: (args) => f.sum(args),
  sum: (args) => f.sum(args),
  subtract: binary(f.subtract),
  multiply: binary((a, b) => f.multiply(a, b)),
  divide: binary(f.divide),
  remainder: binary(f.remainder),
  quotient: binary(f.quotient),
  power: binary(f.power),
  square: unary((u) => f.power(u, 2)),
  less: binary((a, b) => f.positivePart(a, b)),
  min: associative(f.minimum),
  max: associative(f.maximum),
  floor: unary(f.floor),
  ceil: unary(f.ceil),
  abs: unary(f.abs),
  negate: unary(f.negate),
  or: associative(f.or),
  and: associative(f.and),
  not: unary(f.not),
  lt: binary((a, b) => f.compare(a, '<', b)),
  le: binary((a, b) => f.compare(a, '<=', b)),
  eq: binary((a, b) => f.compare(a, '=', b)),
  ge: binary((a, b) => f.compare(a, '>=', b)),
  gt: binary((a, b) => f.compare(a, '>', b)),
  ne: binary((a, b) => f.compare(a, '!=', b)),
  iff: binary((a, b) => f.compare(f.compare(a, '!=', 0), '=', f.compare(b, '!=', 0))),
  if: ([test, a, b]) => f.conditional(test!, a!, b!),
  tanh: unary(f.tanh),
  tan: unary(f.tan),
  sqrt: unary(f.sqrt),
  sinh: unary(f.sinh),
  sin: unary(f.sin),
  log10: unary(f.log10),
  log: unary(f.log),
  exp: unary(f.exp),
  cosh: unary(f.cosh),
  cos: unary(f.cos),
  atanh: unary(f.atanh),
  atan2: binary(f.atan2),
  atan: unary(f.atan),
  asinh: unary(f.asinh),
  asin: unary(f.asin),
  acosh: unary(f.acosh),
  acos: unary(f.acos),
  precision: significant,
  round: decimals(f.round),
  trunc: decimals(f.trunc),
};

/** Expressions of the model over these variables. Constants stay numbers until they meet an expression. */
export function modelAlgebra(variables: readonly Variable[]): Algebra<Operand> {
  return {
    constant: (value) => value,
    variable: (index) => variables[index]!,
    apply: (operator, args) => table[operator](args),
    /** `s₀u + Σ (sᵢ − sᵢ₋₁)·(max(u − bᵢ, 0) − max(−bᵢ, 0))`: slopes s, breakpoints b, zero at u = 0. */
    piecewiseLinear: (slopes, breaks, u) =>
      f.sum([
        f.multiply(slopes[0]!, u),
        ...breaks.map((b, i) =>
          f.multiply(slopes[i + 1]! - slopes[i]!, f.subtract(f.positivePart(u, b), Math.max(-b, 0))),
        ),
      ]),
  };
}
