import * as lower from '../../lower/arithmetic.js';
import { select, toEnd, transpose } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import * as reduce from '../../lower/reduce.js';
import type { Call } from './call.js';

/** Axes turned round. */
export const flip = (call: Call, u: number, axes: readonly number[]): number =>
  axes.reduce((v, axis) => select(call, v, axis, range(call.build.shape(v)[axis]!).reverse()), u);

/** An axis moved on by `shift` entries, its end to its beginning. */
export function roll(call: Call, u: number, axis: number, shift: number): number {
  const length = call.build.shape(u)[axis]!;
  const at = range(length).map((k) => (((k - shift) % length) + length) % length);
  return select(call, u, axis, at);
}

/** Two axes exchanged. */
export function exchanged(call: Call, u: number, a: number, b: number): number {
  const order = range(call.build.shape(u).length);
  [order[a], order[b]] = [order[b]!, order[a]!];
  return transpose(call, u, order);
}

/** Running sums along an axis. */
export function runningSum(call: Call, u: number, axis: number): number {
  const length = call.build.shape(u)[axis]!;
  const data = Float64Array.from({ length: length ** 2 }, (_, k) =>
    Number(Math.floor(k / length) <= k % length),
  );
  const { node, back } = toEnd(call, u, [axis]);
  return back(call.build.affine(call.layer, node, { shape: [length, length], data }));
}

/** `Σ (u − mean)²/n` over axes, which stay with length 1. */
export function variance(call: Call, u: number, axes: readonly number[]): number {
  const centred = lower.subtract(call, u, reduce.mean(call, u, axes));
  return reduce.mean(call, lower.multiply(call, centred, centred), axes);
}

/** `√Σu²` over axes, which stay with length 1. */
export const euclidean = (call: Call, u: number, axes: readonly number[]): number =>
  lower.apply(call, reduce.sum(call, lower.multiply(call, u, u), axes), { name: 'sqrt' });

/** `u / ‖u‖₂` along axes. Keras divides by at least 1e-12: a row of zeros stays one. */
export function toUnitLength(call: Call, u: number, axes: readonly number[]): number {
  const size = lower.line(call, reduce.sum(call, lower.multiply(call, u, u), axes), 1, 1e-24);
  return lower.multiply(call, u, lower.apply(call, size, { name: 'power', exponent: -0.5 }));
}
