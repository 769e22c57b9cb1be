import type { Piece, PieceOf, PieceShape } from './piece.js';
import { Structure } from './structure.js';

/** Which rows and columns remain, and by what their entries are multiplied. */
export interface Restriction {
  /** New index of each row and column, −1 where it is left out; a symmetric structure has the same map for both. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** How many remain. */
  readonly rows: number;
  readonly columns: number;
  /** Factors of the rows and columns that remain, by new index; null: all 1. A symmetric structure uses `columnFactor` twice. */
  readonly rowFactor: Float64Array | null;
  readonly columnFactor: Float64Array | null;
}

/** A part of a matrix: its structure, and how to come by its values. */
export interface Restricted {
  readonly structure: Structure;
  /** True where the values are those of the whole matrix. */
  readonly same: boolean;
  /** Takes the values of the part from those of the whole; where `same` nothing needs to be taken. */
  take(whole: Float64Array, out: Float64Array): void;
}

/** The part of a matrix that a restriction leaves. */
export function restrict(whole: Structure, restriction: Restriction): Restricted {
  const { rows, columns, rowFactor, columnFactor } = restriction;
  const identity = rows === whole.rows && columns === whole.columns;
  if (identity && rowFactor === null && columnFactor === null)
    return { structure: whole, same: true, take: (values, out) => out.set(values) };
  const of = whole.symmetric ? { ...restriction, rowFactor: columnFactor } : restriction;
  const parts = whole.pieces.map((piece) => partOf(piece, of));
  const structure = new Structure(
    rows,
    columns,
    whole.symmetric,
    parts.map(({ shape }) => shape),
  );
  const take = (values: Float64Array, out: Float64Array): void => {
    for (let p = 0; p < parts.length; p++) parts[p]!.take(values, out, structure.pieces[p]!.first);
  };
  return { structure, same: false, take };
}

interface Part {
  readonly shape: PieceShape;
  take(values: Float64Array, out: Float64Array, at: number): void;
}

function partOf(piece: Piece, restriction: Restriction): Part {
  if (piece.kind === 'entries') return entriesPart(piece, restriction);
  if (piece.kind === 'dense') return densePart(piece, restriction);
  return throughPart(piece, restriction);
}

function entriesPart(piece: PieceOf<'entries'>, { row, column, rowFactor, columnFactor }: Restriction): Part {
  const kept: number[] = [];
  for (let k = 0; k < piece.row.length; k++)
    if (row[piece.row[k]!]! >= 0 && column[piece.column[k]!]! >= 0) kept.push(k);
  const rows = Int32Array.from(kept, (k) => row[piece.row[k]!]!);
  const columns = Int32Array.from(kept, (k) => column[piece.column[k]!]!);
  const sources = Int32Array.from(kept, (k) => piece.first + k);
  const shape = { kind: 'entries', row: rows, column: columns } as const;
  const take = (values: Float64Array, out: Float64Array, at: number): void => {
    for (let k = 0; k < sources.length; k++) {
      let value = values[sources[k]!]!;
      if (rowFactor !== null) value *= rowFactor[rows[k]!]!;
      if (columnFactor !== null) value *= columnFactor[columns[k]!]!;
      out[at + k] = value;
    }
  };
  return { shape, take };
}

/** Places in `list` that remain, and their new indices. */
function keep(list: Int32Array, map: Int32Array): { places: Int32Array; indices: Int32Array } {
  const places = Int32Array.from([...list.keys()].filter((k) => map[list[k]!]! >= 0));
  return { places, indices: places.map((k) => map[list[k]!]!) };
}

function densePart(piece: PieceOf<'dense'>, { row, column, rowFactor, columnFactor }: Restriction): Part {
  const { places: columnPlaces, indices: columns } = keep(piece.columns, column);
  const { first } = piece;
  const width = piece.columns.length;
  if (piece.rows === null) {
    const take = (values: Float64Array, out: Float64Array, at: number): void => {
      for (let i = 0; i < columnPlaces.length; i++) {
        const from = first + (columnPlaces[i]! * (columnPlaces[i]! + 1)) / 2;
        const scale = columnFactor === null ? 1 : columnFactor[columns[i]!]!;
        for (let j = 0; j <= i; j++) {
          const value = values[from + columnPlaces[j]!]!;
          out[at++] = columnFactor === null ? value : value * scale * columnFactor[columns[j]!]!;
        }
      }
    };
    return { shape: { kind: 'dense', rows: null, columns }, take };
  }
  const { places: rowPlaces, indices: rows } = keep(piece.rows, row);
  const take = (values: Float64Array, out: Float64Array, at: number): void => {
    for (let i = 0; i < rowPlaces.length; i++) {
      const from = first + rowPlaces[i]! * width;
      const scale = rowFactor === null ? 1 : rowFactor[rows[i]!]!;
      for (let j = 0; j < columns.length; j++) {
        const value = values[from + columnPlaces[j]!]! * scale;
        out[at++] = columnFactor === null ? value : value * columnFactor[columns[j]!]!;
      }
    }
  };
  return { shape: { kind: 'dense', rows, columns }, take };
}

/** The constant factor takes up what happens to the columns; the values of `M` stay, those of `Z` are chosen by row. */
function throughPart(piece: PieceOf<'through'>, { row, column, rowFactor, columnFactor }: Restriction): Part {
  const { places, indices: columns } = keep(piece.columns, column);
  const { rank, columns: width, data } = piece.factor;
  const part = new Float64Array(rank * places.length);
  for (let q = 0, at = 0; q < rank; q++)
    for (let j = 0; j < places.length; j++)
      part[at++] = data[q * width + places[j]!]! * (columnFactor === null ? 1 : columnFactor[columns[j]!]!);
  const factor = { rank, columns: places.length, data: part };
  const { first, count } = piece;
  if (piece.rows === null)
    return {
      shape: { kind: 'through', rows: null, columns, factor },
      take: (values, out, at) => out.set(values.subarray(first, first + count), at),
    };
  const { places: rowPlaces, indices: rows } = keep(piece.rows, row);
  const take = (values: Float64Array, out: Float64Array, at: number): void => {
    for (let i = 0; i < rowPlaces.length; i++) {
      const from = first + rowPlaces[i]! * rank;
      const scale = rowFactor === null ? 1 : rowFactor[rows[i]!]!;
      for (let q = 0; q < rank; q++) out[at++] = values[from + q]! * scale;
    }
  };
  return { shape: { kind: 'through', rows, columns, factor }, take };
}
