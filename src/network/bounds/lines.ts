import type { Bends, Curve } from './curve.js';
import type { Intervals } from './interval.js';
import { put } from './interval.js';

/** Straight lines below and above a function over an interval: `lowerSlope·u + lowerShift ≤ φ(u) ≤ upperSlope·u + upperShift`. */
export interface Lines {
  readonly lowerSlope: Float64Array;
  readonly lowerShift: Float64Array;
  readonly upperSlope: Float64Array;
  readonly upperShift: Float64Array;
}

/** A function of one sign, so that what is said of bounds above holds below too. */
interface Side {
  readonly value: (u: number) => number;
  readonly slope: (u: number) => number;
  readonly first: Bends['first'];
}

const sideOf = ({ value, slope }: Curve, { first }: Bends, sign: 1 | -1): Side =>
  sign === 1
    ? { value, slope, first }
    : {
        value: (u) => -value(u),
        slope: (u) => -slope(u),
        first: first === 'convex' ? 'concave' : 'convex',
      };

/** The range of `φ` over each interval. */
export function rangesOf(curve: Curve, u: Intervals, out: Intervals): void {
  for (let k = 0; k < out.lower.length; k++) {
    const [low, high] = rangeOf(curve, u.lower[k]!, u.upper[k]!);
    // What is left of a cancellation inside φ is small against its argument.
    put(out, k, low, high, 1e-5 * Math.min(Math.max(Math.abs(u.lower[k]!), Math.abs(u.upper[k]!)), 1e300));
  }
}

function rangeOf(curve: Curve, low: number, high: number): readonly [number, number] {
  if (!(Number.isFinite(low) && Number.isFinite(high))) return curve.overall;
  const bends = curve.bends(low, high);
  if (bends === undefined) return curve.jump?.(low, high) ?? curve.overall;
  if (curve.kinks) {
    const values = verticesOf(curve.kinks, low, high).map(curve.value);
    return [Math.min(...values), Math.max(...values)];
  }
  const cuts = inside(bends.cuts, low, high);
  const above = most(sideOf(curve, bends, 1), cuts, bends.cuts, low, high, 0);
  const below = most(sideOf(curve, bends, -1), cuts, bends.cuts, low, high, 0);
  return [-below, above];
}

const verticesOf = (kinks: readonly number[], low: number, high: number): number[] => [
  low,
  ...inside(kinks, low, high),
  high,
];
const inside = (cuts: readonly number[], low: number, high: number): number[] =>
  cuts.filter((cut) => cut > low && cut < high);

/** The piece of `cuts` in which a function begins at `low`. */
const firstAt = ({ first }: Side, cuts: readonly number[], low: number): Bends['first'] => {
  const passed = cuts.filter((cut) => cut <= low).length;
  return passed % 2 === 0 ? first : first === 'convex' ? 'concave' : 'convex';
};

/** At least `max φ(u) − slope·u` over `[low, high]`: at ends of convex pieces, at tangents of concave ones. */
function most(
  side: Side,
  cuts: readonly number[],
  all: readonly number[],
  low: number,
  high: number,
  slope: number,
): number {
  let largest = Math.max(side.value(low) - slope * low, side.value(high) - slope * high);
  let concave = firstAt(side, all, low) === 'concave';
  let from = low;
  for (let k = 0; k <= cuts.length; k++) {
    const to = cuts[k] ?? high;
    if (to !== high) largest = Math.max(largest, side.value(to) - slope * to);
    if (concave) largest = Math.max(largest, topOf(side, from, to, slope));
    concave = !concave;
    from = to;
  }
  return largest;
}

/** At least `max φ(u) − slope·u` over a concave piece: the tangent near where `φ′ = slope` bounds it. */
function topOf({ value, slope: at }: Side, from: number, to: number, slope: number): number {
  if (at(from) <= slope || at(to) >= slope) return Number.NEGATIVE_INFINITY;
  let [low, high] = [from, to];
  for (let k = 0; k < bisections; k++) {
    const middle = (low + high) / 2;
    if (at(middle) > slope) low = middle;
    else high = middle;
  }
  const gap = Math.abs(at(low) - slope) * (to - from);
  return value(low) - slope * low + (Number.isFinite(gap) ? gap : Number.POSITIVE_INFINITY);
}
const bisections = 40;

