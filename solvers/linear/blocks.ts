import { InputError } from '../../src/core/errors.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { type Graph, graphOf } from './pattern.js';

/** Values at single positions: value `source[k]` at (`row[k]`, `column[k]`), `row ≥ column`. */
export interface Entries {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly source: Int32Array;
}

/** A dense block of the lower triangle: values from `first` on, by rows; without rows a packed symmetric one on `columns`. */
export interface Block {
  readonly first: number;
  readonly rows: Int32Array | null;
  readonly columns: Int32Array;
}

/** A symmetric matrix as the solvers take it. */
export interface Parts {
  readonly order: number;
  readonly entries: Entries;
  readonly blocks: readonly Block[];
}

/** Blocks with fewer values than this are taken as entries. */
const FEW = 16;

/** Takes a symmetric structure apart; throws where it is none, or has blocks known only through a factor. */
export function partsOf(matrix: Structure): Parts {
  const { rows: order, symmetric } = matrix;
  if (!Number.isInteger(order) || order < 0)
    throw new InputError(`linear solver: order must be a non-negative integer, got ${order}`);
  if (!symmetric) throw new InputError('linear solver: the matrix must be symmetric');
  const blocks: Block[] = [];
  const entries: { row: Int32Array; column: Int32Array; first: number }[] = [];
  for (const piece of matrix.pieces) {
    if (piece.kind === 'through')
      throw new InputError('linear solver: blocks known through a factor must be expanded or bordered first');
    if (piece.kind === 'entries') entries.push(piece);
    else if (piece.count < FEW) entries.push({ ...triplets(piece), first: piece.first });
    else blocks.push(piece);
  }
  const count = entries.reduce((sum, { row }) => sum + row.length, 0);
  const all = { row: new Int32Array(count), column: new Int32Array(count), source: new Int32Array(count) };
  let at = 0;
  for (const { row, column, first } of entries) {
    all.row.set(row, at);
    all.column.set(column, at);
    for (let k = 0; k < row.length; k++) all.source[at++] = first + k;
  }
  check(order, all, blocks);
  return { order, entries: all, blocks };
}

function triplets({ rows, columns }: Pick<Block, 'rows' | 'columns'>): {
  row: Int32Array;
  column: Int32Array;
} {
  const row: number[] = [];
  const column: number[] = [];
  (rows ?? columns).forEach((i, a) => {
    for (const j of rows === null ? columns.subarray(0, a + 1) : columns) {
      row.push(Math.max(i, j));
      column.push(Math.min(i, j));
    }
  });
  return { row: Int32Array.from(row), column: Int32Array.from(column) };
}

function check(order: number, { row, column }: Entries, blocks: readonly Block[]): void {
  if (row.length !== column.length)
    throw new InputError(`linear solver: ${row.length} row indices but ${column.length} column indices`);
  for (let k = 0; k < row.length; k++) {
    const [i, j] = [row[k]!, column[k]!];
    if (j < 0 || i >= order || i < j)
      throw new InputError(
        `linear solver: entry ${k} at (${i}, ${j}) is outside the lower triangle of order ${order}`,
      );
  }
  blocks.forEach(({ rows, columns }, b) => {
    const all = [...(rows ?? []), ...columns];
    const fits = all.every((i) => i >= 0 && i < order) && new Set(all).size === all.length;
    if (!fits)
      throw new InputError(`linear solver: block ${b} has repeated indices or some outside ${order}`);
  });
}

/**
 * The graph for choosing an order. Symmetric blocks are cliques; a block whose columns all belong to one joins its rows to
 * that clique, which they become part of as soon as one of the columns is eliminated.
 */
export function orderingGraph({ order, entries, blocks }: Parts): Graph {
  const cliques = cliquesOf(blocks);
  const spread = blocks.filter((block) => block.rows !== null && hostOf(block, cliques) === undefined);
  const graph = graphWith(order, entries, spread.map(triplets));
  const degree = graph.degree.slice();
  for (const block of blocks) {
    const { rows, columns } = block;
    if (rows === null) for (const j of columns) degree[j]! += columns.length - 1;
    else {
      const host = hostOf(block, cliques);
      if (host === undefined) continue;
      for (const i of rows) {
        host.add(i);
        degree[i]! += columns.length;
      }
      for (const j of columns) degree[j]! += rows.length;
    }
  }
  return { ...graph, degree, cliques: cliques.map((clique) => Int32Array.from(clique)) };
}

const cliquesOf = (blocks: readonly Block[]): Set<number>[] =>
  blocks.filter(({ rows }) => rows === null).map(({ columns }) => new Set(columns));

/** A clique that has all columns of a block. */
const hostOf = ({ columns }: Block, cliques: readonly Set<number>[]): Set<number> | undefined =>
  cliques.find((clique) => columns.every((j) => clique.has(j)));

/**
 * A graph without cliques that fills up like the matrix when rows are eliminated in the order of their `position`: the
 * member of a clique that goes first has edges to all others, which its elimination joins.
 */
export function fillGraph({ order, entries, blocks }: Parts, position: Int32Array): Graph {
  const earliest = (list: Int32Array): number =>
    list.reduce((first, i) => (position[i]! < position[first]! ? i : first));
  const stars: { row: Int32Array; column: Int32Array }[] = [];
  const star = (centre: number, others: Int32Array): void => {
    stars.push({ row: others, column: new Int32Array(others.length).fill(centre) });
  };
  const cliques = cliquesOf(blocks);
  for (const block of blocks) {
    const { rows, columns } = block;
    const first = earliest(columns);
    if (rows === null) star(first, columns);
    else if (hostOf(block, cliques) === undefined) stars.push(triplets(block));
    else {
      star(first, rows);
      for (const i of rows) if (position[i]! < position[first]!) star(i, columns);
    }
  }
  return graphWith(order, entries, stars);
}

function graphWith(
  order: number,
  entries: { row: Int32Array; column: Int32Array },
  more: readonly { row: Int32Array; column: Int32Array }[],
): Graph {
  if (more.length === 0) return graphOf(order, entries.row, entries.column);
  const count = more.reduce((sum, { row }) => sum + row.length, entries.row.length);
  const row = new Int32Array(count);
  const column = new Int32Array(count);
  let at = 0;
  for (const part of [entries, ...more]) {
    row.set(part.row, at);
    column.set(part.column, at);
    at += part.row.length;
  }
  return graphOf(order, row, column);
}
