import { Structure } from '../../src/core/structure/structure.js';

/**
 * The KKT matrix of `min f(x) + Σ (s⁺ + s⁻)` with rows `x − s⁺ + s⁻` and one dense row: a dense block of `n`, chains of leaves at
 * each of its unknowns.
 */
export function chained(n: number) {
  const range = (from: number, length: number) => Int32Array.from({ length }, (_, k) => from + k);
  const order = 4 * n + 1;
  const [row, column, entry]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < n; i++)
    for (const [k, value] of [1, -1, 1].entries()) {
      row.push(3 * n + i);
      column.push(k * n + i);
      entry.push(value);
    }
  const pieces = [
    { kind: 'dense', rows: null, columns: range(0, n) },
    { kind: 'dense', rows: Int32Array.of(4 * n), columns: range(0, n) },
    { kind: 'entries', row: Int32Array.from(row), column: Int32Array.from(column) },
    { kind: 'entries', row: range(0, order), column: range(0, order) },
  ] as const;
  const matrix = new Structure(order, order, true, pieces);
  const values = new Float64Array(matrix.length);
  const [H, dense, , diagonal] = matrix.pieces;
  for (let k = 0; k < H!.count; k++) values[k] = 1e-2 * Math.sin(3 * k);
  for (let k = 0; k < n; k++) values[dense!.first + k] = Math.cos(k);
  values.set(entry, matrix.pieces[2]!.first);
  for (let k = 0; k < order; k++)
    values[diagonal!.first + k] = k < n ? 5 : k === 4 * n ? -0.5 : k >= 3 * n ? 0 : Math.exp(Math.sin(k) * 8);
  return { matrix, values };
}
