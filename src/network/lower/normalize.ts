import { sizeOf } from '../build.js';
import type { Tensor } from '../graph.js';
import { add, affinely, apply, multiply } from './arithmetic.js';
import { expand } from './move.js';
import type { Place } from './place.js';
import { mean, sum } from './reduce.js';

/** `u − mean(u)` along `axes`. */
export function centered(place: Place, u: number, axes: readonly number[]): number {
  const shape = place.build.shape(u);
  const count = sizeOf(axes.map((axis) => shape[axis]!));
  return add(place, u, expand(place, sum(place, u, axes, -1 / count), shape));
}

/** `u / √(mean(u²) + ε)` along `axes`. */
export function scaledToUnit(place: Place, u: number, axes: readonly number[], epsilon: number): number {
  const shape = place.build.shape(u);
  const count = sizeOf(axes.map((axis) => shape[axis]!));
  const square = sum(place, multiply(place, u, u), axes, 1 / count, epsilon);
  return multiply(place, u, expand(place, apply(place, square, { name: 'power', exponent: -0.5 }), shape));
}

/** `γ ∘ (u − mean)/√(variance + ε) + β` along `axes`; layer, group and instance normalization alike. */
export function normalized(
  place: Place,
  u: number,
  axes: readonly number[],
  epsilon: number,
  γ?: Tensor,
  β?: Tensor,
): number {
  const v = scaledToUnit(place, centered(place, u, axes), axes, epsilon);
  return γ === undefined && β === undefined ? v : affinely(place, v, γ, β);
}

/** `γ ∘ u/√(mean(u²) + ε)` along `axes` (Zhang & Sennrich 2019). */
export function rootMeanSquare(
  place: Place,
  u: number,
  axes: readonly number[],
  epsilon: number,
  γ?: Tensor,
): number {
  const v = scaledToUnit(place, u, axes, epsilon);
  return γ === undefined ? v : affinely(place, v, γ);
}

/** The mean and the variance along `axes`, which stay with length 1. */
export function moments(place: Place, u: number, axes: readonly number[]): [mean: number, variance: number] {
  const v = centered(place, u, axes);
  return [mean(place, u, axes), mean(place, multiply(place, v, v), axes)];
}

/** A batch normalization at inference as a line for each channel: `γ(u − mean)/√(variance + ε) + β`. */
export function batchLine(
  place: Place,
  of: {
    readonly γ?: Tensor | undefined;
    readonly β?: Tensor | undefined;
    readonly mean: Tensor;
    readonly variance: Tensor;
  },
  epsilon: number,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const length = of.mean.data.length;
  const [scale, shift] = [new Float64Array(length), new Float64Array(length)];
  for (let k = 0; k < length; k++) {
    const squared = of.variance.data[k]! + epsilon;
    if (!(squared > 0))
      throw place.build.error(
        place.layer,
        `moving variance + epsilon is ${squared} at index ${k}; train the network again`,
      );
    scale[k] = (of.γ?.data[k] ?? 1) / Math.sqrt(squared);
    shift[k] = (of.β?.data[k] ?? 0) - scale[k]! * of.mean.data[k]!;
  }
  return { scale, shift };
}
