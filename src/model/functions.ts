import { InputError } from '../core/errors.js';
import { listOf, numberOf, numbersOf, textOf } from '../core/given.js';
import type { Operator } from '../problem/operators.js';
import { type ArrayOperand, ExpressionArray, isArrayOperand, toArray } from './array.js';
import { type Binary, elementwise, type Operands, type Several, type Unary } from './elementwise.js';
import {
  Column,
  commonOwner,
  type Expression,
  Linear,
  type Operand,
  type Owner,
  toExpression,
} from './expression.js';
import { checkedAxis } from './extents.js';
import { expressions as operations } from './nodes.js';
import type { Comparison } from './operations.js';
import { Total } from './total.js';

export type { Comparison };

const unary = (operator: Operator): Unary =>
  ((u: Operands) => elementwise(operator, (args) => operations.apply(operator, args), [u])) as Unary;
const binary = (
  operator: Operator,
  f: (a: Expression, b: Expression) => Expression = (a, b) => operations.apply(operator, [a, b]),
): Binary => ((a: Operands, b: Operands) => elementwise(operator, ([u, v]) => f(u!, v!), [a, b])) as Binary;
const several = (operator: Operator, f: (args: readonly Expression[]) => Expression): Several =>
  ((...args: Operands[]) => elementwise(operator, f, args)) as Several;

// Every function of this file takes arrays, too, entry by entry with NumPy's broadcasting, where not said otherwise.

/** Sum of the arguments. */
export const add: Several = several('add', (terms) => operations.sum(terms));

/**
 * Sum of a list, 0 for an empty one; of an array the sum of all entries, or along one axis, negative ones counted from
 * the last.
 */
export function sum(terms: Iterable<Operand> | ArrayOperand): Expression;
export function sum(terms: ArrayOperand, axis: number): ExpressionArray;
export function sum(terms: Iterable<Operand> | ArrayOperand, axis?: number): Expression | ExpressionArray {
  if (axis === undefined) return total(terms as ArrayOperand, 'sum');
  const array = toArray(terms as ArrayOperand, 'sum');
  const along = checkedAxis(axis, array.shape, 'sum');
  const slices = Array.from({ length: array.shape[along]! }, (_, k) => array.slice(k, k + 1, along).elements);
  const shape = array.shape.filter((_, k) => k !== along);
  const count = slices[0]?.length ?? shape.reduce((product, extent) => product * extent, 1);
  return new ExpressionArray(
    shape,
    Array.from({ length: count }, (_, k) => operations.sum(slices.map((slice) => slice[k]!))),
    'sum',
  );
}

/** The sum of all entries. */
function total(terms: Iterable<Operand> | ArrayOperand, where: string): Expression {
  if (terms instanceof ExpressionArray && terms.source.recipe) return new Total(terms.source);
  return operations.sum(entries(terms, where));
}

/** All entries of a list or an array, row-major. */
export function entries(given: Iterable<Operand> | ArrayOperand, where: string): readonly Expression[] {
  textOf(where, 'what a message calls a list');
  if (given instanceof ExpressionArray) return given.elements;
  if (isArrayOperand(given)) return toArray(given, where).elements;
  return listOf(given as Iterable<Operand>, `${where}: its list`).map(toExpression);
}

export const subtract: Binary = binary('subtract', (a, b) => operations.subtract(a, b));

/** Product of the arguments; a factor 0 makes it 0. */
export const multiply: Several = several('multiply', (factors) => operations.product(factors));

export const divide: Binary = binary('divide', (a, b) => operations.divide(a, b));

export const negate = unary('negate');

/** `aᵇ`. With a constant integer exponent it is defined, with its derivatives, for every base. */
export const power: Binary = binary('power', (a, b) => operations.power(a, b));

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
export const minimum: Several = several('minimum', (args) => operations.extreme('minimum', args));
/** The largest argument; on a tie its derivative is that of the first. */
export const maximum: Several = several('maximum', (args) => operations.extreme('maximum', args));

