/** Functions of one argument. */
const unary = [
  'negate',
  'abs',
  'sqrt',
  'exp',
  'expm1',
  'log',
  'log10',
  'log1p',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'sigmoid',
  'softplus',
  'floor',
  'ceil',
  'round',
  'trunc',
  'not',
] as const;

/** Functions of two arguments. `remainder` has the sign of the dividend; `quotient` is `trunc(a / b)`. */
const binary = [
  'subtract',
  'divide',
  'power',
  'atan2',
  'remainder',
  'quotient',
  'less',
  'lessEqual',
  'equal',
  'notEqual',
] as const;

/** Functions of any number of arguments. */
const several = ['add', 'multiply', 'minimum', 'maximum', 'and', 'or'] as const;

export type Unary = (typeof unary)[number];
export type Binary = (typeof binary)[number];
export type Several = (typeof several)[number];

/**
 * Every operator of an expression. Tests (`less`, `lessEqual`, `equal`, `notEqual`, `and`, `or`, `not`) yield 1 or 0;
 * `conditional(test, a, b)` is `a` where the test is not 0. Operators with a kink or a jump have the derivative of
 * the piece they are on.
 */
export type Operator = Unary | Binary | Several | 'conditional';

/** Flat arrays name an operator by its place in this list. */
export const operators: readonly Operator[] = [...unary, ...binary, ...several, 'conditional'];

/** The place of each operator in {@link operators}. */
export const operatorCode = Object.fromEntries(operators.map((operator, code) => [operator, code])) as {
  readonly [O in Operator]: number;
};
