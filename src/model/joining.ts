import { InputError } from '../core/errors.js';
import { listOf } from '../core/given.js';
import { type ArrayOperand, ExpressionArray, toArray } from './array.js';
import type { Expression } from './expression.js';
import { checkedAxis, countOf, shapeText } from './extents.js';

/** Arrays one after the other along an axis; their other extents are equal. */
export function concat<R extends number>(
  arrays: readonly (ExpressionArray<Expression, R> | ArrayOperand<R>)[],
  axis = 0,
): ExpressionArray<Expression, R> {
  const parts = listOf(arrays, 'concat: its list').map((array) => toArray(array as ArrayOperand, 'concat'));
  const [first] = parts;
  if (first === undefined) throw new InputError('concat: of no array');
  const along = checkedAxis(axis, first.shape, 'concat');
  for (const part of parts)
    if (
      part.shape.length !== first.shape.length ||
      part.shape.some((extent, k) => k !== along && extent !== first.shape[k])
    )
      throw new InputError(
        `concat: shapes ${shapeText(first.shape)} and ${shapeText(part.shape)} differ beside axis ${along}`,
      );
  const shape = first.shape.map((extent, k) =>
    k === along ? parts.reduce((total, part) => total + part.shape[k]!, 0) : extent,
  );
  const outer = countOf(shape.slice(0, along));
  const elements: Expression[] = [];
  for (let o = 0; o < outer; o++)
    for (const part of parts) {
      const length = part.size / outer;
      for (let k = o * length; k < (o + 1) * length; k++) elements.push(part.elements[k]!);
    }
  return new ExpressionArray(shape as number[] & { length: R }, elements, 'concat');
}

/** Arrays of one shape as the rows of an array of one rank more. */
export function stack(arrays: readonly ArrayOperand[]): ExpressionArray {
  return concat(
    listOf(arrays, 'stack: its list').map((array) => {
      const own = toArray(array, 'stack');
      return own.reshape([1, ...own.shape]);
    }),
  );
}
