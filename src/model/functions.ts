import { InputError } from '../core/errors.js';
import { applyOperator } from '../problem/apply.js';
import type { Operator } from '../problem/operators.js';
import {
  Call,
  Constant,
  commonOwner,
  type Expression,
  Linear,
  type Operand,
  type Owner,
  toExpression,
  Variable,
} from './expression.js';

/** Applies an operator; constants alone fold to a constant. */
function call(op: Operator, args: readonly Expression[]): Expression {
  const values: number[] = [];
  for (const arg of args) {
    if (!(arg instanceof Constant)) return new Call(op, args);
    values.push(arg.value);
  }
  return new Constant(applyOperator(op, values));
}

const unary =
  (op: Operator) =>
  (u: Operand): Expression =>
    call(op, [toExpression(u)]);
const binary =
  (op: Operator) =>
  (a: Operand, b: Operand): Expression =>
    call(op, [toExpression(a), toExpression(b)]);

/** Sum of the arguments. */
export const add = (...terms: Operand[]): Expression => sum(terms);

/** Sum of a list; 0 for an empty one. */
export function sum(terms: Iterable<Operand>): Expression {
  const args: Expression[] = [];
  let constant = 0;
  for (const term of terms) {
    const u = toExpression(term);
    if (u instanceof Constant) constant += u.value;
    else args.push(u);
  }
  if (args.length === 0) return new Constant(constant);
  if (constant !== 0) args.push(new Constant(constant));
  return args.length === 1 ? args[0]! : new Call('add', args);
}

export function subtract(a: Operand, b: Operand): Expression {
  return b === 0 ? toExpression(a) : call('subtract', [toExpression(a), toExpression(b)]);
}

/** Product of the arguments; a factor 0 makes it 0. */
export function multiply(...factors: Operand[]): Expression {
  const args: Expression[] = [];
  let constant = 1;
  for (const factor of factors) {
    const u = toExpression(factor);
    if (u instanceof Constant) constant *= u.value;
    else args.push(u);
  }
  if (args.length === 0 || constant === 0) return new Constant(constant);
  if (constant !== 1) args.unshift(new Constant(constant));
  return args.length === 1 ? args[0]! : new Call('multiply', args);
}

export function divide(a: Operand, b: Operand): Expression {
  return b === 1 ? toExpression(a) : call('divide', [toExpression(a), toExpression(b)]);
}

export const negate = unary('negate');

/** `aᵇ`. With a constant integer exponent it is defined, with its derivatives, for every base. */
export function power(a: Operand, b: Operand): Expression {
  const exponent = toExpression(b);
  if (exponent instanceof Constant && exponent.value === 1) return toExpression(a);
  if (exponent instanceof Constant && exponent.value === 0) return new Constant(1);
  return call('power', [toExpression(a), exponent]);
}

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
export const minimum = (...args: Operand[]): Expression => extreme('minimum', args);
/** The largest argument; on a tie its derivative is that of the first. */
export const maximum = (...args: Operand[]): Expression => extreme('maximum', args);

function extreme(op: 'minimum' | 'maximum', args: readonly Operand[]): Expression {
  if (args.length === 0) throw new InputError(`${op} of an empty list`);
  return args.length === 1 ? toExpression(args[0]!) : call(op, args.map(toExpression));
}

/** `max(a − b, 0)`. */
export const positivePart = (a: Operand, b: Operand = 0): Expression => maximum(subtract(a, b), 0);

export type Comparison = '<' | '<=' | '=' | '>=' | '>' | '!=';

/** A test: 1 where the comparison holds, 0 elsewhere. */
export function compare(a: Operand, comparison: Comparison, b: Operand): Expression {
  const [left, right] = [toExpression(a), toExpression(b)];
  switch (comparison) {
    case '<':
      return call('less', [left, right]);
    case '<=':
      return call('lessEqual', [left, right]);
    case '=':
      return call('equal', [left, right]);
    case '!=':
      return call('notEqual', [left, right]);
    case '>':
      return call('less', [right, left]);
    case '>=':
      return call('lessEqual', [right, left]);
    default:
      throw new InputError(`unknown comparison '${comparison as string}'; use < <= = >= > !=`);
  }
}

export const and = (...tests: Operand[]): Expression => call('and', tests.map(toExpression));
export const or = (...tests: Operand[]): Expression => call('or', tests.map(toExpression));
export const not = unary('not');

/** `a` where the test is not 0, `b` elsewhere, with the derivatives of that branch alone. */
export function conditional(test: Operand, a: Operand, b: Operand): Expression {
  const condition = toExpression(test);
  if (condition instanceof Constant) return toExpression(condition.value !== 0 ? a : b);
  return call('conditional', [condition, toExpression(a), toExpression(b)]);
}

/** `Σ aᵢ bᵢ`; two lists of one length. */
export function dot(a: Iterable<Operand>, b: Iterable<Operand>): Expression {
  const left = [...a];
  const right = [...b];
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
  const length = variables.length;
  if (coefficients.length !== length)
    throw new InputError(`linear: ${coefficients.length} coefficients for ${length} variables`);
  const columns = new Int32Array(length);
  let owner: Owner | undefined;
  for (let k = 0; k < length; k++) {
    const variable = variables[k]!;
    if (!(variable instanceof Variable)) throw new InputError(`linear: entry ${k} is not a variable`);
    if (Number.isNaN(coefficients[k])) throw new InputError(`linear: coefficient ${k} is NaN`);
    columns[k] = variable.index;
    owner = commonOwner(owner, variable.owner);
  }
  if (Number.isNaN(constant)) throw new InputError('linear: the constant is NaN');
  return new Linear(owner, columns, Float64Array.from(coefficients), constant);
}
