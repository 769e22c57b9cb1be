import type { Intervals } from './interval.js';
import { put } from './interval.js';

/** Bounds of differences `u_j − u_i` along rows of `width`, `[rows, i, j]`. */
export type Differences = Intervals;

/** Differences from the bounds of their ends. */
export function endDifferences(u: Intervals, width: number): Differences {
  const count = u.lower.length * width;
  const out = { lower: new Float64Array(count), upper: new Float64Array(count) };
  eachPair(u.lower.length, width, (k, i, j) => {
    out.lower[k] = i === j ? 0 : u.lower[j]! - u.upper[i]!;
    out.upper[k] = i === j ? 0 : u.upper[j]! - u.lower[i]!;
  });
  return out;
}

/** Calls with each place in `[rows, i, j]` and the two numbers it is about. */
export function eachPair(size: number, width: number, call: (k: number, i: number, j: number) => void): void {
  for (let i = 0; i < size; i++) {
    const row = i - (i % width);
    for (let j = 0; j < width; j++) call(i * width + j, i, row + j);
  }
}

/** `pᵢ = 1/(1 + s)`, `s = Σ_{j≠i} exp(u_j − uᵢ)`. */
export function softmaxRange({ lower, upper }: Differences, width: number, out: Intervals): void {
  for (let i = 0; i < out.lower.length; i++) {
    let [least, most] = [0, 0];
    for (let k = i * width; k < (i + 1) * width; k++) {
      least += Math.exp(lower[k]!);
      most += Math.exp(upper[k]!);
    }
    put(out, i, 1 / most, Math.min(1, 1 / least));
  }
}

/** Affine bounds of a softmax: rows `[rows, i, j]` of slopes by `u_j`, and shifts. */
export interface Planes {
  readonly lowerSlope: Float64Array;
  readonly lowerShift: Float64Array;
  readonly upperSlope: Float64Array;
  readonly upperShift: Float64Array;
}

/**
 * `1/(1 + s)` is convex and falls in s, each `exp(d)` is convex in `d = u_j − uᵢ`. Above: the chord in s of the sum of
 * tangents in d. Below: a tangent in s of the sum of chords in d. Where that overflows, the range.
 */
export function softmaxPlanes({ lower, upper }: Differences, width: number, range: Intervals): Planes {
  const size = range.lower.length;
  const slopes = (): Float64Array => new Float64Array(size * width);
  const shifts = (): Float64Array => new Float64Array(size);
  const planes = { lowerSlope: slopes(), lowerShift: shifts(), upperSlope: slopes(), upperShift: shifts() };
  for (let i = 0; i < size; i++) {
    const at = i * width;
    const own = at + (i % width);
    let [least, most] = [0, 0];
    for (let k = at; k < at + width; k++)
      if (k !== own) {
        least += Math.exp(lower[k]!);
        most += Math.exp(upper[k]!);
      }
    const chord = -1 / ((1 + least) * (1 + most));
    const middle = Math.sqrt((1 + least) * (1 + most));
    const tangent = -1 / middle ** 2;
    if (!Number.isFinite(most) || !(chord < 0) || !(tangent < 0)) {
      planes.lowerShift[i] = range.lower[i]!;
      planes.upperShift[i] = range.upper[i]!;
      continue;
    }
    let above = 1 / (1 + least) - chord * least;
    let below = 1 / middle - tangent * (middle - 1);
    for (let k = at; k < at + width; k++) {
      if (k === own) continue;
      const [low, high] = [lower[k]!, upper[k]!];
      const [start, end] = [Math.exp(low), Math.exp(high)];
      const slope = high - low > 1e-9 ? (end - start) / (high - low) : end;
      // The tangent with the slope of the chord.
      const touch = Math.log(slope);
      planes.upperSlope[k]! += chord * slope;
      planes.upperSlope[own]! -= chord * slope;
      above += chord * slope * (1 - touch);
      planes.lowerSlope[k]! += tangent * slope;
      planes.lowerSlope[own]! -= tangent * slope;
      below += tangent * Math.max(start - slope * low, end - slope * high);
    }
    planes.upperShift[i] = above;
    planes.lowerShift[i] = below;
  }
  return planes;
}
