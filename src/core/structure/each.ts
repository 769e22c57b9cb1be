import { addColumns } from './dense-products.js';
import type { Piece, PieceOf, Pieces } from './piece.js';

export type Visit = (row: number, column: number, value: number) => void;

/** Positions that the pieces list one by one, blocks in full; of a symmetric matrix those of the lower triangle. */
export function positionsOf({ pieces }: Pieces): number {
  let count = 0;
  for (const piece of pieces) count += expandedCount(piece);
  return count;
}

function expandedCount(piece: Piece): number {
  if (piece.kind === 'entries') return piece.count;
  const width = piece.columns.length;
  return piece.rows === null ? (width * (width + 1)) / 2 : piece.rows.length * width;
}

/**
 * Visits every position with the value there, piece by piece, zeros included: of blocks the positions row by row, of
 * symmetric ones their lower triangle (`row ≥ column`). A position that occurs several times is visited as often.
 */
export function eachValue({ pieces }: Pieces, values: Float64Array, visit: Visit): void {
  for (const piece of pieces) {
    if (piece.kind === 'entries') {
      const { row, column, first } = piece;
      for (let k = 0; k < row.length; k++) visit(row[k]!, column[k]!, values[first + k]!);
      continue;
    }
    const { rows, columns } = piece;
    const rowAt = piece.kind === 'dense' ? storedRows(piece, values) : expandedRows(piece, values);
    for (let i = 0; i < (rows ?? columns).length; i++) {
      const numbers = rowAt(i);
      if (rows !== null) for (let j = 0; j < columns.length; j++) visit(rows[i]!, columns[j]!, numbers[j]!);
      else
        for (let j = 0; j <= i; j++) {
          const [a, b] = [columns[i]!, columns[j]!];
          if (a > b) visit(a, b, numbers[j]!);
          else visit(b, a, numbers[j]!);
        }
    }
  }
}

/** Writes the block of a `through` piece, `rows × columns` by rows or a packed lower triangle, to `out` from `at` on. */
export function expandBlock(
  piece: PieceOf<'through'>,
  values: Float64Array,
  out: Float64Array,
  at: number,
): void {
  const rowAt = expandedRows(piece, values);
  const height = (piece.rows ?? piece.columns).length;
  for (let i = 0; i < height; i++) {
    const length = piece.rows === null ? i + 1 : piece.columns.length;
    out.set(rowAt(i).subarray(0, length), at);
    at += length;
  }
}

function storedRows(
  { first, rows, columns }: PieceOf<'dense'>,
  values: Float64Array,
): (i: number) => Float64Array {
  const width = columns.length;
  return (i) =>
    rows === null
      ? values.subarray(first + (i * (i + 1)) / 2, first + ((i + 1) * (i + 2)) / 2)
      : values.subarray(first + i * width, first + (i + 1) * width);
}

/** Row i of `Z·B`, or the first `i + 1` entries of row i of `BᵀMB`; valid until the next row is asked for. */
function expandedRows(piece: PieceOf<'through'>, values: Float64Array): (i: number) => Float64Array {
  const { factor, first, rows } = piece;
  const { rank, columns: width, data } = factor;
  const out = new Float64Array(width);
  const weights = new Float64Array(rank);
  return (i) => {
    out.fill(0);
    if (rows !== null) weights.set(values.subarray(first + i * rank, first + (i + 1) * rank));
    else {
      // M times column i of B.
      weights.fill(0);
      for (let p = 0, k = first; p < rank; p++)
        for (let q = 0; q <= p; q++, k++) {
          weights[p]! += values[k]! * data[q * width + i]!;
          if (q < p) weights[q]! += values[k]! * data[p * width + i]!;
        }
    }
    addColumns(data, 0, weights, 1, out);
    return out;
  };
}
