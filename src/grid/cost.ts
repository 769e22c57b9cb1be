import { InputError } from '../core/errors.js';
import type { Cost } from './grid.js';

/** Slopes that fall by less than this, relative to the largest, count as rounding. */
const ROUNDING = 1e-9;

/**
 * Throws {@link InputError} where a curve cannot be a cost to minimize with λ weights: MW that do not ascend, slopes that
 * fall (not convex), cost that falls with output.
 */
export function checkCost(cost: Cost, whose: string): void {
  if (cost.kind === 'polynomial') return;
  const { points, at } = cost;
  const where = at === undefined ? '' : `${at}: `;
  if (points.length < 2) throw new InputError(`${where}${whose}: its cost curve has fewer than two points`);
  const slopes = slopesOf(points);
  const scale = Math.max(...slopes.map(Math.abs));
  for (const [k, slope] of slopes.entries()) {
    const [from, to] = [points[k]![0], points[k + 1]![0]];
    if (!(to > from))
      throw new InputError(`${where}${whose}: its cost curve does not ascend in MW (${from}, then ${to})`);
    if (slope < 0)
      throw new InputError(
        `${where}${whose}: its cost falls from ${from} to ${to} MW; a price below 0 needs a polynomial`,
      );
    if (k > 0 && slope < slopes[k - 1]! - ROUNDING * scale)
      throw new InputError(
        `${where}${whose}: its cost curve is not convex: the slope falls from ${slopes[k - 1]} to ${slope} $/MWh at ${from} MW`,
      );
  }
}

const slopesOf = (points: readonly (readonly [number, number])[]): number[] =>
  points.slice(1).map(([x, y], k) => (y - points[k]![1]) / (x - points[k]![0]));

/** $/h at an output of MW. */
export function costAt(cost: Cost, MW: number): number {
  if (cost.kind === 'polynomial') return cost.coefficients.reduceRight((sum, c) => sum * MW + c, 0);
  const k = segmentAt(cost.points, MW);
  return cost.points[k]![1] + slopeOf(cost.points, k) * (MW - cost.points[k]![0]);
}

/** $/MWh that one more MW costs. */
export function marginalCost(cost: Cost, MW: number): number {
  if (cost.kind === 'polynomial')
    return cost.coefficients.reduceRight((sum, c, k) => (k === 0 ? sum : sum * MW + k * c), 0);
  return slopeOf(cost.points, segmentAt(cost.points, MW));
}

type Points = readonly (readonly [number, number])[];

const slopeOf = (points: Points, k: number): number =>
  (points[k + 1]![1] - points[k]![1]) / (points[k + 1]![0] - points[k]![0]);

/** The segment that holds an output; the outer ones go on. */
function segmentAt(points: Points, MW: number): number {
  let k = 0;
  while (k < points.length - 2 && MW > points[k + 1]![0]) k++;
  return k;
}

/** Slopes of a polynomial are compared at so many places between limits. */
const PLACES = 32;

/** Whether the cost of one more MW does not fall between two limits; curves were checked when they were read. */
export function isConvex(cost: Cost, low: number, high: number): boolean {
  if (cost.kind === 'piecewise' || cost.coefficients.length < 3) return true;
  // Where a limit is infinite, quadratic costs still tell by their coefficient.
  if (!Number.isFinite(high - low)) return cost.coefficients[2]! >= 0;
  const slopes = Array.from({ length: PLACES + 1 }, (_, k) =>
    marginalCost(cost, low + ((high - low) * k) / PLACES),
  );
  const scale = Math.max(...slopes.map(Math.abs));
  return slopes.every((slope, k) => k === 0 || slope >= slopes[k - 1]! - ROUNDING * scale);
}

/** Whether a curve has to be extended to cover an output between two limits. */
export const misses = ({ points }: Cost & { kind: 'piecewise' }, low: number, high: number): boolean =>
  points[0]![0] > low || points.at(-1)![0] < high;

/**
 * The points of a curve that an output between `low` and `high` needs: those where the slope changes by at most
 * `flat` are left out, segments outside the range dropped, and where the curve begins above `low` or ends below `high` its
 * outer segment is extended by `room` beyond the limit (PowerModels 0.21 does so).
 */
export function curveWithin(points: Points, low: number, high: number, flat: number, room: number): Points {
  const kept = points.slice(0, 2);
  for (const point of points.slice(2)) {
    const before = slopeOf(kept, kept.length - 2);
    const next = kept.at(-1)!;
    if (Math.abs((point[1] - next[1]) / (point[0] - next[0]) - before) <= flat) kept.pop();
    kept.push(point);
  }
  let first = 0;
  while (first < kept.length - 2 && kept[first + 1]![0] <= low) first++;
  let last = kept.length - 1;
  while (last > first + 1 && kept[last - 1]![0] >= high) last--;
  const within = kept.slice(first, last + 1).map((point) => [...point] as [number, number]);
  const extend = (k: number, segment: number, x: number): [number, number] => [
    x,
    within[k]![1] + slopeOf(within, segment) * (x - within[k]![0]),
  ];
  const count = within.length;
  const begin = within[0]![0] > low ? extend(0, 0, low - room) : within[0]!;
  const end = within[count - 1]![0] < high ? extend(count - 1, count - 2, high + room) : within[count - 1]!;
  return [begin, ...within.slice(1, -1), end];
}
