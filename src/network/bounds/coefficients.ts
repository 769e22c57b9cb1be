import type { Around } from './centre.js';

/**
 * Coefficients by the value of one node: `rows` functions, each with one below and one above. `both`: these are the same,
 * and stand once; else those below come first, `[2 · rows, size]`.
 */
export interface Coefficients {
  readonly both: boolean;
  readonly data: Float64Array;
  /** Where the rows are those of the unit matrix: the first of them. */
  readonly unit?: number;
  /** They are of the distance from these middles. */
  readonly around?: Around;
  /** `data` is a view that holds until the next product or lines. */
  readonly lent?: boolean;
}

/** What a pass has gathered: coefficients of nodes to come, constants of the functions, and the size of what was added up. */
export interface Sum {
  readonly rows: number;
  readonly pending: Map<number, Coefficients>;
  readonly constant: Float64Array;
  readonly size: Float64Array;
  /** What products in f32 may have lost. */
  readonly slack: Float64Array;
  /** Whether they are used. */
  readonly coarse: boolean;
}

/** Calls with the place of each line and the function it is of: `q` below, `rows + q` above; a line of both is met twice. */
export function eachLine(
  { both, data }: Coefficients,
  rows: number,
  call: (from: number, q: number) => void,
): void {
  const count = data.length / (both ? rows : 2 * rows);
  for (let q = 0; q < 2 * rows; q++) call((both ? q % rows : q) * count, q);
}

export function book({ constant, size }: Sum, q: number, add: number): void {
  constant[q]! += add;
  size[q]! += Math.abs(add);
}

/** Lines below and above, apart. */
export function split(own: Coefficients): Coefficients {
  if (!own.both) return own;
  const data = new Float64Array(2 * own.data.length);
  data.set(own.data);
  data.set(own.data, own.data.length);
  return { ...own, both: false, data, lent: false };
}

/** With numbers of its own. */
export const kept = (own: Coefficients): Coefficients =>
  own.lent ? { ...own, data: own.data.slice(), lent: false } : own;

/** So that views of kernels may end. */
export function keepAll({ pending }: Sum): void {
  for (const [node, other] of pending) if (other.lent) pending.set(node, kept(other));
}

/** Coefficients of all `n` inputs with those of `count` from `offset` on. */
export function withInput(
  before: Coefficients | undefined,
  own: Coefficients,
  rows: number,
  [offset, count, n]: readonly [number, number, number],
): Coefficients {
  const part = before && before.both !== own.both ? split(own) : own;
  const x = before && before.both !== part.both ? split(before) : before;
  const lines = part.both ? rows : 2 * rows;
  const data = x ? Float64Array.from(x.data) : new Float64Array(lines * n);
  for (let q = 0; q < lines; q++)
    for (let i = 0; i < count; i++) data[q * n + offset + i]! += part.data[q * count + i]!;
  return { both: part.both, data };
}
