/** Bounds of numbers, one pair each; infinite where nothing is known. */
export interface Intervals {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Relative widening of every bound that was rounded, far above what rounding can take away. */
export const outward = 1e-9;

export const intervals = (count: number): Intervals => ({
  lower: new Float64Array(count),
  upper: new Float64Array(count),
});

/** Puts an interval at `k`, widened by `outward` relative to `size`, the size of what was added up for it. */
export function put({ lower, upper }: Intervals, k: number, low: number, high: number, size = 0): void {
  const below = low - outward * Math.max(Math.abs(low), size);
  const above = high + outward * Math.max(Math.abs(high), size);
  lower[k] = Number.isNaN(below) ? Number.NEGATIVE_INFINITY : below;
  upper[k] = Number.isNaN(above) ? Number.POSITIVE_INFINITY : above;
}

/** `a·b`, 0 where one of them is 0 and the other infinite: a bound times a coefficient that is not there. */
export const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

/** Least and greatest product of numbers of two intervals. */
export function productOf(a: number, b: number, c: number, d: number): [low: number, high: number] {
  const [ac, ad, bc, bd] = [times(a, c), times(a, d), times(b, c), times(b, d)];
  return [Math.min(ac, ad, bc, bd), Math.max(ac, ad, bc, bd)];
}
