import type { Pieces } from './piece.js';

/** Row and column of value `k`; column −1 where the value stands for a whole row of a `through` block, −1 both for its M. */
export function positionOf({ pieces }: Pieces, k: number): { readonly row: number; readonly column: number } {
  const piece = pieces.find(({ first, count }) => k < first + count)!;
  const own = k - piece.first;
  if (piece.kind === 'entries') return { row: piece.row[own]!, column: piece.column[own]! };
  if (piece.kind === 'through') {
    if (piece.rows === null) return { row: -1, column: -1 };
    return { row: piece.rows[Math.floor(own / piece.factor.rank)]!, column: -1 };
  }
  const { rows, columns } = piece;
  if (rows !== null)
    return { row: rows[Math.floor(own / columns.length)]!, column: columns[own % columns.length]! };
  let i = Math.floor((Math.sqrt(8 * own + 1) - 1) / 2);
  while ((i * (i + 1)) / 2 > own) i--;
  while (((i + 1) * (i + 2)) / 2 <= own) i++;
  const [a, b] = [columns[i]!, columns[own - (i * (i + 1)) / 2]!];
  return { row: Math.max(a, b), column: Math.min(a, b) };
}
