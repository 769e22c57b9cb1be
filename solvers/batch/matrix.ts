import { maxNorm } from '../../src/core/vector.js';

/** Products with dense matrices stored by rows. */

/** Share of the largest variable that another of 0 is off by at most, after rounding, relative to accuracies asked of it. */
const ROUNDED = 1e-3;

/** `y ← y + f·M x`, M rows × columns. */
export function addTimes(M: Float64Array, x: Float64Array, f: number, y: Float64Array): void {
  const columns = x.length;
  for (let i = 0, at = 0; i < y.length; i++, at += columns) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += M[at + j]! * x[j]!;
    y[i] = y[i]! + f * sum;
  }
}

/** `x ← x + f·Mᵀ y`, M rows × columns. */
export function addTransposedTimes(M: Float64Array, y: Float64Array, f: number, x: Float64Array): void {
  const columns = x.length;
  for (let i = 0, at = 0; i < y.length; i++, at += columns) {
    const factor = f * y[i]!;
    if (factor !== 0) for (let j = 0; j < columns; j++) x[j] = x[j]! + factor * M[at + j]!;
  }
}

/** `y ← y + |M| |x|`. */
export function addSizes(M: Float64Array, x: Float64Array, y: Float64Array): void {
  const columns = x.length;
  for (let i = 0, at = 0; i < y.length; i++, at += columns) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += Math.abs(M[at + j]! * x[j]!);
    y[i] = y[i]! + sum;
  }
}

/** `x ← x + |M|ᵀ |y|`. */
export function addTransposedSizes(M: Float64Array, y: Float64Array, x: Float64Array): void {
  const columns = x.length;
  for (let i = 0, at = 0; i < y.length; i++, at += columns) {
    const factor = Math.abs(y[i]!);
    if (factor !== 0) for (let j = 0; j < columns; j++) x[j] = x[j]! + factor * Math.abs(M[at + j]!);
  }
}

/** xᵀMy. */
export function bilinear(M: Float64Array, x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0, at = 0; i < x.length; i++, at += y.length) {
    let row = 0;
    for (let j = 0; j < y.length; j++) row += M[at + j]! * y[j]!;
    sum += x[i]! * row;
  }
  return sum;
}

/** The given rows of a matrix of `columns` columns, one under the other. */
export function pick(M: Float64Array, columns: number, rows: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows.length * columns);
  for (let k = 0; k < rows.length; k++)
    out.set(M.subarray(rows[k]! * columns, (rows[k]! + 1) * columns), k * columns);
  return out;
}

/**
 * What adds up in the residuals d − Cz of rows, each for itself: |dᵢ| + |Cᵢ||z|, and that share of the largest variable, or of the `unit` of
 * variables, that rounding leaves of one that is 0. Never 0.
 */
export function rowSizes(C: Float64Array, d: Float64Array, z: Float64Array, unit: number): Float64Array {
  const n = z.length;
  const sizes = d.map(Math.abs);
  addSizes(C, z, sizes);
  const least = ROUNDED * Math.max(maxNorm(z), unit);
  return sizes.map(
    (size, i) => size + Math.max(Number.MIN_VALUE, least * maxNorm(C.subarray(i * n, (i + 1) * n))),
  );
}
