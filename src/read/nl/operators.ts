/** How many operands follow an operator; `count` when the file states it first. */
export type Arity = 1 | 2 | 3 | 'count';

export interface Operator {
  readonly name: OperatorName;
  readonly arity: Arity;
}

/** Operators of .nl expressions that stand for functions of numbers; logical ones give 0 or 1. */
export type OperatorName =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'remainder'
  | 'power'
  | 'less'
  | 'min'
  | 'max'
  | 'floor'
  | 'ceil'
  | 'abs'
  | 'negate'
  | 'or'
  | 'and'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ge'
  | 'gt'
  | 'ne'
  | 'not'
  | 'if'
  | 'tanh'
  | 'tan'
  | 'sqrt'
  | 'sinh'
  | 'sin'
  | 'log10'
  | 'log'
  | 'exp'
  | 'cosh'
  | 'cos'
  | 'atanh'
  | 'atan2'
  | 'atan'
  | 'asinh'
  | 'asin'
  | 'acosh'
  | 'acos'
  | 'sum'
  | 'quotient'
  | 'precision'
  | 'round'
  | 'trunc'
  | 'square'
  | 'iff';

/** By the number in the file (D. M. Gay, "Writing .nl files", 2005, table 6; `opcode.hd` of the AMPL solver library). */
export const operators: ReadonlyMap<number, Operator> = new Map(
  (
    [
      [0, 'add', 2],
      [1, 'subtract', 2],
      [2, 'multiply', 2],
      [3, 'divide', 2],
      [4, 'remainder', 2],
      [5, 'power', 2],
      [6, 'less', 2],
      [11, 'min', 'count'],
      [12, 'max', 'count'],
      [13, 'floor', 1],
      [14, 'ceil', 1],
      [15, 'abs', 1],
      [16, 'negate', 1],
      [20, 'or', 2],
      [21, 'and', 2],
      [22, 'lt', 2],
      [23, 'le', 2],
      [24, 'eq', 2],
      [28, 'ge', 2],
      [29, 'gt', 2],
      [30, 'ne', 2],
      [34, 'not', 1],
      [35, 'if', 3],
      [37, 'tanh', 1],
      [38, 'tan', 1],
      [39, 'sqrt', 1],
      [40, 'sinh', 1],
      [41, 'sin', 1],
      [42, 'log10', 1],
      [43, 'log', 1],
      [44, 'exp', 1],
      [45, 'cosh', 1],
      [46, 'cos', 1],
      [47, 'atanh', 1],
      [48, 'atan2', 2],
      [49, 'atan', 1],
      [50, 'asinh', 1],
      [51, 'asin', 1],
      [52, 'acosh', 1],
      [53, 'acos', 1],
      [54, 'sum', 'count'],
      [55, 'quotient', 2],
      [56, 'precision', 2],
      [57, 'round', 2],
      [58, 'trunc', 2],
      [70, 'and', 'count'],
      [71, 'or', 'count'],
      [73, 'iff', 2],
      [76, 'power', 2],
      [77, 'square', 1],
      [78, 'power', 2],
    ] as const
  ).map(([code, name, arity]) => [code, { name, arity }]),
);

/** Operators that are known but not functions this solver can take; the reader names them. */
export const unsupported: ReadonlyMap<number, string> = new Map([
  [59, 'count'],
  [60, 'numberof'],
  [61, 'numberof (symbolic)'],
  [62, 'atleast'],
  [63, 'atmost'],
  [65, 'symbolic if'],
  [66, 'exactly'],
  [67, '!atleast'],
  [68, '!atmost'],
  [69, '!exactly'],
  [72, 'implication'],
  [74, 'alldiff'],
  [75, 'somesame'],
]);

/** Piecewise-linear term: slopes and breakpoints, then the variable. */
export const piecewiseLinear = 64;