/** Lines for each interval; where there are none, the range. */
export function linesOf(curve: Curve, u: Intervals, range: Intervals): Lines {
  const count = u.lower.length;
  const made = (): Float64Array => new Float64Array(count);
  const lines = { lowerSlope: made(), lowerShift: made(), upperSlope: made(), upperShift: made() };
  for (let k = 0; k < count; k++) {
    const [low, high] = [u.lower[k]!, u.upper[k]!];
    const usable = Number.isFinite(low) && Number.isFinite(high);
    const bends = usable && high > low ? curve.bends(low, high) : undefined;
    const below = bends && lineAbove(curve, bends, -1, low, high);
    const above = bends && lineAbove(curve, bends, 1, low, high);
    const flat = (value: number): readonly [number, number] => [0, value];
    const finite = (line: readonly [number, number] | undefined) =>
      line && Number.isFinite(line[0]) && Number.isFinite(line[1]) ? line : undefined;
    const [slope, shift] = finite(above) ?? flat(range.upper[k]!);
    lines.upperSlope[k] = slope;
    lines.upperShift[k] = shift;
    const [down, drop] = finite(below) ?? flat(-range.lower[k]!);
    lines.lowerSlope[k] = -down;
    lines.lowerShift[k] = -drop;
  }
  return lines;
}

/**
 * The line above `sign·φ` that is lowest at the middle of the interval: it touches the concave hull there. Slope and shift.
 */
function lineAbove(
  curve: Curve,
  bends: Bends,
  sign: 1 | -1,
  low: number,
  high: number,
): readonly [slope: number, shift: number] {
  const side = sideOf(curve, bends, sign);
  const middle = low + (high - low) / 2;
  if (curve.kinks) return hullAt(verticesOf(curve.kinks, low, high), side.value, middle);
  const cuts = inside(bends.cuts, low, high);
  const first = firstAt(side, bends.cuts, low);
  if (cuts.length === 0) return first === 'concave' ? tangent(side, middle) : chord(side, low, high);
  if (cuts.length === 1)
    return first === 'convex'
      ? overBend(side, low, cuts[0]!, high, middle)
      : overBend(side, high, cuts[0]!, low, middle);
  const samples = Array.from({ length: 65 }, (_, k) => low + ((high - low) * k) / 64);
  const [slope] = hullAt(samples, side.value, middle);
  return [slope, most(side, cuts, bends.cuts, low, high, slope)];
}

const tangent = ({ value, slope }: Side, at: number): readonly [number, number] => {
  const s = slope(at);
  return [s, value(at) - s * at];
};

function chord({ value }: Side, low: number, high: number): readonly [number, number] {
  const [below, above] = [value(low), value(high)];
  const slope = (above - below) / (high - low);
  return [slope, Math.max(below - slope * low, above - slope * high)];
}

/**
 * Above a function that is convex from `start` to `cut` and concave from there to `end` (either may be the left): the hull
 * is the line from `start` that touches the concave part, and that part behind the touching point.
 */
function overBend(
  side: Side,
  start: number,
  cut: number,
  end: number,
  middle: number,
): readonly [number, number] {
  const { value, slope } = side;
  const base = value(start);
  /** How far the tangent at `d` passes above `start`, as far as it is behind. */
  const over = (d: number): number => base + slope(d) * (d - start) - value(d);
  const touches = (d: number): boolean => over(d) <= 0;
  if (!touches(end)) return start < end ? chord(side, start, end) : chord(side, end, start);
  let [near, far] = [cut, end];
  for (let k = 0; k < 30; k++) {
    const d = (near + far) / 2;
    if (touches(d)) far = d;
    else near = d;
  }
  if (start < end ? middle >= far : middle <= far) return tangent(side, middle);
  const s = slope(far);
  return [s, Math.max(base - s * start, value(far) - s * far)];
}

/** The line over the points of a function that is lowest at `middle`. */
function hullAt(
  points: readonly number[],
  value: (u: number) => number,
  middle: number,
): readonly [number, number] {
  const values = points.map(value);
  let best = [0, Number.NEGATIVE_INFINITY];
  let height = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < points.length; i++)
    for (let j = points.length - 1; j > i; j--) {
      if (points[i]! > middle || points[j]! < middle) continue;
      const slope = (values[j]! - values[i]!) / (points[j]! - points[i]!);
      const at = values[i]! + slope * (middle - points[i]!);
      if (at <= height) continue;
      height = at;
      best = [slope, values[i]! - slope * points[i]!];
    }
  const slope = best[0]!;
  return [slope, points.reduce((shift, u, k) => Math.max(shift, values[k]! - slope * u), best[1]!)];
}
