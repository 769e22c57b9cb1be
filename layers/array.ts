import { InputError } from '../src/core/errors.js';
import { isNumbers, numberOf, told } from '../src/core/given.js';

/** A view of numbers as the package `ndarray` makes it: entry (i, j, …) at `offset + i·stride[0] + j·stride[1] + …`. */
export interface NdArrayLike {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** Lists of numbers inside lists. */
export type NestedNumbers = readonly number[] | readonly ArrayLike<number>[] | readonly NestedNumbers[];

/** Numbers as callers give them: flat, row by row; nested lists of rows; or an ndarray. */
export type Numbers = ArrayLike<number> | NestedNumbers | NdArrayLike;

/** Numbers with the shape they came in; a flat list has one axis. */
export interface GivenArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * A copy of what a caller gave, row by row; `one`: how many numbers of a flat list belong to one element; `make`: where the copy is. Throws InputError for what is no array of finite numbers, by the place of the
 * first entry that is wrong, and for rows of different lengths.
 */
export function arrayOf(
  value: unknown,
  where: string,
  one = Infinity,
  make: (length: number) => Float64Array = (length) => new Float64Array(length),
): GivenArray {
  if (isNdArray(value)) return strided(value, where, make);
  if (!isNumbers(value))
    throw new InputError(`${where} is ${told(value)}, not an array of numbers, nested rows or an ndarray`);
  const shape: number[] = [];
  for (let at: unknown = value; isNumbers(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > 3) throw new InputError(`${where} has more than three axes`);
    if (at.length === 0) break;
  }
  const data = make(shape.reduce((size, length) => size * length, 1));
  fill(value, shape, 0, data, 0, where, shape.length === 1 && one < value.length ? one : undefined);
  return { shape, data };
}

function fill(
  value: ArrayLike<unknown>,
  shape: readonly number[],
  axis: number,
  out: Float64Array,
  start: number,
  where: string,
  one?: number,
): number {
  const last = axis === shape.length - 1;
  let at = start;
  for (let k = 0; k < value.length; k++) {
    const entry = value[k];
    if (last) {
      if (typeof entry !== 'number' || !Number.isFinite(entry))
        numberOf(entry, `${where}[${k}]${one ? ` (of element ${Math.floor(k / one)})` : ''}`);
      out[at++] = entry as number;
    } else {
      const expected = shape[axis + 1]!;
      if (!isNumbers(entry))
        throw new InputError(
          `${where}[${k}] is ${told(entry)}, where a row of ${expected} numbers should be`,
        );
      if (entry.length !== expected)
        throw new InputError(
          `${where} is ragged: ${where}[${k}] has ${entry.length} entries, ${where}[0] has ${expected}`,
        );
      at = fill(entry, shape, axis + 1, out, at, `${where}[${k}]`);
    }
  }
  return at;
}

const isNdArray = (value: unknown): value is NdArrayLike =>
  typeof value === 'object' &&
  value !== null &&
  ['data', 'shape', 'stride', 'offset'].every((field) => field in value);

function strided(
  { data, shape, stride, offset }: NdArrayLike,
  where: string,
  make: (length: number) => Float64Array,
): GivenArray {
  const whole = (list: unknown): list is ArrayLike<number> =>
    isNumbers(list) && Array.from(list).every(Number.isSafeInteger);
  if (!isNumbers(data) || !whole(shape) || !whole(stride) || shape.length !== stride.length)
    throw new InputError(`${where} is no ndarray: it needs data, and as many strides as lengths`);
  if (shape.length > 3) throw new InputError(`${where} has more than three axes`);
  const lengths = Array.from(shape);
  const size = lengths.reduce((product, length) => product * length, 1);
  if (!(size >= 0) || size > data.length * 2 ** 20 + 1)
    throw new InputError(`${where} has the shape [${lengths.join(', ')}], which no ndarray has`);
  const out = make(size);
  const index = lengths.map(() => 0);
  for (let k = 0; k < size; k++) {
    let at = offset;
    for (let axis = 0; axis < index.length; axis++) at += index[axis]! * stride[axis]!;
    out[k] = numberOf(data[at], `${where}[${index.join('][')}]`);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < lengths[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape: lengths, data: out };
}
