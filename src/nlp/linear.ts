import { type LinearByRow, linearValue } from '../problem/by-row.js';

/** The linear part of objective and rows. */
export interface LinearPart {
  /** Triplets of the rows by variables (sums and the objective left out), by rows. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
  /** Constant part of the objective's gradient, dense. */
  readonly gradient: Float64Array;
  /** Linear part of the objective where variables and sums have the values `z`. */
  objective(z: Float64Array): number;
  /** Overwrites `out` with the linear part of the rows. */
  values(z: Float64Array, out: Float64Array): void;
}

/** Of a problem of n variables and m rows. */
export function linearPart(linear: LinearByRow, n: number, m: number): LinearPart {
  const gradient = new Float64Array(n);
  const { start, column: columns, value: values } = linear;
  for (let k = 0; k < start[1]!; k++) if (columns[k]! < n) gradient[columns[k]!]! += values[k]!;
  let count = 0;
  for (let k = start[1]!; k < start[m + 1]!; k++) if (columns[k]! < n) count++;
  const row = new Int32Array(count);
  const column = new Int32Array(count);
  const value = new Float64Array(count);
  for (let i = 0, at = 0; i < m; i++)
    for (let k = start[i + 1]!; k < start[i + 2]!; k++) {
      if (columns[k]! >= n) continue;
      row[at] = i;
      column[at] = columns[k]!;
      value[at++] = values[k]!;
    }
  return {
    row,
    column,
    value,
    gradient,
    objective: (z) => linearValue(linear, 0, z),
    values: (z, out) => {
      for (let i = 0; i < m; i++) out[i] = linearValue(linear, i + 1, z);
    },
  };
}
