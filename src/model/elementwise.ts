import { InputError } from '../core/errors.js';
import type { Operator } from '../problem/operators.js';
import { type AnyRank, type ArrayOperand, ExpressionArray, isArrayOperand, toArray } from './array.js';
import { type Expression, type Operand, toExpression } from './expression.js';
import { broadcast } from './extents.js';
import { Source, smooth } from './source.js';

/** An operand or an array of them. */
export type Operands<R extends number = AnyRank> = Operand | ArrayOperand<R>;

/** A function of one operand, of arrays entry by entry. */
export interface Unary {
  <R extends number>(u: ExpressionArray<Expression, R>): ExpressionArray<Expression, R>;
  (u: ArrayLike<Operand>): ExpressionArray<Expression, 1>;
  (u: Exclude<ArrayOperand, ExpressionArray>): ExpressionArray;
  (u: Operand): Expression;
}

/** A function of two operands, of arrays entry by entry, with NumPy's broadcasting. */
export interface Binary {
  <R extends number>(
    a: ExpressionArray<Expression, R>,
    b: Operand | ExpressionArray<Expression, R>,
  ): ExpressionArray<Expression, R>;
  <R extends number>(a: Operand, b: ExpressionArray<Expression, R>): ExpressionArray<Expression, R>;
  (a: ArrayOperand, b: Operands): ExpressionArray;
  (a: Operand, b: ArrayOperand): ExpressionArray;
  (a: Operand, b: Operand): Expression;
}

/** A function of any number of operands, of arrays entry by entry, with NumPy's broadcasting. */
export interface Several {
  <R extends number>(
    first: ExpressionArray<Expression, R>,
    ...more: (Operand | ExpressionArray<Expression, R>)[]
  ): ExpressionArray<Expression, R>;
  <R extends number>(
    first: Operand,
    second: ExpressionArray<Expression, R>,
    ...more: (Operand | ExpressionArray<Expression, R>)[]
  ): ExpressionArray<Expression, R>;
  <R extends number>(
    first: Operand,
    second: Operand,
    third: ExpressionArray<Expression, R>,
    ...more: (Operand | ExpressionArray<Expression, R>)[]
  ): ExpressionArray<Expression, R>;
  (first: ArrayOperand, ...more: Operands[]): ExpressionArray;
  (first: Operand, second: ArrayOperand, ...more: Operands[]): ExpressionArray;
  (first: Operand, second: Operand, third: ArrayOperand, ...more: Operands[]): ExpressionArray;
  (...args: Operand[]): Expression;
}

/** `f` of the operands, entry by entry where one of them is an array; `name` is for messages. */
export function elementwise(
  name: string,
  f: (args: readonly Expression[]) => Expression,
  args: readonly Operands[],
): Expression | ExpressionArray {
  const missing = args.indexOf(undefined as unknown as Operands);
  if (missing >= 0) throw new InputError(`${name}: argument ${missing + 1} is missing, or undefined`);
  if (!args.some(isArrayOperand)) return f(args.map((arg) => toExpression(arg as Operand)));
  const arrays = args.map((arg) =>
    isArrayOperand(arg) ? toArray(arg, name) : new ExpressionArray<Expression>([], [toExpression(arg)]),
  );
  const { shape, places } = broadcast(
    arrays.map((array) => array.shape),
    name,
  );
  const count = places[0]!.length;
  if (smooth.has(name)) {
    const of = arrays.map(({ source }) => source);
    const made = Source.made(count, { operator: name as Operator, make: f, of });
    if (made) return new ExpressionArray(shape, made, name);
  }
  const lists = arrays.map((array) => array.elements);
  const elements = new Array<Expression>(count);
  for (let k = 0; k < count; k++) elements[k] = f(lists.map((list, a) => list[places[a]![k]!]!));
  return new ExpressionArray(shape, elements, name);
}

/** The operand as a single expression; `where` is for messages. */
export function single(given: Operands, where: string): Expression {
  if (isArrayOperand(given)) throw new InputError(`${where} is an array where one value is needed`);
  return toExpression(given);
}
