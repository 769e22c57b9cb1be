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

/** A function of a distance, 0 beyond its reach. */
export interface Kernel {
  readonly reach: number;
  readonly of: (distance: number) => number;
}
export const linearKernel: Kernel = { reach: 1, of: (d) => Math.max(0, 1 - d) };
/** Keys's cubic convolution with the coefficient `a` (1981). */
export const cubicKernel = (a: number): Kernel => ({
  reach: 2,
  of: (d) => {
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
  },
});

/**
 * Shares by a kernel of the distance times `narrow` (below 1 for what becomes smaller), which sum to 1. What lies beyond the ends
 * counts as the ends, or with `onlyInside` not at all.
 */
export function kernelWeights(
  length: number,
  at: readonly number[],
  { reach, of }: Kernel,
  narrow: number,
  onlyInside: boolean,
): Float64Array {
  const weight = new Float64Array(length * at.length);
  at.forEach((place, k) => {
    const shares: [entry: number, share: number][] = [];
    for (let i = Math.ceil(place - reach / narrow); i <= Math.floor(place + reach / narrow); i++)
      if (!onlyInside || (i >= 0 && i < length))
        shares.push([Math.min(Math.max(i, 0), length - 1), of(Math.abs(i - place) * narrow)]);
    const total = shares.reduce((sum, [, share]) => sum + share, 0) || 1;
    for (const [entry, share] of shares) weight[entry * at.length + k]! += share / total;
  });
  return weight;
}
