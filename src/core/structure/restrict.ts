import { type Factor, type Piece, type PieceOf, type PieceShape, triangle } from './piece.js';
import { sameList } from './same.js';
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
  /** The reverse: writes the values of the part where they belong in the whole, and leaves others as they are. */
  putBack(part: Float64Array, whole: Float64Array): void;
}

/** The latest part of each matrix: a problem that is solved again is mostly restricted as before. */
const latest = new WeakMap<Structure, { readonly by: Restriction; readonly part: Restricted }>();

/** The part of a matrix that a restriction leaves. */
export function restrict(whole: Structure, restriction: Restriction): Restricted {
  const before = latest.get(whole);
  if (before && sameRestriction(before.by, restriction)) return before.part;
  const part = restricted(whole, restriction);
  latest.set(whole, { by: restriction, part });
  return part;
}

function sameRestriction(a: Restriction, b: Restriction): boolean {
  return (
    a.rows === b.rows &&
    a.columns === b.columns &&
    sameList(a.row, b.row) &&
    sameList(a.column, b.column) &&
    sameList(a.rowFactor, b.rowFactor) &&
    sameList(a.columnFactor, b.columnFactor)
  );
}

function restricted(whole: Structure, restriction: Restriction): Restricted {
  const { rows, columns, rowFactor, columnFactor } = restriction;
  const identity = rows === whole.rows && columns === whole.columns;
  if (identity && rowFactor === null && columnFactor === null) {
    const copy = (from: Float64Array, to: Float64Array): void => to.set(from);
    return { structure: whole, same: true, take: copy, putBack: (part, values) => copy(part, values) };
  }
  const of = whole.symmetric ? { ...restriction, rowFactor: columnFactor } : restriction;
  const parts = whole.pieces.map((piece) => partOf(piece, of));
  const structure = new Structure(
    rows,
    columns,
    whole.symmetric,
    parts.map(({ shape }) => shape),
  );
  const walk = (visit: Walk): void => {
    for (let p = 0; p < parts.length; p++) parts[p]!.walk(structure.pieces[p]!.first, visit);
  };
  return {
    structure,
    same: false,
    take: (values, out) => {
      for (let p = 0; p < parts.length; p++) parts[p]!.take(structure.pieces[p]!.first, values, out);
    },
    putBack: (part, values) => walk((own, k, factor) => (values[k] = part[own]! / factor)),
  };
}

/** Value `own` of the part is value `whole` of the whole times `factor`. */
type Walk = (own: number, whole: number, factor: number) => void;

interface Part {
  readonly shape: PieceShape;
  /** Visits the values of the part, which begin at `at`. */
  walk(at: number, visit: Walk): void;
  /** Takes the values of the part, which begin at `at`, without a call for each. */
  take(at: number, whole: Float64Array, out: Float64Array): void;
}

function partOf(piece: Piece, restriction: Restriction): Part {
  if (piece.kind === 'entries') return entriesPart(piece, restriction);
  if (piece.kind === 'dense') return densePart(piece, restriction);
  return throughPart(piece, restriction);
}

function entriesPart(piece: PieceOf<'entries'>, { row, column, rowFactor, columnFactor }: Restriction): Part {
  let count = 0;
  for (let k = 0; k < piece.row.length; k++)
    if (row[piece.row[k]!]! >= 0 && column[piece.column[k]!]! >= 0) count++;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  const sources = new Int32Array(count);
  for (let k = 0, own = 0; k < piece.row.length; k++) {
    const [i, j] = [row[piece.row[k]!]!, column[piece.column[k]!]!];
    if (i < 0 || j < 0) continue;
    rows[own] = i;
    columns[own] = j;
    sources[own++] = piece.first + k;
  }
  const walk = (at: number, visit: Walk): void => {
    for (let k = 0; k < sources.length; k++)
      visit(at + k, sources[k]!, of(rowFactor, rows[k]!) * of(columnFactor, columns[k]!));
  };
  const factors = rowFactor === null && columnFactor === null ? null : new Float64Array(count);
  if (factors)
    for (let k = 0; k < count; k++) factors[k] = of(rowFactor, rows[k]!) * of(columnFactor, columns[k]!);
  const take = (at: number, whole: Float64Array, out: Float64Array): void => {
    if (factors === null) for (let k = 0; k < sources.length; k++) out[at + k] = whole[sources[k]!]!;
    else for (let k = 0; k < sources.length; k++) out[at + k] = whole[sources[k]!]! * factors[k]!;
  };
  return { shape: { kind: 'entries', row: rows, column: columns }, walk, take };
}

const of = (factors: Float64Array | null, k: number): number => (factors === null ? 1 : factors[k]!);

/** Places in `list` that remain, and their new indices. */
function keep(list: Int32Array, map: Int32Array): Chosen {
  const places = Int32Array.from([...list.keys()].filter((k) => map[list[k]!]! >= 0));
  return { places, indices: places.map((k) => map[list[k]!]!) };
}

