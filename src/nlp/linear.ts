import type { Problem } from '../problem/problem.js';

/** The linear part, compressed by rows. */
export interface LinearPart {
  /** Triplets of the rows (objective left out), by rows. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
  /** Constant part of the objective's gradient, dense. */
  readonly gradient: Float64Array;
  /** Linear part of the objective at `x`. */
  objective(x: Float64Array): number;
  /** Overwrites `out` with the linear part of the rows at `x`. */
  values(x: Float64Array, out: Float64Array): void;
}

export function linearPart(linear: Problem['linear'], n: number, m: number): LinearPart {
  const start = new Int32Array(m + 2);
  for (const row of linear.row) start[row + 2]!++;
  for (let k = 0; k <= m; k++) start[k + 1]! += start[k]!;
  const next = start.slice();
  const column = new Int32Array(linear.row.length);
  const value = new Float64Array(linear.row.length);
  for (let k = 0; k < linear.row.length; k++) {
    const place = next[linear.row[k]! + 1]!++;
    column[place] = linear.column[k]!;
    value[place] = linear.value[k]!;
  }
  // Block 0 is the objective, block i + 1 is row i.
  const ofObjective = start[1]!;
  const gradient = new Float64Array(n);
  for (let k = 0; k < ofObjective; k++) gradient[column[k]!]! += value[k]!;
  const row = new Int32Array(linear.row.length - ofObjective);
  for (let i = 0; i < m; i++) row.fill(i, start[i + 1]! - ofObjective, start[i + 2]! - ofObjective);

  const product = (block: number, x: Float64Array): number => {
    let total = 0;
    for (let k = start[block]!, end = start[block + 1]!; k < end; k++) total += value[k]! * x[column[k]!]!;
    return total;
  };
  return {
    row,
    column: column.subarray(ofObjective),
    value: value.subarray(ofObjective),
    gradient,
    objective: (x) => product(0, x),
    values: (x, out) => {
      for (let i = 0; i < m; i++) out[i] = product(i + 1, x);
    },
  };
}
