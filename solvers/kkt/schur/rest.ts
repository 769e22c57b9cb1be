import type { PieceShape, Pieces } from '../../../src/core/structure/piece.js';
import { restrict } from '../../../src/core/structure/restrict.js';
import { Structure } from '../../../src/core/structure/structure.js';
import type { KktShape } from '../contract.js';
import type { Block } from './block.js';

/** Rows that are nearly full in some columns, and stand apart from other entries. */
export interface Dense {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** What is left of a core system once blocks are eliminated. */
export interface Rest {
  readonly shape: KktShape;
  /** Its columns and rows in the whole. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  /** By block: where its Schur complement begins in the values of the Hessian and of the Jacobian. */
  readonly firstOfH: readonly number[];
  readonly firstOfJ: readonly number[];
  /** Copies what it has of the whole's values. */
  takeH(whole: Float64Array, out: Float64Array): void;
  takeJ(whole: Float64Array, out: Float64Array): void;
}

export function restOf(shape: KktShape, blocks: readonly Block[], dense: readonly Dense[]): Rest {
  const columnAt = numbered(
    shape.core,
    blocks.map(({ columns }) => columns),
  );
  const rowAt = numbered(
    shape.m,
    blocks.map(({ rows }) => rows),
  );
  const moved = (list: Int32Array, to: Int32Array): Int32Array => list.map((i) => to[i]!);
  const H = partOf(
    shape.hessian,
    columnAt,
    columnAt,
    [],
    blocks.map(
      ({ coupling }): PieceShape => ({ kind: 'dense', rows: null, columns: moved(coupling, columnAt.at) }),
    ),
  );
  const J = partOf(
    shape.jacobian,
    rowAt,
    columnAt,
    dense,
    blocks.map(
      ({ coupling, others }): PieceShape => ({
        kind: 'dense',
        rows: moved(others, rowAt.at),
        columns: moved(coupling, columnAt.at),
      }),
    ),
  );
  return {
    shape: {
      n: columnAt.kept.length,
      core: columnAt.kept.length,
      m: rowAt.kept.length,
      jacobian: J.structure,
      hessian: H.structure,
      attachedRow: new Int32Array(0),
      attachedSign: new Float64Array(0),
    },
    columns: columnAt.kept,
    rows: rowAt.kept,
    firstOfH: H.firsts,
    firstOfJ: J.firsts,
    takeH: H.take,
    takeJ: J.take,
  };
}

interface Numbered {
  /** Old index → new one, −1 where it is gone. */
  readonly at: Int32Array;
  readonly kept: Int32Array;
}

function numbered(size: number, gone: readonly Int32Array[]): Numbered {
  const at = new Int32Array(size);
  for (const list of gone) for (const k of list) at[k] = -1;
  const kept: number[] = [];
  for (let k = 0; k < size; k++) if (at[k] === 0) at[k] = kept.push(k) - 1;
  return { at, kept: Int32Array.from(kept) };
}

interface Part {
  readonly structure: Structure;
  /** Where the pieces that are `added` begin. */
  readonly firsts: readonly number[];
  take(whole: Float64Array, out: Float64Array): void;
}

/** Some rows and columns of a matrix: its blocks, then its entries, then those of them that are `dense`, then what is `added`. */
function partOf(
  whole: Structure,
  row: Numbered,
  column: Numbered,
  dense: readonly Dense[],
  added: readonly PieceShape[],
): Part {
  const size = { rows: row.kept.length, columns: column.kept.length };
  const blocks = whole.pieces.flatMap((piece) => {
    if (piece.kind === 'entries') return [];
    const alone = new Structure(whole.rows, whole.columns, whole.symmetric, [piece]);
    const own = restrict(alone, {
      ...size,
      row: row.at,
      column: column.at,
      rowFactor: null,
      columnFactor: null,
    });
    const [shape] = own.structure.pieces;
    return [
      { shape: shape!, first: piece.first, count: piece.count, take: own.take, length: own.structure.length },
    ];
  });
  const ofBlocks = blocks.reduce((sum, { length }) => sum + length, 0);
  const entries = entriesOf(whole, row.at, column.at, dense, ofBlocks);
  const pieces: PieceShape[] = [
    ...blocks.map(({ shape }) => shape),
    { kind: 'entries', row: entries.row, column: entries.column },
    ...dense.map(
      ({ rows, columns }): PieceShape => ({
        kind: 'dense',
        rows: rows.map((i) => row.at[i]!),
        columns: columns.map((j) => column.at[j]!),
      }),
    ),
    ...added,
  ];
  const structure = new Structure(size.rows, size.columns, whole.symmetric, pieces);
  const { source, target, denseFrom, denseTo } = entries;
  const take = (values: Float64Array, out: Float64Array): void => {
    let at = 0;
    for (const block of blocks) {
      block.take(
        values.subarray(block.first, block.first + block.count),
        out.subarray(at, at + block.length),
      );
      at += block.length;
    }
    out.fill(0, denseFrom, denseTo);
    for (let k = 0; k < source.length; k++) out[target[k]!] = values[source[k]!]!;
    for (let k = 0; k < entries.denseSource.length; k++)
      out[entries.denseTarget[k]!]! += values[entries.denseSource[k]!]!;
  };
  return {
    structure,
    firsts: structure.pieces.slice(pieces.length - added.length).map(({ first }) => first),
    take,
  };
}

interface TakenEntries {
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** Single entries: from where, and to where. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** The same for those that add up in dense blocks, whose values stand between these. */
  readonly denseSource: Int32Array;
  readonly denseTarget: Int32Array;
  readonly denseFrom: number;
  readonly denseTo: number;
}

function entriesOf(
  { pieces }: Pieces,
  rowAt: Int32Array,
  columnAt: Int32Array,
  dense: readonly Dense[],
  before: number,
): TakenEntries {
  const single: number[] = [];
  const inDense: number[] = [];
  const rows: number[] = [];
  const columns: number[] = [];
  const place = placesIn(dense);
  for (const piece of pieces) {
    if (piece.kind !== 'entries') continue;
    for (let k = 0; k < piece.row.length; k++) {
      const [i, j] = [piece.row[k]!, piece.column[k]!];
      if (rowAt[i]! < 0 || columnAt[j]! < 0) continue;
      const at = place(i, j);
      if (at >= 0) inDense.push(piece.first + k, at);
      else {
        single.push(piece.first + k);
        rows.push(rowAt[i]!);
        columns.push(columnAt[j]!);
      }
    }
  }
  const denseFrom = before + single.length;
  const every = (offset: number): Int32Array =>
    Int32Array.from({ length: inDense.length / 2 }, (_, k) => inDense[2 * k + offset]!);
  return {
    row: Int32Array.from(rows),
    column: Int32Array.from(columns),
    source: Int32Array.from(single),
    target: Int32Array.from(single, (_, k) => before + k),
    denseSource: every(0),
    denseTarget: every(1).map((at) => denseFrom + at),
    denseFrom,
    denseTo: denseFrom + dense.reduce((sum, own) => sum + own.rows.length * own.columns.length, 0),
  };
}

/** Index of a place among the values of dense blocks, −1 outside. A row belongs to one block at most. */
function placesIn(dense: readonly Dense[]): (row: number, column: number) => number {
  const ofRow = new Map<number, { readonly first: number; readonly at: ReadonlyMap<number, number> }>();
  let first = 0;
  for (const { rows, columns } of dense) {
    const at = new Map(Array.from(columns, (j, k) => [j, k]));
    for (const i of rows) {
      ofRow.set(i, { first, at });
      first += columns.length;
    }
  }
  return (row, column) => {
    const own = ofRow.get(row);
    const k = own?.at.get(column);
    return own === undefined || k === undefined ? -1 : own.first + k;
  };
}