/** `max(a − b, 0)`. */
export const positivePart = ((a: Operands, b: Operands = 0) =>
  elementwise('positivePart', ([u, v]) => operations.positivePart(u!, v!), [a, b])) as Binary & Unary;

/** A test: 1 where the comparison holds, 0 elsewhere. */
export const compare = (a: Operand, comparison: Comparison, b: Operand): Expression =>
  operations.compare(toExpression(a), comparison, toExpression(b));

export const and: Several = several('and', (tests) => operations.apply('and', tests));
export const or: Several = several('or', (tests) => operations.apply('or', tests));
export const not = unary('not');

/** `a` where the test is not 0, `b` elsewhere, with the derivatives of that branch alone. */
export const conditional = (test: Operand, a: Operand, b: Operand): Expression =>
  operations.conditional(toExpression(test), toExpression(a), toExpression(b));

/** A list of operands or an array of rank 1. */
export type Vector =
  | ExpressionArray<Expression, 1>
  | ArrayLike<Operand>
  | (Iterable<Operand> & { readonly shape?: never });

/** The entries of a list or of an array of rank 1. */
export function vector(given: Vector, where: string): readonly Expression[] {
  textOf(where, 'what a message calls a list');
  const rank = given instanceof ExpressionArray ? given.shape.length : 1;
  if (rank !== 1) throw new InputError(`${where} takes lists, not an array of rank ${rank}`);
  return entries(given, where);
}

/** `Σ aᵢ bᵢ`; two lists of one length. */
export function dot(a: Vector, b: Vector): Expression {
  const left = vector(a, 'dot');
  const right = vector(b, 'dot');
  if (left.length !== right.length)
    throw new InputError(
      `dot of lists of ${left.length} and ${right.length} entries; give two of one length`,
    );
  if (a instanceof ExpressionArray && b instanceof ExpressionArray) return total(multiply(a, b), 'dot');
  return operations.sum(left.map((u, k) => operations.product([u, right[k]!])));
}

/** `Σ uᵢ²` over all entries. */
export const sumOfSquares = (u: Iterable<Operand> | ArrayOperand): Expression => {
  const list = isArrayOperand(u) ? toArray(u, 'sumOfSquares') : entries(u, 'sumOfSquares');
  return total(power(list as ArrayOperand, 2), 'sumOfSquares');
};

/** Differences of neighbours along an axis, the last by default: `out[…, k] = u[…, k + 1] − u[…, k]`. */
export function diff<R extends number>(
  u: ExpressionArray<Expression, R> | ArrayLike<Operand>,
  axis = -1,
): ExpressionArray<Expression, R> {
  const array = toArray(u as ArrayOperand, 'diff');
  const along = checkedAxis(axis, array.shape, 'diff');
  return subtract(array.slice(1, undefined, along), array.slice(0, -1, along));
}

/**
 * `Σ coefficients[k] · variables[k] + constant` as one node: the cheap way to write long linear rows. Every variable
 * named becomes a nonzero, also with coefficient 0.
 */
export function linear(
  coefficients: ArrayLike<number>,
  variables: ArrayLike<Column>,
  constant = 0,
): Expression {
  const of = listOf(variables as Iterable<Column> & ArrayLike<Column>, 'linear: the list of variables');
  const length = of.length;
  const numbers = numbersOf(coefficients, 'linear: coefficients', { range: 'bound' });
  if (numbers.length !== length)
    throw new InputError(`linear: ${numbers.length} coefficients for ${length} variables`);
  numberOf(constant, 'linear: the constant', 'bound');
  const columns = new Int32Array(length);
  let owner: Owner | undefined;
  for (let k = 0; k < length; k++) {
    const variable = of[k]!;
    if (!(variable instanceof Column)) throw new InputError(`linear: entry ${k} is not a variable`);
    columns[k] = variable.index;
    owner = commonOwner(owner, variable.owner);
  }
  return new Linear(owner, columns, numbers, constant);
}
