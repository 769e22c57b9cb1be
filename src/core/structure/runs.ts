/**
 * Triplets as runs of entries that follow each other in one row and in neighbouring columns, so that products with
 * rows that are nearly full need no index per entry. Run r holds entries `start[r] … start[r + 1] − 1`, the first of
 * them at (`row[r]`, `column[r]`).
 */
export interface Runs {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly column: Int32Array;
}

interface Entries {
  readonly row: Int32Array;
  readonly column: Int32Array;
}

const known = new WeakMap<Int32Array, Runs>();

/** The runs of some triplets, found on first use. */
export function runsOf({ row, column }: Entries): Runs {
  let runs = known.get(row);
  if (!runs) {
    const first: number[] = [];
    for (let k = 0; k < row.length; k++)
      if (k === 0 || row[k] !== row[k - 1] || column[k] !== column[k - 1]! + 1) first.push(k);
    runs = {
      start: Int32Array.from([...first, row.length]),
      row: Int32Array.from(first, (k) => row[k]!),
      column: Int32Array.from(first, (k) => column[k]!),
    };
    known.set(row, runs);
  }
  return runs;
}
