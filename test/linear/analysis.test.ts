import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approximateMinimumDegree } from '../../solvers/linear/amd.js';
import { analysed } from '../../solvers/linear/analysis.js';
import { type Block, fillGraph, orderingGraph, partsOf } from '../../solvers/linear/blocks.js';
import { singleFront } from '../../solvers/linear/dense.js';
import { columnCounts, eliminationTree, postorder } from '../../solvers/linear/etree.js';
import { type Graph, graphOf, permuteEntries } from '../../solvers/linear/pattern.js';
import { type AssemblyTree, assemblyTree, invert } from '../../solvers/linear/supernodes.js';
import { Structure } from '../../src/core/structure/structure.js';
import { structures } from '../core/structures.js';
import { borderedMatrix, boxesMatrix } from './blocks.js';
import { randomNumbers } from './matrices.js';

/** Structure of L by plain elimination on sets: column → rows below the diagonal, in permuted numbers. */
function eliminate(graph: Graph, permutation: Int32Array): Set<number>[] {
  const position = invert(permutation);
  const below: Set<number>[] = Array.from({ length: graph.order }, () => new Set());
  for (let i = 0; i < graph.order; i++) {
    for (const j of graph.index.subarray(graph.start[i]!, graph.start[i + 1]!)) {
      if (position[j]! > position[i]!) below[position[i]!]!.add(position[j]!);
    }
  }
  for (let k = 0; k < graph.order; k++) {
    const rows = [...below[k]!].sort((a, b) => a - b);
    const first = rows[0];
    if (first === undefined) continue;
    for (const i of rows.slice(1)) below[first]!.add(i);
  }
  return below;
}

const fillOf = (graph: Graph, permutation: Int32Array): number =>
  eliminate(graph, permutation).reduce((sum, rows) => sum + rows.size, 0);

function randomGraph(order: number, edges: number, seed: number): Graph {
  const random = randomNumbers(seed);
  const row: number[] = [];
  const column: number[] = [];
  for (let e = 0; e < edges; e++) {
    const i = Math.floor(random() * order);
    const j = Math.floor(random() * order);
    row.push(Math.max(i, j));
    column.push(Math.min(i, j));
  }
  return graphOf(order, Int32Array.from(row), Int32Array.from(column));
}

function grid(side: number): Graph {
  const row: number[] = [];
  const column: number[] = [];
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const k = i * side + j;
      if (j > 0) [row.push(k), column.push(k - 1)];
      if (i > 0) [row.push(k), column.push(k - side)];
    }
  }
  return graphOf(side * side, Int32Array.from(row), Int32Array.from(column));
}

const graphs = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 120 }), fc.nat({ max: 1e6 }))
  .map(([order, edges, seed]) => randomGraph(order, edges, seed));

/** Every block of a matrix as such, small ones as well, and no entry twice. */
const blocksOf = ({ pieces }: Structure): Block[] =>
  pieces.flatMap((piece) => (piece.kind === 'dense' ? [piece] : []));

const isPermutation = (p: Int32Array): void => {
  expect([...p].sort((a, b) => a - b)).toEqual([...p.keys()]);
};

/** Expects the fronts of a tree to hold all of L of a graph, each row once and in its place of the parent. */
function expectFronts(tree: AssemblyTree, graph: Graph): void {
  isPermutation(tree.permutation);
  const below = eliminate(graph, tree.permutation);
  for (let s = 0; s < tree.nodes; s++) {
    const rows = [...tree.row.subarray(tree.rowStart[s]!, tree.rowStart[s + 1]!)];
    const [from, to] = [tree.column[s]!, tree.column[s + 1]!];
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    const front = new Set(rows);
    for (let k = from; k < to; k++) for (const i of below[k]!) expect(i < to || front.has(i)).toBe(true);
    const p = tree.parent[s]!;
    if (p === -1) {
      expect(rows).toEqual([]);
      continue;
    }
    const above = [
      ...Array.from({ length: tree.column[p + 1]! - tree.column[p]! }, (_, k) => tree.column[p]! + k),
      ...tree.row.subarray(tree.rowStart[p]!, tree.rowStart[p + 1]!),
    ];
    const places = [...tree.place.subarray(tree.rowStart[s]!, tree.rowStart[s + 1]!)];
    expect(places.map((place) => above[place])).toEqual(rows);
  }
}

