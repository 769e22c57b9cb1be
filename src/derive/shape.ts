export type Shape = readonly number[];

export { countOf as sizeOf } from '../core/budget.js';

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Shape of two tensors broadcast against each other, trailing axes aligned. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const da = a[a.length - rank + i] ?? 1;
    const db = b[b.length - rank + i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(da, db);
  });
}

/** A shape as a stack of matrices: how many, their rows and their columns; a vector is a row. */
export function stackOf(shape: Shape): readonly [count: number, rows: number, columns: number] {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape.slice(-2);
  if (rows === undefined || columns === undefined || shape.length > 3)
    throw new Error(`[${shape}] is no matrix and no stack of matrices`);
  return [shape.length === 3 ? shape[0]! : 1, rows, columns];
}
