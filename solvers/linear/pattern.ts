import { InputError } from '../../src/core/errors.js';

/** Undirected graph of a symmetric matrix: neighbours of `i` are `index[start[i] … start[i + 1])`, no loops. */
export interface Graph {
  readonly order: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** Throws unless the triplets describe a lower triangle of the given order. */
export function checkTriplets(order: number, row: Int32Array, column: Int32Array): void {
  if (!Number.isInteger(order) || order < 0) {
    throw new InputError(`linear solver: order must be a non-negative integer, got ${order}`);
  }
  if (row.length !== column.length) {
    throw new InputError(`linear solver: ${row.length} row indices but ${column.length} column indices`);
  }
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    if (j < 0 || i >= order || i < j) {
      throw new InputError(
        `linear solver: triplet ${k} at (${i}, ${j}) is outside the lower triangle of order ${order}`,
      );
    }
  }
}

/** The graph of the triplets, repeated positions merged. */
export function graphOf(order: number, row: Int32Array, column: Int32Array): Graph {
  const start = new Int32Array(order + 1);
  for (let k = 0; k < row.length; k++) {
    if (row[k] === column[k]) continue;
    start[row[k]! + 1]!++;
    start[column[k]! + 1]!++;
  }
  for (let i = 0; i < order; i++) start[i + 1]! += start[i]!;
  const index = new Int32Array(start[order]!);
  const next = start.slice(0, order);
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    if (i === j) continue;
    index[next[i]!++] = j;
    index[next[j]!++] = i;
  }
  const seen = new Int32Array(order).fill(-1);
  let to = 0;
  let from = 0;
  for (let i = 0; i < order; i++) {
    const end = start[i + 1]!;
    start[i] = to;
    for (; from < end; from++) {
      const j = index[from]!;
      if (seen[j] === i) continue;
      seen[j] = i;
      index[to++] = j;
    }
  }
  start[order] = to;
  return { order, start, index: index.subarray(0, to) };
}

/** Lower triangle of the permuted matrix by columns, repeated positions merged. */
export interface PermutedEntries {
  /** Column → first entry, length order + 1. */
  readonly start: Int32Array;
  /** Permuted row of each entry. */
  readonly row: Int32Array;
  /** Triplet → entry. */
  readonly ofTriplet: Int32Array;
}

/** Sorts the triplets into the permuted lower triangle; `position[i]` is the permuted place of row `i`. */
export function permuteEntries(position: Int32Array, row: Int32Array, column: Int32Array): PermutedEntries {
  const order = position.length;
  const count = row.length;
  const bucket = new Int32Array(order + 1);
  for (let k = 0; k < count; k++) {
    bucket[Math.min(position[row[k]!]!, position[column[k]!]!) + 1]!++;
  }
  for (let i = 0; i < order; i++) bucket[i + 1]! += bucket[i]!;
  const sorted = new Int32Array(count);
  const next = bucket.slice(0, order);
  for (let k = 0; k < count; k++) {
    sorted[next[Math.min(position[row[k]!]!, position[column[k]!]!)]!++] = k;
  }
  const start = new Int32Array(order + 1);
  const rows = new Int32Array(count);
  const ofTriplet = new Int32Array(count);
  const entryOfRow = new Int32Array(order).fill(-1);
  let entries = 0;
  for (let c = 0; c < order; c++) {
    start[c] = entries;
    const first = entries;
    for (let s = bucket[c]!; s < bucket[c + 1]!; s++) {
      const k = sorted[s]!;
      const i = Math.max(position[row[k]!]!, position[column[k]!]!);
      if (entryOfRow[i]! < first) {
        entryOfRow[i] = entries;
        rows[entries++] = i;
      }
      ofTriplet[k] = entryOfRow[i]!;
    }
  }
  start[order] = entries;
  return { start, row: rows.slice(0, entries), ofTriplet };
}
