import { InputError } from '../core/errors.js';
import { listOf, numberOf, numbersOf } from '../core/given.js';
import type { Operator } from '../problem/operators.js';
import {
  commonOwner,
  type Expression,
  Linear,
  type Operand,
  type Owner,
  toExpression,
  Variable,
} from './expression.js';
import { expressions as operations } from './nodes.js';
import type { Comparison } from './operations.js';

export type { Comparison };

const unary =
  (operator: Operator) =>
  (u: Operand): Expression =>
    operations.apply(operator, [toExpression(u)]);
const binary =
  (operator: Operator) =>
  (a: Operand, b: Operand): Expression =>
    operations.apply(operator, [toExpression(a), toExpression(b)]);

/** Sum of the arguments. */
export const add = (...terms: Operand[]): Expression => sum(terms);

/** Sum of a list; 0 for an empty one. */
export const sum = (terms: Iterable<Operand>): Expression =>
  operations.sum(listOf(terms, 'sum: its list').map(toExpression));

export const subtract = (a: Operand, b: Operand): Expression =>
  operations.subtract(toExpression(a), toExpression(b));

/** Product of the arguments; a factor 0 makes it 0. */
export const multiply = (...factors: Operand[]): Expression => operations.product(factors.map(toExpression));

export const divide = (a: Operand, b: Operand): Expression =>
  operations.divide(toExpression(a), toExpression(b));

export const negate = unary('negate');

/** `aᵇ`. With a constant integer exponent it is defined, with its derivatives, for every base. */
export const power = (a: Operand, b: Operand): Expression =>
  operations.power(toExpression(a), toExpression(b));

export const abs = unary('abs');
export const sqrt = unary('sqrt');
export const exp = unary('exp');
/** `eᵘ − 1`, accurate near 0. */
export const expm1 = unary('expm1');
export const log = unary('log');
export const log10 = unary('log10');
/** `log(1 + u)`, accurate near 0. */
export const log1p = unary('log1p');
export const sin = unary('sin');
export const cos = unary('cos');
export const tan = unary('tan');
export const asin = unary('asin');
export const acos = unary('acos');
export const atan = unary('atan');
export const sinh = unary('sinh');
export const cosh = unary('cosh');
export const tanh = unary('tanh');
export const asinh = unary('asinh');
export const acosh = unary('acosh');
export const atanh = unary('atanh');
/** Error function. */
export const erf = unary('erf');
/** `1/(1 + e⁻ᵘ)`. */
export const sigmoid = unary('sigmoid');
/** `log(1 + eᵘ)`. */
export const softplus = unary('softplus');
export const floor = unary('floor');
export const ceil = unary('ceil');
/** To the nearest integer, halves away from zero. */
export const round = unary('round');
/** Towards zero. */
export const trunc = unary('trunc');
export const atan2 = binary('atan2');
/** `a − b·trunc(a/b)`, with the sign of `a`. */
export const remainder = binary('remainder');
/** `trunc(a/b)`. */
export const quotient = binary('quotient');

/** The smallest argument; on a tie its derivative is that of the first. */
export const minimum = (...args: Operand[]): Expression =>
  operations.extreme('minimum', args.map(toExpression));
/** The largest argument; on a tie its derivative is that of the first. */
export const maximum = (...args: Operand[]): Expression =>
  operations.extreme('maximum', args.map(toExpression));

/** `max(a − b, 0)`. */
export const positivePart = (a: Operand, b: Operand = 0): Expression =>
  operations.positivePart(toExpression(a), toExpression(b));

/** A test: 1 where the comparison holds, 0 elsewhere. */
export const compare = (a: Operand, comparison: Comparison, b: Operand): Expression =>
  operations.compare(toExpression(a), comparison, toExpression(b));

export const and = (...tests: Operand[]): Expression => operations.apply('and', tests.map(toExpression));
export const or = (...tests: Operand[]): Expression => operations.apply('or', tests.map(toExpression));
export const not = unary('not');

/** `a` where the test is not 0, `b` elsewhere, with the derivatives of that branch alone. */
export const conditional = (test: Operand, a: Operand, b: Operand): Expression =>
  operations.conditional(toExpression(test), toExpression(a), toExpression(b));

/** `Σ aᵢ bᵢ`; two lists of one length. */
export function dot(a: Iterable<Operand>, b: Iterable<Operand>): Expression {
  const left = listOf(a, 'dot: its first list');
  const right = listOf(b, 'dot: its second list');
  if (left.length !== right.length)
    throw new InputError(
      `dot of lists of ${left.length} and ${right.length} entries; give two of one length`,
    );
  return sum(left.map((u, k) => multiply(u, right[k]!)));
}

/**
 * `Σ coefficients[k] · variables[k] + constant` as one node: the cheap way to write long linear rows. Every variable
 * named becomes a nonzero, also with coefficient 0.
 */
export function linear(
  coefficients: ArrayLike<number>,
  variables: ArrayLike<Variable>,
  constant = 0,
): Expression {
  const of = listOf(variables as Iterable<Variable> & ArrayLike<Variable>, 'linear: the list of variables');
  const length = of.length;
  const numbers = numbersOf(coefficients, 'linear: coefficients', { range: 'bound' });
  if (numbers.length !== length)
    throw new InputError(`linear: ${numbers.length} coefficients for ${length} variables`);
  numberOf(constant, 'linear: the constant', 'bound');
  const columns = new Int32Array(length);
  let owner: Owner | undefined;
  for (let k = 0; k < length; k++) {
    const variable = of[k]!;
    if (!(variable instanceof Variable)) throw new InputError(`linear: entry ${k} is not a variable`);
    columns[k] = variable.index;
    owner = commonOwner(owner, variable.owner);
  }
  return new Linear(owner, columns, numbers, constant);
}
