import { addColumns, addPacked, addRows, gather, scatter } from './dense-products.js';
import type { Piece, PieceOf } from './piece.js';
import { runsOf } from './runs.js';

type Numbers = Float64Array;

/** `out ← out + factor · P x` for a piece P of a general matrix. */
export function addProduct(piece: Piece, values: Numbers, x: Numbers, factor: number, out: Numbers): void {
  if (piece.kind === 'entries') addEntries(piece, values, x, factor, out);
  else addInner(piece, values, innerOf(piece, x), factor, out);
}

/** `out ← out + factor · Pᵀ y` for a piece P of a general matrix. */
export function addTransposed(piece: Piece, values: Numbers, y: Numbers, factor: number, out: Numbers): void {
  if (piece.kind === 'entries') {
    addEntriesTransposed(piece, values, y, factor, out);
    return;
  }
  const z = new Float64Array(widthOf(piece));
  addInnerTransposed(piece, values, y, factor, z);
  addOuter(piece, z, out);
}

/** `rows ← rows + factor · P x` and `out ← out + factor · Pᵀ y` for a piece P of a general matrix, its values read once. */
export function addBoth(
  piece: Piece,
  values: Numbers,
  x: Numbers,
  y: Numbers,
  factor: number,
  out: Numbers,
  rows: Numbers,
): void {
  if (piece.kind !== 'entries') {
    addTransposed(piece, values, y, factor, out);
    addProduct(piece, values, x, factor, rows);
    return;
  }
  const { start, row, column } = runsOf(piece);
  const { first } = piece;
  for (let r = 0; r < row.length; r++) {
    const weight = factor * y[row[r]!]!;
    const end = first + start[r + 1]!;
    let j = column[r]!;
    let sum = 0;
    // A row with multiplier 0 adds nothing to the columns, even where it is undefined.
    if (weight === 0) for (let k = first + start[r]!; k < end; k++) sum += values[k]! * x[j++]!;
    else
      for (let k = first + start[r]!; k < end; k++, j++) {
        const value = values[k]!;
        sum += value * x[j]!;
        out[j]! += weight * value;
      }
    rows[row[r]!]! += factor * sum;
  }
}

/** `out ← out + factor · P x` for a piece P of a symmetric matrix, both triangles. */
export function addSymmetric(piece: Piece, values: Numbers, x: Numbers, factor: number, out: Numbers): void {
  if (piece.kind === 'entries') {
    addEntriesSymmetric(piece, values, x, factor, out);
    return;
  }
  if (piece.rows !== null) {
    addProduct(piece, values, x, factor, out);
    addTransposed(piece, values, x, factor, out);
    return;
  }
  const z = innerOf(piece, x);
  const product = new Float64Array(z.length);
  addPacked(values, piece.first, z, factor, product);
  addOuter(piece, product, out);
}

type Block = Exclude<Piece, { kind: 'entries' }>;

/** Numbers in a row of a block's values: columns, or the rank of the factor that these are behind. */
const widthOf = (piece: Block): number => (piece.kind === 'dense' ? piece.columns.length : piece.factor.rank);

/** What the values of a block are multiplied with: the `x` of its columns, or `B x`. */
export function innerOf(piece: Block, x: Numbers): Numbers {
  const own = gather(piece.columns, x);
  if (piece.kind === 'dense') return own;
  const z = new Float64Array(piece.factor.rank);
  addRows(piece.factor.data, 0, own, 1, z);
  return z;
}

/** Adds a vector over the columns of a block, or `Bᵀ` times one over its factor's rows. */
export function addOuter(piece: Block, z: Numbers, out: Numbers): void {
  if (piece.kind === 'dense') {
    scatter(piece.columns, z, out);
    return;
  }
  const own = new Float64Array(piece.columns.length);
  addColumns(piece.factor.data, 0, z, 1, own);
  scatter(piece.columns, own, out);
}

/** `out ← out + factor · values · z` for a block with rows. */
export function addInner(piece: Block, values: Numbers, z: Numbers, factor: number, out: Numbers): void {
  const rows = new Float64Array(piece.rows!.length);
  addRows(values, piece.first, z, factor, rows);
  scatter(piece.rows!, rows, out);
}

