import type { Intervals } from './interval.js';

/** Affine bounds of `max u` along rows: below one entry, above a sum. */
export interface Peaks {
  /** The entry that each maximum is at least. */
  readonly least: Int32Array;
  readonly upperSlope: Float64Array;
  readonly upperShift: Float64Array;
}

/**
 * Below: the entry with the greatest middle. Above, with L the greatest lower bound: `L + Σ max(u_j − L, 0)`, each hinge under
 * its chord, or the greatest upper bound, whichever is less at the middle.
 */
export function peaksOf({ lower, upper }: Intervals, width: number): Peaks {
  const rows = lower.length / width;
  const least = new Int32Array(rows);
  const upperSlope = new Float64Array(lower.length);
  const upperShift = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const [from, to] = [r * width, (r + 1) * width];
    let [floor, top, best] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, from];
    for (let j = from; j < to; j++) {
      floor = Math.max(floor, lower[j]!);
      top = Math.max(top, upper[j]!);
      if (lower[j]! + upper[j]! > lower[best]! + upper[best]!) best = j;
    }
    least[r] = best;
    let [shift, atMiddle] = [floor, floor];
    for (let j = from; j < to; j++) {
      const [low, high] = [lower[j]!, upper[j]!];
      if (!(high > floor)) continue;
      const slope = (high - floor) / (high - low);
      upperSlope[j] = slope;
      shift -= slope * low;
      atMiddle += (slope * (high - low)) / 2;
    }
    if (atMiddle < top && Number.isFinite(shift)) upperShift[r] = shift;
    else {
      upperSlope.fill(0, from, to);
      upperShift[r] = top;
    }
  }
  return { least, upperSlope, upperShift };
}
