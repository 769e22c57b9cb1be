import { toEnd } from './move.js';
import type { Place } from './place.js';

/** `u` along one axis as `W` makes it: `W` is `length × result`, row-major. */
export function resampled(place: Place, u: number, axis: number, weight: Float64Array): number {
  const { build, layer } = place;
  const length = build.shape(u)[axis]!;
  const { node, back } = toEnd(place, u, [axis]);
  return back(build.affine(layer, node, { shape: [length, weight.length / length], data: weight }));
}

/** Shares of a linear interpolation at the places `at` of an axis of `length` numbers, clamped to its ends. */
export function linearWeights(length: number, at: readonly number[]): Float64Array {
  const weight = new Float64Array(length * at.length);
  at.forEach((place, k) => {
    const held = Math.min(Math.max(place, 0), length - 1);
    const low = Math.floor(held);
    const share = held - low;
    weight[low * at.length + k]! += 1 - share;
    if (share > 0) weight[(low + 1) * at.length + k]! += share;
  });
  return weight;
}

/** Shares of Keys's cubic convolution with the coefficient `a` (1981), clamped to the ends. */
export function cubicWeights(length: number, at: readonly number[], a: number): Float64Array {
  const weight = new Float64Array(length * at.length);
  const kernel = (x: number): number => {
    const d = Math.abs(x);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
  };
  at.forEach((place, k) => {
    const low = Math.floor(place);
    for (let i = low - 1; i <= low + 2; i++) {
      const held = Math.min(Math.max(i, 0), length - 1);
      weight[held * at.length + k]! += kernel(place - i);
    }
  });
  return weight;
}
