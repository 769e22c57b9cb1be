import type { Sparsity } from '../../src/core/sparsity.js';

/**
 * A triplet pattern as runs of entries that follow each other in one row and in neighbouring columns, so that products
 * with matrices that have dense blocks need no index per entry. Run r holds entries `start[r] … start[r + 1] − 1`, the
 * first of them at (`row[r]`, `column[r]`).
 */
export interface Runs {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly column: Int32Array;
}

const known = new WeakMap<Sparsity, Runs>();

/** The runs of a pattern, found on first use. */
export function runsOf(pattern: Sparsity): Runs {
  let runs = known.get(pattern);
  if (!runs) {
    runs = findRuns(pattern);
    known.set(pattern, runs);
  }
  return runs;
}

function findRuns({ row, column }: Sparsity): Runs {
  const first: number[] = [];
  for (let k = 0; k < row.length; k++) {
    if (k === 0 || row[k] !== row[k - 1] || column[k] !== column[k - 1]! + 1) first.push(k);
  }
  return {
    start: Int32Array.from([...first, row.length]),
    row: Int32Array.from(first, (k) => row[k]!),
    column: Int32Array.from(first, (k) => column[k]!),
  };
}

/** `out ← out + factor · M x`. */
export function addProduct(
  { start, row, column }: Runs,
  values: Float64Array,
  x: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  for (let r = 0; r < row.length; r++) {
    const end = start[r + 1]!;
    let j = column[r]!;
    let sum = 0;
    for (let k = start[r]!; k < end; k++) sum += values[k]! * x[j++]!;
    out[row[r]!] = out[row[r]!]! + factor * sum;
  }
}

/** `out ← out + factor · Mᵀ y`. */
export function addTransposed(
  { start, row, column }: Runs,
  values: Float64Array,
  y: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  for (let r = 0; r < row.length; r++) {
    const end = start[r + 1]!;
    const scale = factor * y[row[r]!]!;
    let j = column[r]!;
    for (let k = start[r]!; k < end; k++, j++) out[j] = out[j]! + scale * values[k]!;
  }
}

/** `out ← out + factor · S x` for a symmetric S given by its lower triangle. */
export function addSymmetric(
  { start, row, column }: Runs,
  values: Float64Array,
  x: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  for (let r = 0; r < row.length; r++) {
    const i = row[r]!;
    const scale = factor * x[i]!;
    let end = start[r + 1]!;
    let j = column[r]!;
    let sum = 0;
    // The diagonal entry, last of its run, counts once.
    if (j + end - start[r]! - 1 === i) sum += values[--end]! * x[i]!;
    for (let k = start[r]!; k < end; k++, j++) {
      const value = values[k]!;
      sum += value * x[j]!;
      out[j] = out[j]! + scale * value;
    }
    out[i] = out[i]! + factor * sum;
  }
}
