import ndarray from 'ndarray';
import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import { asPrimitive } from '../src/core/primitive.js';
import type { AnyRank, Extents, Indices } from '../src/model/index.js';

/** Numbers in nested lists, as deep as their array has axes. */
export type Nested = number | readonly Nested[];

/** The part of an ndarray (npm `ndarray`) that readers of one use. */
export interface NdArrayView {
  readonly data: Float64Array;
  readonly shape: number[];
  readonly stride: number[];
  readonly offset: number;
  readonly dimension: number;
  readonly size: number;
  get(...indices: number[]): number;
}

/** Numbers in a rectangular array, row-major (the last index runs fastest); iterable in that order. */
export class Values<R extends number = AnyRank> implements Iterable<number> {
  constructor(
    readonly data: Float64Array,
    readonly shape: Extents & { readonly length: R },
  ) {}

  get size(): number {
    return this.data.length;
  }

  /** Entries along the first axis. */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  /** The entry at these indices, one per axis. */
  at(...indices: Indices<R>): number {
    const { shape } = this;
    const given = indices as readonly number[];
    if (given.length !== shape.length)
      throw new InputError(`at: ${given.length} indices for shape [${shape.join(', ')}]`);
    let place = 0;
    given.forEach((index, axis) => {
      if (!Number.isInteger(index) || index < 0 || index >= shape[axis]!)
        throw new InputError(`at: index ${told(index)} of axis ${axis} is not in 0…${shape[axis]! - 1}`);
      place = place * shape[axis]! + index;
    });
    return this.data[place]!;
  }

  /** The same as {@link at}, under the name that ndarrays have for it. */
  get(...indices: Indices<R>): number {
    return this.at(...indices);
  }

  /** As nested lists: of a matrix the list of its rows. */
  toArray(): R extends 1 ? number[] : R extends 2 ? number[][] : Nested {
    return nested(this.data, this.shape, 0, this.size) as never;
  }

  /** The same numbers, not a copy, as an ndarray. */
  ndarray(): NdArrayView {
    return ndarray(this.data, [...this.shape]);
  }

  toJSON(): Nested {
    return nested(this.data, this.shape, 0, this.size);
  }

  [Symbol.iterator](): Iterator<number> {
    return this.data[Symbol.iterator]();
  }

  toString(): string {
    return JSON.stringify(this);
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    return asPrimitive(
      hint,
      `values of shape [${this.shape.join(', ')}]`,
      'take one, values.at(0), or all, [...values]',
    );
  }
}

function nested(data: Float64Array, shape: Extents, from: number, to: number): Nested {
  const [extent, ...inner] = shape;
  if (extent === undefined) return data[from]!;
  if (inner.length === 0) return Array.from(data.subarray(from, to));
  const step = extent === 0 ? 0 : (to - from) / extent;
  return Array.from({ length: extent }, (_, k) =>
    nested(data, inner, from + k * step, from + (k + 1) * step),
  );
}
