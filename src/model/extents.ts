import { countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { isNumbers, told } from '../core/given.js';

/** Extents of an array, outermost axis first; row-major: the last index runs fastest. */
export type Extents = readonly number[];

/** The rank of an array whose rank is not known when compiling: it fits wherever an array does. */
// biome-ignore lint/suspicious/noExplicitAny: only any is assignable to every rank and from it.
export type AnyRank = any;

/** The rank of a shape: `[3, 4]` is of rank 2, a plain number of rank 1. */
export type RankOf<S> = S extends number
  ? 1
  : S extends readonly unknown[]
    ? number extends S['length']
      ? AnyRank
      : S['length']
    : AnyRank;

/** One index for each axis, as far as the rank is known when compiling. */
export type Indices<R extends number> = R extends 0
  ? []
  : R extends 1
    ? [i: number]
    : R extends 2
      ? [i: number, j: number]
      : R extends 3
        ? [i: number, j: number, k: number]
        : number[];

export { countOf };

export const shapeText = (shape: Extents): string => `[${shape.join(', ')}]`;

/** A shape as given by a caller, checked. */
export function checkedShape(given: number | Extents, what: string): number[] {
  const extents: number[] = isNumbers(given) ? Array.from(given) : [given as number];
  for (const extent of extents)
    if (!Number.isSafeInteger(extent) || extent < 0)
      throw new InputError(
        `${what}: shape [${extents.map(told).join(', ')}] is not made of whole numbers ≥ 0`,
      );
  const size = countOf(extents);
  if (!(size <= 2 ** 27))
    throw new InputError(`${what}: shape ${shapeText(extents)} has ${size} entries, too many`);
  return extents;
}

/** The place of an entry, row-major; `what` names the array in messages. */
export function placeOf(shape: Extents, indices: readonly number[], what: string): number {
  if (indices.length !== shape.length)
    throw new InputError(`${what}: ${indices.length} indices for shape ${shapeText(shape)}`);
  let place = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const [index, extent] = [indices[axis]!, shape[axis]!];
    if (!Number.isInteger(index) || index < 0 || index >= extent)
      throw new InputError(`${what}: index ${told(index)} of axis ${axis} is not in 0…${extent - 1}`);
    place = place * extent + index;
  }
  return place;
}

/** For every entry in row-major order `offset + Σ index · stride`, one stride an axis. */
export function placesAlong(shape: Extents, strides: readonly number[], offset = 0): Int32Array {
  const places = new Int32Array(countOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let place = offset;
  for (let k = 0; k < places.length; k++) {
    places[k] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return places;
}

/** The strides of an array that is stored row-major. */
export const stridesOf = (shape: Extents): number[] => shape.map((_, axis) => countOf(shape.slice(axis + 1)));

/** `name[i]`, `name[i,j]`, … of every entry, row-major. */
export function entryNames(name: string, shape: Extents): string[] {
  const index = new Array<number>(shape.length).fill(0);
  return Array.from({ length: countOf(shape) }, () => {
    const own = `${name}[${index.join(',')}]`;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
    return own;
  });
}

/** An axis as given, negative ones counted from the last. */
export function checkedAxis(axis: number, shape: Extents, what: string): number {
  const own = Number.isInteger(axis) && axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || own < 0 || own >= shape.length)
    throw new InputError(`${what}: there is no axis ${told(axis)} in shape ${shapeText(shape)}`);
  return own;
}

/** What several arrays come to when combined entry by entry, and for each array the place of every entry of the result. */
export interface Broadcast {
  readonly shape: number[];
  readonly places: readonly Int32Array[];
}

/**
 * NumPy's broadcasting: shapes are aligned at their last axes, and an axis of extent 1, or a missing one, is repeated.
 * `shapes` are told in messages about `what`.
 */
export function broadcast(shapes: readonly Extents[], what: string): Broadcast {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const shape = new Array<number>(rank).fill(1);
  for (const own of shapes)
    own.forEach((extent, k) => {
      const axis = rank - own.length + k;
      if (shape[axis] === 1) shape[axis] = extent;
      else if (extent !== 1 && extent !== shape[axis])
        throw new InputError(
          `${what}: shapes ${shapes.map(shapeText).join(' and ')} do not fit each other; along each axis extents must be equal or 1`,
        );
    });
  return { shape, places: shapes.map((own) => placesIn(shape, own)) };
}

/** For each entry of `shape` the place of the entry of `own` that is repeated there. */
function placesIn(shape: Extents, own: Extents): Int32Array {
  const strides = stridesOf(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride));
  const missing = new Array<number>(shape.length - own.length).fill(0);
  return placesAlong(shape, [...missing, ...strides]);
}
