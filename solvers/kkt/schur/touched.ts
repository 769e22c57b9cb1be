import type { Piece, Pieces } from '../../../src/core/structure/piece.js';
import type { KktShape } from '../contract.js';

/** Values at single positions: value `value[k]` of the array at (`row[k]`, `column[k]`). */
export interface Places {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly value: Int32Array;
}

/** What of a KKT matrix has to do with the blocks of a partition. */
export interface Touched {
  /** Core column → block, −1 for those that couple. */
  readonly block: Int32Array;
  /** Row → the block whose columns it has, −1 for those without. */
  readonly rowBlock: Int32Array;
  /** Places of the Jacobian in rows with a block, by rows: those of row i are `start[i] … start[i + 1])`. */
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Int32Array;
  /** Places of the Hessian in the columns of blocks: the column of a block is `row`; both may be. */
  readonly hessian: Places;
}

/**
 * Finds them. A block whose columns stand in a dense block of the Hessian, or that has to do with one known through a factor,
 * and blocks that a row or a second derivative joins in spite of the partition, lose their columns to those that couple.
 */
export function touchedBy({ core, m, jacobian, hessian }: KktShape, partition: Int32Array): Touched {
  const block = partition.slice(0, core);
  const rowBlock = new Int32Array(m).fill(-1);
  const dropped = new Set<number>();
  for (const piece of hessian.pieces) dropFromHessian(piece, block, dropped);
  for (const piece of jacobian.pieces) joinRows(piece, block, rowBlock, dropped);
  for (const piece of jacobian.pieces)
    if (piece.kind === 'through')
      for (const i of piece.rows!) if (rowBlock[i]! >= 0) dropped.add(rowBlock[i]!);
  if (dropped.size > 0) {
    for (let j = 0; j < core; j++) if (dropped.has(block[j]!)) block[j] = -1;
    for (let i = 0; i < m; i++) if (dropped.has(rowBlock[i]!)) rowBlock[i] = -1;
  }
  return { block, rowBlock, ...placesByRow(jacobian, rowBlock), hessian: placesOf(hessian, block) };
}

function dropFromHessian(piece: Piece, block: Int32Array, dropped: Set<number>): void {
  if (piece.kind === 'entries') {
    for (let k = 0; k < piece.row.length; k++) {
      const [a, b] = [block[piece.row[k]!]!, block[piece.column[k]!]!];
      if (a >= 0 && b >= 0 && a !== b) dropped.add(a).add(b);
    }
    return;
  }
  for (const j of piece.columns) if (block[j]! >= 0) dropped.add(block[j]!);
  for (const j of piece.rows ?? []) if (block[j]! >= 0) dropped.add(block[j]!);
}

function joinRows(piece: Piece, block: Int32Array, rowBlock: Int32Array, dropped: Set<number>): void {
  const join = (row: number, b: number): void => {
    if (b < 0) return;
    const known = rowBlock[row]!;
    if (known >= 0 && known !== b) dropped.add(known).add(b);
    rowBlock[row] = b;
  };
  if (piece.kind === 'entries') {
    for (let k = 0; k < piece.row.length; k++) join(piece.row[k]!, block[piece.column[k]!]!);
    return;
  }
  for (const j of piece.columns) {
    const b = block[j]!;
    if (b < 0) continue;
    if (piece.kind === 'through') dropped.add(b);
    for (const row of piece.rows!) join(row, b);
  }
}

/** The places of rows with a block. */
function placesByRow(
  { rows: m, pieces }: Pieces,
  rowBlock: Int32Array,
): Pick<Touched, 'start' | 'column' | 'value'> {
  const start = new Int32Array(m + 1);
  const each = (visit: (row: number, column: number, value: number) => void): void => {
    for (const piece of pieces) {
      if (piece.kind === 'through') continue;
      if (piece.kind === 'entries') {
        const { row, column, first } = piece;
        for (let k = 0; k < row.length; k++)
          if (rowBlock[row[k]!]! >= 0) visit(row[k]!, column[k]!, first + k);
        continue;
      }
      const { columns, first } = piece;
      piece.rows!.forEach((row, i) => {
        if (rowBlock[row]! < 0) return;
        for (let j = 0; j < columns.length; j++) visit(row, columns[j]!, first + i * columns.length + j);
      });
    }
  };
  each((row) => start[row + 1]!++);
  for (let i = 0; i < m; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const column = new Int32Array(start[m]!);
  const value = new Int32Array(start[m]!);
  each((row, j, k) => {
    column[next[row]!] = j;
    value[next[row]!++] = k;
  });
  return { start, column, value };
}

function placesOf({ pieces }: Pieces, block: Int32Array): Places {
  const found: [number, number, number][] = [];
  for (const piece of pieces) {
    if (piece.kind !== 'entries') continue;
    for (let k = 0; k < piece.row.length; k++) {
      const [i, j] = [piece.row[k]!, piece.column[k]!];
      if (block[i]! >= 0) found.push([i, j, piece.first + k]);
      else if (block[j]! >= 0) found.push([j, i, piece.first + k]);
    }
  }
  return {
    row: Int32Array.from(found, ([row]) => row),
    column: Int32Array.from(found, ([, column]) => column),
    value: Int32Array.from(found, ([, , value]) => value),
  };
}
