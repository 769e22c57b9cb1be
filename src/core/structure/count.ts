import type { Piece, Pieces } from './piece.js';

/** Distinct positions, row by row: of rows with one block its columns are not looked at one by one. */
export function nonzerosOf(structure: Pieces): number {
  const { rows, columns, pieces } = structure;
  const blocks = pieces.filter((piece) => piece.kind !== 'entries').map(rowsOfBlock);
  const entries = groupByRow(structure);
  const byRow: BlockRow[][] = Array.from({ length: rows }, () => []);
  for (const block of blocks) for (const own of block) byRow[own.row]!.push(own);
  const seen = new Int32Array(columns).fill(-1);
  // Column → its place in the list looked at last, `columns` outside: rows of one block share a list.
  const place = new Int32Array(columns).fill(columns);
  let latest: Int32Array = new Int32Array(0);
  const lookAt = (list: Int32Array): void => {
    if (list === latest) return;
    for (const j of latest) place[j] = columns;
    list.forEach((j, k) => {
      place[j] = k;
    });
    latest = list;
  };
  let count = 0;
  const see = (row: number, column: number): void => {
    if (seen[column] === row) return;
    seen[column] = row;
    count++;
  };
  for (let row = 0; row < rows; row++) {
    const parts = byRow[row]!;
    const [from, to] = [entries.start[row]!, entries.start[row + 1]!];
    if (parts.length === 1) {
      const { list, length } = parts[0]!;
      count += length;
      if (from < to) lookAt(list);
      for (let k = from; k < to; k++) if (place[entries.column[k]!]! >= length) see(row, entries.column[k]!);
      continue;
    }
    for (const { list, length } of parts) for (let j = 0; j < length; j++) see(row, list[j]!);
    for (let k = from; k < to; k++) see(row, entries.column[k]!);
  }
  return count;
}

/** The part of a block in one row: the first `length` of the columns in `list`. */
interface BlockRow {
  readonly row: number;
  readonly list: Int32Array;
  readonly length: number;
}

function rowsOfBlock(piece: Piece): BlockRow[] {
  if (piece.kind === 'entries') return [];
  const { rows, columns } = piece;
  if (rows !== null) return Array.from(rows, (row) => ({ row, list: columns, length: columns.length }));
  const list = columns.slice().sort();
  return Array.from(list, (row, i) => ({ row, list, length: i + 1 }));
}

function groupByRow({ rows, pieces }: Pieces): { start: Int32Array; column: Int32Array } {
  const start = new Int32Array(rows + 1);
  for (const piece of pieces) if (piece.kind === 'entries') for (const row of piece.row) start[row + 1]!++;
  for (let row = 0; row < rows; row++) start[row + 1]! += start[row]!;
  const next = start.slice();
  const column = new Int32Array(start[rows]!);
  for (const piece of pieces)
    if (piece.kind === 'entries')
      for (let k = 0; k < piece.row.length; k++) column[next[piece.row[k]!]!++] = piece.column[k]!;
  return { start, column };
}
