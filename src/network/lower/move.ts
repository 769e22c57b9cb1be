import { sizeOf } from '../build.js';
import { axisOf, type Place, range, type Shape } from './place.js';

/**
 * Where an axis of the source is read: `at[p]` is the coordinate for position `p` among the combinations of the result's
 * axes `of`, the last fastest; negative for padding.
 */
export interface Source {
  readonly of: readonly number[];
  readonly at: ArrayLike<number>;
}

/** The index of a gather whose result of shape `to` reads one number of `from` at each place, axis by axis. */
export function indexOf(from: Shape, to: Shape, sources: readonly Source[]): Int32Array {
  const size = sizeOf(to);
  const index = new Int32Array(size);
  const strides = from.map((_, axis) => sizeOf(from.slice(axis + 1)));
  // The strides of each result axis in the tables of the sources.
  const steps = sources.map(({ of }) => {
    const own = new Int32Array(to.length);
    let step = 1;
    for (const axis of of.toReversed()) {
      own[axis]! += step;
      step *= to[axis]!;
    }
    return own;
  });
  const place = new Int32Array(to.length);
  const at = new Int32Array(sources.length);
  for (let k = 0; k < size; k++) {
    let source = 0;
    for (let s = 0; s < sources.length; s++) {
      const coordinate = sources[s]!.at[at[s]!]!;
      if (coordinate < 0) {
        source = -1;
        break;
      }
      source += coordinate * strides[s]!;
    }
    index[k] = source;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      place[axis]! += 1;
      for (let s = 0; s < steps.length; s++) at[s]! += steps[s]![axis]!;
      if (place[axis]! < to[axis]!) break;
      for (let s = 0; s < steps.length; s++) at[s]! -= steps[s]![axis]! * to[axis]!;
      place[axis] = 0;
    }
  }
  return index;
}

/** A gather by {@link indexOf}. */
export function moved(place: Place, u: number, to: Shape, sources: readonly Source[]): number {
  const { build, layer } = place;
  build.allow(layer, to);
  return build.gather(layer, u, indexOf(build.shape(u), to, sources), to);
}

/** Axis `permutation[k]` of `u` becomes axis `k`. */
export function transpose(place: Place, u: number, permutation: readonly number[]): number {
  const from = place.build.shape(u);
  if (permutation.length !== from.length || range(from.length).some((axis) => !permutation.includes(axis)))
    throw place.build.error(place.layer, `permutes ${from.length} axes by [${permutation}]`);
  if (permutation.every((axis, k) => axis === k)) return u;
  const to = permutation.map((axis) => from[axis]!);
  return moved(
    place,
    u,
    to,
    from.map((length, axis) => ({ of: [permutation.indexOf(axis)], at: range(length) })),
  );
}

/** Entries of one axis: the result's entry `k` is entry `at[k]` of `u`, 0 where that is negative. */
export function select(place: Place, u: number, axis: number, at: readonly number[]): number {
  const from = place.build.shape(u);
  const to = from.with(axis, at.length);
  if (at.length === from[axis] && at.every((source, k) => source === k)) return u;
  return moved(
    place,
    u,
    to,
    from.map((length, k) => ({ of: [k], at: k === axis ? at : range(length) })),
  );
}

/** `size` entries of an axis from `start` on. */
export const slice = (place: Place, u: number, axis: number, start: number, size: number): number =>
  select(
    place,
    u,
    axis,
    range(size).map((k) => start + k),
  );

/** The shape of values broadcast against each other as in NumPy. */
export function broadcastShape({ build, layer }: Place, shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return range(rank).map((axis) => {
    const lengths = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1);
    const length = lengths.find((own) => own !== 1) ?? 1;
    if (lengths.some((own) => own !== 1 && own !== length))
      throw build.error(layer, `cannot combine shapes ${shapes.map((shape) => `[${shape}]`).join(' and ')}`);
    return length;
  });
}

/** `u` repeated along axes of length 1, and leading ones, to the shape `to`. */
export function expand(place: Place, u: number, to: Shape): number {
  const { build, layer } = place;
  const from = build.shape(u);
  if (from.length === to.length && from.every((length, k) => length === to[k])) return u;
  if (sizeOf(from) === sizeOf(to)) return build.reshape(layer, u, to);
  const before = to.length - from.length;
  build.allow(layer, to);
  return moved(
    place,
    u,
    to,
    from.map((length, axis) => ({
      of: [before + axis],
      at: length === 1 ? new Int32Array(to[before + axis]!) : range(length),
    })),
  );
}

/** Swaps two axes. */
export function swap(place: Place, u: number, first: number, second: number): number {
  const rank = place.build.shape(u).length;
  const [a, b] = [axisOf(place, first, rank), axisOf(place, second, rank)];
  return transpose(
    place,
    u,
    range(rank).map((axis) => (axis === a ? b : axis === b ? a : axis)),
  );
}

/** `u` with `axes` behind the others, which keep their order; and the way back for results of the same rank. */
export function toEnd(
  place: Place,
  u: number,
  axes: readonly number[],
): { readonly node: number; readonly back: (v: number) => number } {
  const rank = place.build.shape(u).length;
  const rest = range(rank).filter((axis) => !axes.includes(axis));
  const permutation = [...rest, ...axes];
  const inverse = range(rank).map((axis) => permutation.indexOf(axis));
  return {
    node: transpose(place, u, permutation),
    back: (v) => transpose(place, v, inverse),
  };
}

/** A node of constant numbers, for the few places where no operation takes them: zeros, and their shift. */
export function constant(
  place: Place,
  like: number,
  shape: Shape,
  data: Float32Array | Float64Array,
): number {
  const { build, layer } = place;
  const size = sizeOf(shape);
  const zeros = build.gather(layer, like, new Int32Array(size).fill(-1), [size]);
  const ones = new Float64Array(size).fill(1);
  const shifted = build.scale(layer, zeros, { shape: [size], data: ones }, { shape: [size], data });
  return build.reshape(layer, shifted, shape);
}
