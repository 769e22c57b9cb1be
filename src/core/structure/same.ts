import type { Piece, Pieces } from './piece.js';

/** Whether two matrices are of one size and stated piece by piece in the same places, through the same factors. */
export const sameStructure = (a: Pieces, b: Pieces): boolean =>
  a === b ||
  (a.rows === b.rows &&
    a.columns === b.columns &&
    a.pieces.length === b.pieces.length &&
    a.pieces.every((piece, k) => samePiece(piece, b.pieces[k]!)));

function samePiece(a: Piece, b: Piece): boolean {
  if (a.kind === 'entries')
    return b.kind === 'entries' && sameList(a.row, b.row) && sameList(a.column, b.column);
  if (b.kind !== a.kind || !sameList(a.columns, b.columns)) return false;
  if (!sameList(a.rows, b.rows)) return false;
  return a.kind !== 'through' || (b.kind === 'through' && a.factor === b.factor);
}

/** Whether two lists hold the same numbers, or are both none. */
export function sameList(a: ArrayLike<number> | null, b: ArrayLike<number> | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}
