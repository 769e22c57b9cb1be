import { type Shape, sizeOf } from '../../derive/shape.js';

/**
 * Where the numbers of an operand stand, seen from entry `i` of a result: an expression in `i` and parameters, and the values
 * of these. Expressions of equal text make equal kernels, whatever the sizes.
 */
export interface Indexing {
  /** With `$0`, `$1`, … for the parameters. */
  readonly text: string;
  readonly values: readonly number[];
}

/** Row-major strides of `shape`, 0 along axes of length 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1) strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Of a row-major tensor of `shape` with these strides, `from` numbers further. */
export function strided(shape: Shape, strides: readonly number[], from = 0): Indexing {
  const values: number[] = [];
  const take = (value: number): string => `$${values.push(value) - 1}`;
  const summands: string[] = [];
  let below = 1;
  let outermost = true;
  const axes: { readonly length: number; readonly stride: number }[] = [];
  // Neighbouring axes that are run through evenly are one.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [length, stride] = [shape[axis]!, strides[axis]!];
    if (length === 1) continue;
    const inner = axes.at(-1);
    if (inner && stride === inner.length * inner.stride)
      axes[axes.length - 1] = { length: inner.length * length, stride: inner.stride };
    else axes.push({ length, stride });
  }
  axes.forEach(({ length, stride }, k) => {
    outermost = k === axes.length - 1;
    if (stride !== 0) {
      const shifted = below === 1 ? 'i' : `DIV(i, ${take(below)})`;
      const own = outermost ? shifted : `${shifted} % ${take(length)}`;
      summands.push(stride === 1 ? own : `(${own}) * ${take(stride)}`);
    }
    below *= length;
  });
  if (from !== 0) summands.push(take(from));
  return { text: summands.length === 0 ? '0' : summands.join(' + '), values };
}

/** Of an operand of shape `from` that is broadcast to `shape`, as in NumPy. */
export function broadcasting(from: Shape, shape: Shape): Indexing {
  if (sizeOf(from) === sizeOf(shape)) return { text: 'i', values: [] };
  const strides = stridesOf(from);
  return strided(shape, [...new Array<number>(shape.length - from.length).fill(0), ...strides]);
}
