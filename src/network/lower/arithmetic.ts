import { sizeOf } from '../build.js';
import type { Elementwise, Tensor } from '../graph.js';
import { broadcastShape, expand } from './move.js';
import type { Place, Shape } from './place.js';

/** `φ(u)`. */
export const apply = ({ build, layer }: Place, u: number, fn: Elementwise): number =>
  build.elementwise(layer, u, fn);

/** `a·u + b` with two numbers. */
export function line({ build, layer }: Place, u: number, factor: number, shift = 0): number {
  if (factor === 1 && shift === 0) return u;
  const shape = build.shape(u);
  if (shape.length > 0) return build.scaleBy(layer, u, factor, shift);
  return build.reshape(layer, build.scaleBy(layer, build.reshape(layer, u, [1]), factor, shift), []);
}

/** `u + v`, broadcast. */
export function add(place: Place, ...values: readonly number[]): number {
  const shape = broadcastShape(
    place,
    values.map((u) => place.build.shape(u)),
  );
  return place.build.add(
    place.layer,
    values.map((u) => expand(place, u, shape)),
  );
}

/** `u − v`, broadcast. */
export const subtract = (place: Place, u: number, v: number): number => add(place, u, line(place, v, -1));

/** `u ∘ v`, broadcast. */
export function multiply(place: Place, u: number, v: number): number {
  const shape = broadcastShape(place, [place.build.shape(u), place.build.shape(v)]);
  return place.build.multiply(place.layer, expand(place, u, shape), expand(place, v, shape));
}

/** `u / v`, broadcast. */
export const divide = (place: Place, u: number, v: number): number =>
  multiply(place, u, apply(place, v, { name: 'reciprocal' }));

/** `max(u, v) = u + max(v − u, 0)`, broadcast. */
export const maximum = (place: Place, u: number, v: number): number =>
  add(place, u, apply(place, subtract(place, v, u), { name: 'relu' }));

/** `min(u, v) = u − max(u − v, 0)`, broadcast. */
export const minimum = (place: Place, u: number, v: number): number =>
  subtract(place, u, apply(place, subtract(place, u, v), { name: 'relu' }));

/** Bounds from which on they would take digits from what lies far inside. */
const far = 1e4;

/** `min(max(u, low), high)`; either bound may be infinite. */
export function clip(place: Place, u: number, low: number, high: number): number {
  if (!(low < high)) throw place.build.error(place.layer, `clips between ${low} and ${high}`);
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return u;
  const isFar = (bound: number): boolean => Number.isFinite(bound) && Math.abs(bound) > far;
  if (isFar(low) || isFar(high)) {
    // max(u, low) = u + max(low − u, 0), min(u, high) = u − max(u − high, 0): exact where they do nothing.
    const hinge = (v: number, sign: 1 | -1, bound: number): number =>
      apply(place, line(place, v, sign, -sign * bound), { name: 'relu' });
    const above = low === Number.NEGATIVE_INFINITY ? u : add(place, u, hinge(u, -1, low));
    return high === Number.POSITIVE_INFINITY ? above : subtract(place, above, hinge(above, 1, high));
  }
  if (high === Number.POSITIVE_INFINITY)
    return line(place, apply(place, line(place, u, 1, -low), { name: 'relu' }), 1, low);
  if (low === Number.NEGATIVE_INFINITY)
    return line(place, apply(place, line(place, u, -1, high), { name: 'relu' }), -1, high);
  // min(max(u − low, 0), m) = m/6 · relu6(6(u − low)/m), m = high − low
  const span = high - low;
  const inner = line(place, u, 6 / span, (-6 * low) / span);
  return line(place, apply(place, inner, { name: 'relu6' }), span / 6, low);
}

/** A constant repeated to the shape `to`. */
export function spread(place: Place, { shape, data }: Tensor, to: Shape): Float32Array | Float64Array {
  const size = sizeOf(to);
  if (data.length === size) return data;
  const out = new Float64Array(size);
  if (data.length === 1) return out.fill(data[0]!);
  broadcastShape(place, [shape, to]);
  const strides = to.map(() => 0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1) strides[to.length - shape.length + axis] = stride;
    stride *= shape[axis]!;
  }
  const index = to.map(() => 0);
  let at = 0;
  for (let k = 0; k < size; k++) {
    out[k] = data[at]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      at += strides[axis]!;
      if (index[axis]! < to[axis]!) break;
      at -= strides[axis]! * to[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** `scale ∘ u + shift` with constants that broadcast, and make `u` larger where theirs is the larger shape. */
export function affinely(place: Place, u: number, scale: Tensor | undefined, shift?: Tensor): number {
  const { build, layer } = place;
  const constants = [scale, shift].filter((tensor) => tensor !== undefined);
  const shape = broadcastShape(place, [build.shape(u), ...constants.map((tensor) => tensor.shape)]);
  const wide = expand(place, u, shape);
  if (constants.every(({ data }) => data.length === 1))
    return line(place, wide, scale?.data[0] ?? 1, shift?.data[0] ?? 0);
  const width = shape.at(-1) ?? 1;
  const alongLast = constants.every(
    ({ data, shape: own }) => data.length === 1 || (own.at(-1) === width && data.length === width),
  );
  const to = alongLast ? [width] : [sizeOf(shape)];
  const of = (tensor: Tensor | undefined, otherwise: number): Tensor => ({
    shape: to,
    data: tensor
      ? spread(
          place,
          alongLast ? { shape: [tensor.data.length], data: tensor.data } : tensor,
          alongLast ? to : shape,
        )
      : new Float64Array(to[0]!).fill(otherwise),
  });
  const flat = alongLast ? wide : build.reshape(layer, wide, to);
  return build.reshape(layer, build.scale(layer, flat, of(scale, 1), of(shift, 0)), shape);
}
