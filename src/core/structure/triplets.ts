import { eachValue, expandBlock, positionsOf } from './each.js';
import type { Pieces } from './piece.js';

/** A matrix as coordinate triplets: value `k` stands at (`row[k]`, `column[k]`); repeated positions add up. */
export interface Triplets {
  readonly length: number;
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** True where the values are the structure's own, in their order. */
  readonly direct: boolean;
  /** The values of the triplets: `values` itself where `direct`, else a buffer that the next call overwrites. */
  expand(values: Float64Array): Float64Array;
}

export function tripletsOf(structure: Pieces): Triplets {
  const length = positionsOf(structure);
  const row = new Int32Array(length);
  const column = new Int32Array(length);
  let at = 0;
  eachValue(structure, new Float64Array(structure.length), (i, j) => {
    row[at] = i;
    column[at++] = j;
  });
  if (structure.pieces.every(({ kind }) => kind !== 'through'))
    return { length, row, column, direct: true, expand: (values) => values };
  const expanded = new Float64Array(length);
  const expand = (values: Float64Array): Float64Array => {
    let to = 0;
    for (const piece of structure.pieces) {
      if (piece.kind === 'through') {
        expandBlock(piece, values, expanded, to);
        const { length: width } = piece.columns;
        to += piece.rows === null ? (width * (width + 1)) / 2 : piece.rows.length * width;
      } else {
        expanded.set(values.subarray(piece.first, piece.first + piece.count), to);
        to += piece.count;
      }
    }
    return expanded;
  };
  return { length, row, column, direct: false, expand };
}