function densePart(piece: PieceOf<'dense'>, { row, column, rowFactor, columnFactor }: Restriction): Part {
  const { places, indices: columns } = keep(piece.columns, column);
  const { first } = piece;
  /** One row: `length` places of the values from `from` on, times `factor` and the columns' factors. */
  const takeRow = (
    at: number,
    whole: Float64Array,
    from: number,
    factor: number,
    length: number,
    out: Float64Array,
  ): number => {
    if (columnFactor === null)
      for (let j = 0; j < length; j++) out[at++] = whole[from + places[j]!]! * factor;
    else
      for (let j = 0; j < length; j++)
        out[at++] = whole[from + places[j]!]! * (factor * columnFactor[columns[j]!]!);
    return at;
  };
  if (piece.rows === null) {
    const take = (at: number, whole: Float64Array, out: Float64Array): void => {
      for (let i = 0; i < places.length; i++)
        at = takeRow(at, whole, first + triangle(places[i]!), of(columnFactor, columns[i]!), i + 1, out);
    };
    const walk = (at: number, visit: Walk): void => {
      for (let i = 0; i < places.length; i++) {
        const from = first + triangle(places[i]!);
        const factor = of(columnFactor, columns[i]!);
        for (let j = 0; j <= i; j++) visit(at++, from + places[j]!, factor * of(columnFactor, columns[j]!));
      }
    };
    return { shape: { kind: 'dense', rows: null, columns }, walk, take };
  }
  const { places: rowPlaces, indices: rows } = keep(piece.rows, row);
  const width = piece.columns.length;
  const walk = (at: number, visit: Walk): void => {
    for (let i = 0; i < rows.length; i++) {
      const from = first + rowPlaces[i]! * width;
      const factor = of(rowFactor, rows[i]!);
      for (let j = 0; j < places.length; j++)
        visit(at++, from + places[j]!, factor * of(columnFactor, columns[j]!));
    }
  };
  const take = (at: number, whole: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < rowPlaces.length; i++)
      at = takeRow(at, whole, first + rowPlaces[i]! * width, of(rowFactor, rows[i]!), places.length, out);
  };
  return { shape: { kind: 'dense', rows, columns }, walk, take };
}

/** The constant factor takes up what happens to the columns; the values of `M` stay, those of `Z` are chosen by row. */
function throughPart(piece: PieceOf<'through'>, restriction: Restriction): Part {
  const { row, column, rowFactor } = restriction;
  const chosen = keep(piece.columns, column);
  const columns = chosen.indices;
  const factor = factorPart(piece.factor, chosen, restriction);
  const { first, count } = piece;
  const { rank } = factor;
  if (piece.rows === null) {
    const walk = (at: number, visit: Walk): void => {
      for (let k = 0; k < count; k++) visit(at + k, first + k, 1);
    };
    const take = (at: number, whole: Float64Array, out: Float64Array): void =>
      out.set(whole.subarray(first, first + count), at);
    return { shape: { kind: 'through', rows: null, columns, factor }, walk, take };
  }
  const { places: rowPlaces, indices: rows } = keep(piece.rows, row);
  const walk = (at: number, visit: Walk): void => {
    for (let i = 0; i < rows.length; i++)
      for (let q = 0; q < rank; q++) visit(at++, first + rowPlaces[i]! * rank + q, of(rowFactor, rows[i]!));
  };
  const take = (at: number, whole: Float64Array, out: Float64Array): void =>
    walk(at, (own, k, factor) => {
      out[own] = whole[k]! * factor;
    });
  return { shape: { kind: 'through', rows, columns, factor }, walk, take };
}

/** Parts of factors by what they were restricted to, so that blocks through one factor still share it afterwards. */
const parts = new WeakMap<Factor, { chosen: Chosen; scales: Float64Array | null; part: Factor }[]>();

/** Places in a list of columns that remain, and their new indices. */
interface Chosen {
  readonly places: Int32Array;
  readonly indices: Int32Array;
}

function factorPart(whole: Factor, chosen: Chosen, { columnFactor: scales }: Restriction): Factor {
  const { places, indices: columns } = chosen;
  const { rank, columns: width, data } = whole;
  if (places.length === width && scales === null) return whole;
  const known = parts.get(whole) ?? [];
  parts.set(whole, known);
  const found = known.find(
    (own) =>
      own.scales === scales && sameList(own.chosen.places, places) && sameList(own.chosen.indices, columns),
  );
  if (found) return found.part;
  const part = { rank, columns: places.length, data: new Float64Array(rank * places.length) };
  for (let q = 0, at = 0; q < rank; q++)
    for (let j = 0; j < places.length; j++)
      part.data[at++] = data[q * width + places[j]!]! * of(scales, columns[j]!);
  known.push({ chosen, scales, part });
  return part;
}
