import type { Problem } from './problem.js';

/**
 * The linear part compressed by rows: block 0 is the objective, block `1 + i` row i, block `1 + m + k` sum k. Block b
 * holds `value[t] · column[t]` for `start[b] ≤ t < start[b + 1]`, in the order given.
 */
export interface LinearByRow {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

export function linearByRow({ linear, rows, sums }: Problem): LinearByRow {
  const blocks = 1 + rows.lower.length + sums.constant.length;
  const start = new Int32Array(blocks + 1);
  for (let k = 0; k < linear.row.length; k++) start[linear.row[k]! + 2]!++;
  for (let b = 0; b < blocks; b++) start[b + 1]! += start[b]!;
  const next = start.slice();
  const column = new Int32Array(linear.row.length);
  const value = new Float64Array(linear.row.length);
  for (let k = 0; k < linear.row.length; k++) {
    const place = next[linear.row[k]! + 1]!++;
    column[place] = linear.column[k]!;
    value[place] = linear.value[k]!;
  }
  return { start, column, value };
}

/** The value of block `b` at `x`. */
export function linearValue({ start, column, value }: LinearByRow, b: number, x: Float64Array): number {
  let total = 0;
  for (let k = start[b]!, end = start[b + 1]!; k < end; k++) total += value[k]! * x[column[k]!]!;
  return total;
}
