import { InputError } from '../core/errors.js';
import { Expression, type Operand, toExpression } from './expression.js';
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  ceil,
  cos,
  cosh,
  divide,
  dot,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log10,
  negate,
  power,
  quotient,
  remainder,
  round,
  sigmoid,
  sin,
  sinh,
  softplus,
  sqrt,
  subtract,
  tan,
  tanh,
  trunc,
} from './functions.js';
import { expressions } from './nodes.js';

/** What may stand in `${…}` of a template; lists only as an argument of `sum`, `dot`, `minimum`, `maximum`, … */
export type TemplateValue = Operand | Iterable<Operand>;

const isList = (value: unknown): value is Iterable<Operand> =>
  typeof value === 'object' && value !== null && !(value instanceof Expression) && Symbol.iterator in value;

/** The single expression that a value must be here. */
export function scalar(value: TemplateValue, where: string): Expression {
  if (isList(value))
    throw new InputError(`expr: ${where} is a list where one value is needed; write sum(…) around it`);
  return toExpression(value);
}

const list = (value: TemplateValue): Operand[] => (isList(value) ? [...value] : [value]);

/** A function that a template may call. */
export interface Callable {
  /** Number of arguments; absent: one or more. */
  readonly count?: number;
  apply(args: readonly TemplateValue[]): Expression;
}

const unary = {
  negate,
  abs,
  sqrt,
  exp,
  expm1,
  log,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  sigmoid,
  softplus,
  floor,
  ceil,
  round,
  trunc,
};
const binary = { subtract, divide, power, atan2, remainder, quotient };
/** Of lists, which may be longer than a call may have arguments. */
const several: Readonly<Record<string, (args: readonly Expression[]) => Expression>> = {
  sum: (args) => expressions.sum(args),
  add: (args) => expressions.sum(args),
  multiply: (args) => expressions.product(args),
  minimum: (args) => expressions.extreme('minimum', args),
  maximum: (args) => expressions.extreme('maximum', args),
  min: (args) => expressions.extreme('minimum', args),
  max: (args) => expressions.extreme('maximum', args),
};

/** Every function by the name it has in a template. */
export const callables: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ...Object.entries(unary).map(([name, f]): [string, Callable] => [
    name,
    { count: 1, apply: ([u]) => f(scalar(u!, `the argument of ${name}`)) },
  ]),
  ...Object.entries(binary).map(([name, f]): [string, Callable] => [
    name,
    {
      count: 2,
      apply: ([a, b]) => f(scalar(a!, `an argument of ${name}`), scalar(b!, `an argument of ${name}`)),
    },
  ]),
  ...Object.entries(several).map(([name, f]): [string, Callable] => [
    name,
    { apply: (args) => f(args.flatMap(list).map(toExpression)) },
  ]),
  ['dot', { count: 2, apply: ([a, b]) => dot(list(a!), list(b!)) }],
]);
