import { sizeOf } from '../build.js';
import { add, apply, line, multiply, subtract } from './arithmetic.js';
import { expand, slice, toEnd } from './move.js';
import type { Place } from './place.js';

/** What becomes of the numbers along some axes: sums, or a factor of them. */
const filled = (length: number, value: number) => ({
  shape: [length, 1],
  data: new Float64Array(length).fill(value),
});

/** `factor · Σ u + shift` along `axes`, which stay with length 1. */
export function sum(place: Place, u: number, axes: readonly number[], factor = 1, shift = 0): number {
  const { build, layer } = place;
  const shape = build.shape(u);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const count = sizeOf(axes.map((axis) => shape[axis]!));
  if (count === 1) return line(place, u, factor, shift);
  const { node } = toEnd(place, u, axes);
  const rows = build.reshape(layer, node, [sizeOf(kept), count]);
  const bias = shift === 0 ? undefined : { shape: [1], data: Float64Array.of(shift) };
  return build.reshape(layer, build.affine(layer, rows, filled(count, factor), bias), kept);
}

/** The mean along `axes`, which stay with length 1. */
export const mean = (place: Place, u: number, axes: readonly number[]): number =>
  sum(place, u, axes, 1 / sizeOf(axes.map((axis) => place.build.shape(u)[axis]!)));

/** The largest number along `axes`, which stay with length 1. */
export function largest(place: Place, u: number, axes: readonly number[]): number {
  const { build, layer } = place;
  const shape = build.shape(u);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const count = sizeOf(axes.map((axis) => shape[axis]!));
  if (count === 1) return u;
  const { node } = toEnd(place, u, axes);
  return build.reshape(layer, build.maximum(layer, build.reshape(layer, node, [sizeOf(kept), count])), kept);
}

/** The smallest, likewise. */
export const smallest = (place: Place, u: number, axes: readonly number[]): number =>
  line(place, largest(place, line(place, u, -1), axes), -1);

/** `Π u` along `axes`, in halves. */
export const product = (place: Place, u: number, axes: readonly number[]): number =>
  inHalves(place, u, axes, (a, b) => multiply(place, a, b));

/** `log Σ eᵘ` along `axes`, in halves: `log(eᵃ + eᵇ) = a + softplus(b − a)`, which never overflows. */
export const logSumExp = (place: Place, u: number, axes: readonly number[]): number =>
  inHalves(place, u, axes, (a, b) =>
    add(place, a, apply(place, subtract(place, b, a), { name: 'softplus' })),
  );

/** `u − log Σ eᵘ` along an axis. */
export function logSoftmax(place: Place, u: number, axis: number): number {
  const total = logSumExp(place, u, [axis]);
  return subtract(place, u, expand(place, total, place.build.shape(u)));
}

/** Softmax along an axis. */
export function softmax(place: Place, u: number, axis: number): number {
  const { node, back } = toEnd(place, u, [axis]);
  return back(place.build.softmax(place.layer, node));
}

function inHalves(
  place: Place,
  u: number,
  axes: readonly number[],
  join: (a: number, b: number) => number,
): number {
  const { build, layer } = place;
  const shape = build.shape(u);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const { node } = toEnd(place, u, axes);
  let rest = build.reshape(layer, node, [sizeOf(kept), sizeOf(shape) / sizeOf(kept)]);
  for (let length = build.shape(rest)[1]!; length > 1; length = build.shape(rest)[1]!) {
    const half = Math.floor(length / 2);
    const joined = join(slice(place, rest, 1, 0, half), slice(place, rest, 1, half, half));
    rest = length % 2 === 0 ? joined : build.concat(layer, [joined, slice(place, rest, 1, length - 1, 1)], 1);
  }
  return build.reshape(layer, rest, kept);
}