/** `z ← z + factor · valuesᵀ · y` for a block with rows. */
export function addInnerTransposed(
  piece: Block,
  values: Numbers,
  y: Numbers,
  factor: number,
  z: Numbers,
): void {
  addColumns(values, piece.first, gather(piece.rows!, y), factor, z);
}

function addEntries(
  piece: PieceOf<'entries'>,
  values: Numbers,
  x: Numbers,
  factor: number,
  out: Numbers,
): void {
  const { start, row, column } = runsOf(piece);
  const { first } = piece;
  for (let r = 0; r < row.length; r++) {
    const end = first + start[r + 1]!;
    let j = column[r]!;
    let sum = 0;
    for (let k = first + start[r]!; k < end; k++) sum += values[k]! * x[j++]!;
    out[row[r]!]! += factor * sum;
  }
}

function addEntriesTransposed(
  piece: PieceOf<'entries'>,
  values: Numbers,
  y: Numbers,
  factor: number,
  out: Numbers,
): void {
  const { start, row, column } = runsOf(piece);
  const { first } = piece;
  for (let r = 0; r < row.length; r++) {
    const weight = factor * y[row[r]!]!;
    // A row with multiplier 0 adds nothing, even where it is undefined.
    if (weight === 0) continue;
    const end = first + start[r + 1]!;
    let j = column[r]!;
    for (let k = first + start[r]!; k < end; k++, j++) out[j]! += weight * values[k]!;
  }
}

function addEntriesSymmetric(
  piece: PieceOf<'entries'>,
  values: Numbers,
  x: Numbers,
  factor: number,
  out: Numbers,
): void {
  const { start, row, column } = runsOf(piece);
  const { first } = piece;
  for (let r = 0; r < row.length; r++) {
    const i = row[r]!;
    const weight = factor * x[i]!;
    let end = first + start[r + 1]!;
    let k = first + start[r]!;
    let j = column[r]!;
    let sum = 0;
    // The diagonal entry, last of its run, counts once.
    if (j + end - k - 1 === i) sum += values[--end]! * x[i]!;
    for (; k < end; k++, j++) {
      const value = values[k]!;
      sum += value * x[j]!;
      out[j]! += weight * value;
    }
    out[i]! += factor * sum;
  }
}

/** `out ← out + diag(P)`. */
export function addDiagonal(piece: Piece, values: Numbers, out: Numbers): void {
  if (piece.kind === 'entries') {
    const { row, column, first } = piece;
    for (let k = 0; k < row.length; k++) if (row[k] === column[k]) out[row[k]!]! += values[first + k]!;
    return;
  }
  if (piece.rows !== null) {
    const place = new Map(Array.from(piece.columns, (column, j) => [column, j]));
    piece.rows.forEach((row, i) => {
      const j = place.get(row);
      if (j !== undefined) out[row]! += blockEntry(piece, values, i, j);
    });
    return;
  }
  piece.columns.forEach((column, j) => {
    out[column]! += blockEntry(piece, values, j, j);
  });
}

/** Entry (i, j) of a block in the numbering of its own rows and columns; of a symmetric one with `j ≤ i`. */
function blockEntry(
  piece: Exclude<Piece, { kind: 'entries' }>,
  values: Numbers,
  i: number,
  j: number,
): number {
  if (piece.kind === 'dense')
    return values[
      piece.first + (piece.rows === null ? (i * (i + 1)) / 2 + j : i * piece.columns.length + j)
    ]!;
  const { rank, columns: width, data } = piece.factor;
  let sum = 0;
  if (piece.rows !== null) {
    for (let q = 0; q < rank; q++) sum += values[piece.first + i * rank + q]! * data[q * width + j]!;
    return sum;
  }
  for (let p = 0, k = piece.first; p < rank; p++)
    for (let q = 0; q <= p; q++) {
      const value = values[k++]!;
      const [pi, qj] = [data[p * width + i]!, data[q * width + j]!];
      sum += p === q ? value * pi * qj : value * (pi * qj + data[q * width + i]! * data[p * width + j]!);
    }
  return sum;
}
