import { InputError } from '../core/errors.js';
import { type ArrayOperand, ExpressionArray, toArray } from './array.js';
import { Column, Constant, type Expression } from './expression.js';
import { shapeText } from './extents.js';
import { dot, linear, type Vector, vector } from './functions.js';
import { combined, Source } from './source.js';

/** Products with so many variables may be terms of a template. */
const narrow = 16;

/** A matrix: rows of numbers or expressions, an array of rank 2, or numbers with a shape. */
export type Matrix = ArrayOperand<2>;

/** `A x`, one entry per row of `A` (m × n), for `x` of n entries. */
export function matvec(A: Matrix, x: Vector): ExpressionArray<Expression, 1> {
  const rows = matrix(A, 'matvec');
  const entries = vector(x, 'matvec');
  if (rows.shape[1] !== entries.length)
    throw new InputError(
      `matvec: a matrix of shape ${shapeText(rows.shape)} times ${entries.length} entries`,
    );
  return new ExpressionArray<Expression, 1>([rows.shape[0]!], each(rows, entries), 'matvec');
}

/** `A B`, m × n times n × k. */
export function matmul(A: Matrix, B: Matrix): ExpressionArray<Expression, 2> {
  const [left, right] = [matrix(A, 'matmul'), matrix(B, 'matmul')];
  if (left.shape[1] !== right.shape[0])
    throw new InputError(`matmul: shapes ${shapeText(left.shape)} and ${shapeText(right.shape)} do not fit`);
  const turned = right.transpose();
  const columns = Array.from({ length: turned.shape[0]! }, (_, j) => each(left, turned.row(j).elements));
  const [first] = columns;
  if (columns.length === 1) return new ExpressionArray<Expression, 2>([left.shape[0]!, 1], first!);
  const elements = columns.flatMap((source) => source.elements);
  return new ExpressionArray<Expression, 2>([columns.length, left.shape[0]!], elements).transpose();
}

function matrix(given: Matrix, where: string): ExpressionArray<Expression, 2> {
  const array = toArray(given, where);
  if (array.shape.length !== 2)
    throw new InputError(`${where}: a matrix is needed, not an array of shape ${shapeText(array.shape)}`);
  return array;
}

/** The product of every row with the entries: long rows of numbers with variables as one node each. */
function each(rows: ExpressionArray<Expression, 2>, entries: readonly Expression[]): Source {
  const columns = entries.every((e) => e instanceof Column) ? (entries as readonly Column[]) : undefined;
  const [height, width] = rows.shape as readonly number[] as [number, number];
  const { numbers } = rows.source;
  if (columns && numbers && width <= narrow) {
    const column = (k: number): Source =>
      Source.numbers(Float64Array.from({ length: height }, (_, i) => numbers[width * i + k]!));
    const of = [...columns.map((_, k) => column(k)), ...columns.map((own) => Source.list([own]))];
    const made = Source.made(height, { operator: 'linear', make: combined, of });
    if (made) return made;
  }
  return Source.list(listed(rows, entries, columns));
}

function listed(
  rows: ExpressionArray<Expression, 2>,
  entries: readonly Expression[],
  columns: readonly Column[] | undefined,
): Expression[] {
  const width = rows.shape[1]!;
  return Array.from({ length: rows.shape[0]! }, (_, i) => {
    const own = rows.elements.slice(width * i, width * (i + 1));
    if (columns === undefined || !own.every((e) => e instanceof Constant)) return dot(own, entries);
    const coefficients: number[] = [];
    const kept: Column[] = [];
    own.forEach(({ value }, k) => {
      if (value === 0) return;
      coefficients.push(value);
      kept.push(columns[k]!);
    });
    return linear(coefficients, kept);
  });
}