describe('analysis of the structure', () => {
  it('orders every row once', () => {
    fc.assert(
      fc.property(graphs, (graph) => isPermutation(approximateMinimumDegree(graph))),
      { numRuns: 300, seed: 1 },
    );
  });

  it('eliminates trees and bands without fill', () => {
    const n = 200;
    const path = graphOf(
      n,
      Int32Array.from({ length: n - 1 }, (_, k) => k + 1),
      Int32Array.from({ length: n - 1 }, (_, k) => k),
    );
    expect(fillOf(path, approximateMinimumDegree(path))).toBe(n - 1);
    const star = graphOf(
      n,
      Int32Array.from({ length: n - 1 }, (_, k) => k + 1),
      new Int32Array(n - 1),
    );
    expect(fillOf(star, approximateMinimumDegree(star))).toBe(n - 1);
  });

  it('keeps the fill of a grid far below that of its natural order', () => {
    const graph = grid(30);
    const natural = Int32Array.from({ length: 900 }, (_, k) => k);
    // About 31 n log₂ n / 4 for good orders of an n-point grid; the natural order fills the band.
    expect(fillOf(graph, approximateMinimumDegree(graph))).toBeLessThan(0.5 * fillOf(graph, natural));
  });

  it('puts dense rows last', () => {
    const n = 400;
    const row = Int32Array.from({ length: n - 1 }, (_, k) => k + 1);
    const hub = graphOf(n, row, new Int32Array(n - 1));
    expect(approximateMinimumDegree(hub, 10).at(-1)).toBe(0);
  });

  it('counts the columns of L', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = approximateMinimumDegree(graph);
        const loose = eliminationTree(graph, order, invert(order));
        const visit = postorder(loose);
        const permutation = visit.map((k) => order[k]!);
        const position = invert(permutation);
        const parent = eliminationTree(graph, permutation, position);
        const below = eliminate(graph, permutation);
        const counts = columnCounts(graph, permutation, position, parent);
        expect([...counts]).toEqual(below.map((rows) => rows.size + 1));
        expect([...parent]).toEqual(below.map((rows) => (rows.size > 0 ? Math.min(...rows) : -1)));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('builds fronts that hold all of L, each row once and in its place of the parent', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const tree = assemblyTree({ ...graph, hubs: [] }, approximateMinimumDegree(graph));
        expectFronts(tree, graph);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('builds them for dense blocks without listing their positions', () => {
    fc.assert(
      fc.property(structures(true), fc.constantFrom(0, 6, 1e6), ({ structure, values }, many) => {
        const shapes = structure.pieces.filter(({ kind }) => kind !== 'through');
        const matrix = new Structure(structure.rows, structure.rows, true, shapes);
        const { row, column } = matrix.triplets();
        const parts = { ...partsOf(matrix), blocks: blocksOf(matrix) };
        const order = approximateMinimumDegree(orderingGraph(parts));
        isPermutation(order);
        const tree = assemblyTree(fillGraph(parts, invert(order), many), order);
        expectFronts(tree, graphOf(matrix.rows, row, column));
        expect(values.length).toBe(structure.length);
      }),
      { numRuns: 400, seed: 4 },
    );
    for (const { structure } of [boxesMatrix(3, 20, 4, 1), borderedMatrix(60, 20, 2)])
      for (const many of [0, 1e6]) {
        const { row, column } = structure.triplets();
        const order = approximateMinimumDegree(orderingGraph(partsOf(structure)));
        const tree = assemblyTree(fillGraph(partsOf(structure), invert(order), many), order);
        expectFronts(tree, graphOf(structure.rows, row, column));
      }
  });

  it('merges repeated positions of the permuted triangle', () => {
    const position = Int32Array.of(2, 0, 1);
    const entries = permuteEntries(position, Int32Array.of(0, 1, 2, 2, 1), Int32Array.of(0, 0, 1, 0, 0));
    // Columns: 0 = {1 (2,1), 2 (1,0) twice}, 1 = {2 (2,0)}, 2 = {2 (0,0)}.
    expect([...entries.start]).toEqual([0, 2, 3, 4]);
    expect([...entries.row]).toEqual([1, 2, 2, 2]);
    expect([...entries.source]).toEqual([2, 1, 3, 0]);
    expect([...entries.repeated]).toEqual([4]);
    expect([...entries.target]).toEqual([1]);
    expect([...entries.tail]).toEqual([0, 2, 3]);
  });
});

describe('analyses of one structure', () => {
  const tree = (): AssemblyTree => {
    made++;
    return singleFront(4);
  };
  let made = 0;
  const lower = (at: readonly (readonly [number, number])[]) =>
    Structure.lower(
      4,
      Int32Array.from(at, ([i]) => i),
      Int32Array.from(at, ([, j]) => j),
    );
  const chain = [
    [1, 0],
    [2, 1],
    [3, 2],
  ] as const;

  it('are made once, and for every other one anew', () => {
    const first = analysed(lower(chain), tree);
    expect(analysed(lower(chain), tree)).toBe(first);
    expect(made).toBe(1);
    const others = [
      lower([...chain, [3, 0]]),
      lower([
        [1, 0],
        [2, 1],
        [3, 1],
      ]),
      lower([
        [2, 1],
        [1, 0],
        [3, 2],
      ]),
      new Structure(4, 4, true, [{ kind: 'dense', rows: null, columns: Int32Array.of(0, 1, 2, 3) }]),
    ];
    for (const other of others) expect(analysed(other, tree)).not.toBe(first);
    expect(made).toBe(5);
    // The latest few are kept.
    expect(analysed(lower(chain), tree)).not.toBe(first);
  });
});
