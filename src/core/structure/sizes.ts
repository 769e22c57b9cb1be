import type { Piece } from './piece.js';
import { addBoth, addOuter, innerOf } from './products.js';
import { runsOf } from './runs.js';

type Numbers = Float64Array;
type Block = Exclude<Piece, { kind: 'entries' }>;

/**
 * `out ← out + |P| |x|` for a piece P of a general matrix: what adds up in its product with x. Of a block known through a
 * factor a bound, `|Z| |B| |x|`.
 */
export function addSizes(piece: Piece, values: Numbers, x: Numbers, out: Numbers): void {
  if (piece.kind === 'entries') {
    const { start, row, column } = runsOf(piece);
    const { first } = piece;
    for (let r = 0; r < row.length; r++) {
      const end = first + start[r + 1]!;
      let j = column[r]!;
      let sum = 0;
      for (let k = first + start[r]!; k < end; k++) sum += Math.abs(values[k]! * x[j++]!);
      out[row[r]!]! += sum;
    }
    return;
  }
  const z = innerSizes(piece, x);
  const rows = piece.rows!;
  for (let i = 0, k = piece.first; i < rows.length; i++) {
    let sum = 0;
    for (let j = 0; j < z.length; j++) sum += Math.abs(values[k++]!) * z[j]!;
    out[rows[i]!]! += sum;
  }
}

/** `out ← out + |P|ᵀ |y|`, likewise. A row with `y = 0` adds nothing. */
export function addSizesTransposed(piece: Piece, values: Numbers, y: Numbers, out: Numbers): void {
  if (piece.kind === 'entries') {
    const { start, row, column } = runsOf(piece);
    const { first } = piece;
    for (let r = 0; r < row.length; r++) {
      const weight = Math.abs(y[row[r]!]!);
      if (weight === 0) continue;
      const end = first + start[r + 1]!;
      let j = column[r]!;
      for (let k = first + start[r]!; k < end; k++, j++) out[j]! += weight * Math.abs(values[k]!);
    }
    return;
  }
  const z = new Float64Array(piece.kind === 'dense' ? piece.columns.length : piece.factor.rank);
  const rows = piece.rows!;
  for (let i = 0; i < rows.length; i++) {
    const weight = Math.abs(y[rows[i]!]!);
    if (weight === 0) continue;
    const at = piece.first + i * z.length;
    for (let j = 0; j < z.length; j++) z[j]! += weight * Math.abs(values[at + j]!);
  }
  addOuterSizes(piece, z, out);
}

/** `out ← out + |P| |x|` for a piece P of a symmetric matrix, both triangles. */
export function addSymmetricSizes(piece: Piece, values: Numbers, x: Numbers, out: Numbers): void {
  if (piece.kind === 'entries') {
    const { row, column, first } = piece;
    for (let k = 0; k < row.length; k++) {
      const [i, j, size] = [row[k]!, column[k]!, Math.abs(values[first + k]!)];
      out[i]! += size * Math.abs(x[j]!);
      if (i !== j) out[j]! += size * Math.abs(x[i]!);
    }
    return;
  }
  if (piece.rows !== null) {
    addSizes(piece, values, x, out);
    addSizesTransposed(piece, values, x, out);
    return;
  }
  const z = innerSizes(piece, x);
  const product = new Float64Array(z.length);
  for (let i = 0, k = piece.first; i < z.length; i++)
    for (let j = 0; j <= i; j++, k++) {
      const size = Math.abs(values[k]!);
      product[i]! += size * z[j]!;
      if (j < i) product[j]! += size * z[i]!;
    }
  addOuterSizes(piece, product, out);
}

/**
 * `rows ← rows − P x`, `out ← out − Pᵀ y`, and what adds up in both to their sizes, for a piece P of a general matrix:
 * a residual and what its errors are measured by, the values read once.
 */
export function subtractBoth(
  piece: Piece,
  values: Numbers,
  x: Numbers,
  y: Numbers,
  out: Numbers,
  rows: Numbers,
  sizeOfOut: Numbers,
  sizeOfRows: Numbers,
): void {
  if (piece.kind !== 'entries') {
    addBoth(piece, values, x, y, -1, out, rows);
    addSizes(piece, values, x, sizeOfRows);
    addSizesTransposed(piece, values, y, sizeOfOut);
    return;
  }
  const { start, row, column } = runsOf(piece);
  const { first } = piece;
  for (let r = 0; r < row.length; r++) {
    const i = row[r]!;
    const weight = y[i]!;
    const end = first + start[r + 1]!;
    let j = column[r]!;
    let [sum, size] = [0, 0];
    for (let k = first + start[r]!; k < end; k++, j++) {
      const value = values[k]!;
      const across = value * x[j]!;
      const down = value * weight;
      sum += across;
      size += Math.abs(across);
      out[j]! -= down;
      sizeOfOut[j]! += Math.abs(down);
    }
    rows[i]! -= sum;
    sizeOfRows[i]! += size;
  }
}

const sizesOf = (numbers: Numbers): Numbers => numbers.map(Math.abs);

/** `|x|` of a block's columns, or `|B| |x|`. */
function innerSizes(piece: Block, x: Numbers): Numbers {
  return innerOf(withSizes(piece), sizesOf(x));
}

function addOuterSizes(piece: Block, z: Numbers, out: Numbers): void {
  addOuter(withSizes(piece), z, out);
}

const known = new WeakMap<Numbers, Numbers>();

/** The block through |B|. */
function withSizes(piece: Block): Block {
  if (piece.kind === 'dense') return piece;
  const { factor } = piece;
  const data = known.get(factor.data) ?? sizesOf(factor.data);
  known.set(factor.data, data);
  return { ...piece, factor: { ...factor, data } };
}
