/** Functions of one argument. */
export type Unary =
  | 'negate'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log10'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'sigmoid'
  | 'softplus'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'not';

/** Functions of two arguments. `remainder` has the sign of the dividend; `quotient` is `trunc(a / b)`. */
export type Binary =
  | 'subtract'
  | 'divide'
  | 'power'
  | 'atan2'
  | 'remainder'
  | 'quotient'
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'notEqual';

/** Functions of any number of arguments. */
export type Several = 'add' | 'multiply' | 'minimum' | 'maximum' | 'and' | 'or';

/**
 * Every operator of an expression. Tests (`less`, `lessEqual`, `equal`, `notEqual`, `and`, `or`, `not`) yield 1 or 0;
 * `conditional(test, a, b)` is `a` where the test is not 0. Operators with a kink or a jump have the derivative of
 * the piece they are on.
 */
export type Operator = Unary | Binary | Several | 'conditional';
