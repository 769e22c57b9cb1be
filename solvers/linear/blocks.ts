import { InputError } from '../../src/core/errors.js';
import { triangle } from '../../src/core/structure/piece.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { denseDegree } from './amd.js';
import { type FillGraph, type Graph, graphOf, type Hub } from './pattern.js';

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
export interface MatrixParts {
  readonly order: number;
  readonly entries: Entries;
  readonly blocks: readonly Block[];
}

/** Blocks with fewer values than this are taken as entries. */
const FEW = 16;

/** Takes a symmetric structure apart; throws where it is none, or has blocks known only through a factor. */
export function partsOf(matrix: Structure): MatrixParts {
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
    else if (piece.count < FEW) entries.push({ ...positionsOf(piece), first: piece.first });
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

/** The positions of a block in the lower triangle, in the order of its values. */
function positionsOf({ rows, columns }: Pick<Block, 'rows' | 'columns'>): Edges {
  const count = rows === null ? triangle(columns.length) : rows.length * columns.length;
  const row = new Int32Array(count);
  const column = new Int32Array(count);
  let at = 0;
  (rows ?? columns).forEach((i, a) => {
    const end = rows === null ? a + 1 : columns.length;
    for (let b = 0; b < end; b++) {
      row[at] = Math.max(i, columns[b]!);
      column[at++] = Math.min(i, columns[b]!);
    }
  });
  return { row, column };
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
 * that clique, which they become part of as soon as one of the columns is eliminated. Rows that are ordered last in any
 * case have no edges to blocks.
 */
export function orderingGraph({ order, entries, blocks }: MatrixParts): Graph {
  const cliques = cliquesOf(blocks);
  const degree = graphOf(order, entries.row, entries.column).degree.slice();
  const spread: Block[] = [];
  for (const block of blocks) {
    const { rows, columns } = block;
    for (const j of columns) degree[j]! += rows?.length ?? columns.length - 1;
    if (rows === null) continue;
    for (const i of rows) degree[i]! += columns.length;
    const host = hostOf(block, cliques);
    if (host === undefined) spread.push(block);
    else for (const i of rows) host.add(i);
  }
  const dense = denseDegree(order);
  const sparse = (list: Int32Array): Int32Array => list.filter((i) => degree[i]! <= dense);
  const edges = spread.map(({ rows, columns }) => edgesOf(sparse(rows!), sparse(columns)));
  return {
    ...graphWith(order, entries, edges),
    degree,
    cliques: cliques.map((clique) => sparse(Int32Array.from(clique))),
  };
}

const cliquesOf = (blocks: readonly Block[]): Set<number>[] =>
  blocks.filter(({ rows }) => rows === null).map(({ columns }) => new Set(columns));

/** A clique that has all columns of a block. */
const hostOf = ({ columns }: Block, cliques: readonly Set<number>[]): Set<number> | undefined =>
  cliques.find((clique) => columns.every((j) => clique.has(j)));

interface Edges {
  readonly row: Int32Array;
  readonly column: Int32Array;
}

function edgesOf(rows: Int32Array, columns: Int32Array): Edges {
  const row = new Int32Array(rows.length * columns.length);
  const column = new Int32Array(row.length);
  for (let i = 0, at = 0; i < rows.length; i++) {
    row.fill(rows[i]!, at, at + columns.length);
    column.set(columns, at);
    at += columns.length;
  }
  return { row, column };
}

/**
 * A graph without cliques that fills up like the matrix when rows are eliminated in the order of their `position`: the
 * member of a clique that goes first has edges to all others, which its elimination joins; and the shorter side of a large
 * block is a hub: of one with more than `many` positions.
 */
export function fillGraph(
  { order, entries, blocks }: MatrixParts,
  position: Int32Array,
  many = 4096,
): FillGraph {
  const earliest = (list: Int32Array): number =>
    list.reduce((first, i) => (position[i]! < position[first]! ? i : first));
  const edges: Edges[] = [];
  const hubs: Hub[] = [];
  const star = (centre: number, others: Int32Array): void => {
    edges.push({ row: others, column: new Int32Array(others.length).fill(centre) });
  };
  const cliques = cliquesOf(blocks);
  for (const block of blocks) {
    const { rows, columns } = block;
    const first = earliest(columns);
    if (rows === null) star(first, columns);
    else if (hostOf(block, cliques) !== undefined) {
      star(first, rows);
      for (const i of rows) if (position[i]! < position[first]!) star(i, columns);
    } else if (rows.length * columns.length <= many) edges.push(edgesOf(rows, columns));
    else {
      const [hub, others] = rows.length < columns.length ? [rows, columns] : [columns, rows];
      const representative = earliest(hub);
      star(representative, hub);
      star(representative, others);
      hubs.push({ representative, members: hub });
    }
  }
  return { ...graphWith(order, entries, edges), hubs };
}

function graphWith(order: number, entries: Edges, more: readonly Edges[]): Graph {
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
