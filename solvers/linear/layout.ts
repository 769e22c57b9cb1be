import type { KernelMemory } from '../../src/core/kernels.js';
import type { Block, MatrixParts } from './blocks.js';
import { type PermutedEntries, permuteEntries } from './pattern.js';
import { type AssemblyTree, placeRows } from './supernodes.js';

/** Byte addresses of the fixed arrays, in the order of the address table of `assembly/state.ts`. */
export interface MemoryLayout {
  readonly table: number;
  readonly tripletValue: number;
  readonly vectorB: number;
  readonly report: number;
  /** First byte after the fixed arrays: factors begin here. */
  readonly end: number;
  /** Fills the fixed arrays of a memory with at least `end` bytes. */
  write(memory: KernelMemory): void;
}

/** Below this address lives what the compiler places. */
const RESERVED = 4096;
const TABLE_SLOTS = 64;

/** Lays out the fixed arrays of a solver for a matrix with `values` values. */
export function layOut(
  tree: AssemblyTree,
  { entries: own, blocks }: MatrixParts,
  values: number,
): MemoryLayout {
  const n = tree.position.length;
  const entries = permuteEntries(tree.position, own.row, own.column);
  const sources = (of: Int32Array): Int32Array => of.map((k) => own.source[k]!);
  const slots: number[] = [n, tree.nodes, entries.row.length, entries.repeated.length];
  const contents: { at: number; numbers: Int32Array }[] = [];
  let end = RESERVED + TABLE_SLOTS * 4;
  const place = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 16) * 16;
    slots.push(at);
    return at;
  };
  const integers = (numbers: Int32Array): void => {
    contents.push({ at: place(numbers.length * 4), numbers });
  };
  integers(entries.start);
  integers(entries.tail);
  integers(entries.row);
  integers(placesOfEntries(tree, entries));
  place(entries.row.length * 8);
  integers(sources(entries.source));
  integers(sources(entries.repeated));
  integers(entries.target);
  const tripletValue = place(values * 8);
  place(n * 8);
  integers(tree.column);
  integers(tree.rowStart);
  integers(tree.row);
  integers(tree.place);
  integers(tree.childStart);
  integers(tree.child);
  for (let k = 0; k < 5; k++) place(tree.nodes * 4);
  integers(tree.permutation);
  const vectorB = place(n * 8);
  place(n * 8);
  place(n * 8);
  place(n * 16);
  place(n * 8);
  place(n * 8);
  const report = place(64);
  const widest = blocks.reduce(
    (most, { rows, columns }) => Math.max(most, columns.length, rows?.length ?? 0),
    0,
  );
  slots.push(values, blocks.length);
  integers(describeBlocks(tree, blocks, integers, () => slots.pop()!));
  const parts = partsOfNodes(tree, blocks);
  integers(parts.start);
  integers(parts.part);
  place(blocks.length > 0 ? n * 4 : 0);
  place(3 * (widest + 2) * 8);
  integers(tree.group);
  slots.push(end);
  contents.push({ at: RESERVED, numbers: Int32Array.from(slots, (slot) => slot | 0) });
  const write = (memory: KernelMemory): void => {
    for (const { at, numbers } of contents) new Int32Array(memory.buffer, at, numbers.length).set(numbers);
  };
  return { table: RESERVED, tripletValue, vectorB, report, end, write };
}

/** Where each entry stands in the front of its column's node. */
function placesOfEntries(tree: AssemblyTree, entries: PermutedEntries): Int32Array {
  const { column, rowStart, row } = tree;
  const places = new Int32Array(entries.row.length);
  const inFront = new Int32Array(tree.position.length);
  for (let s = 0; s < tree.nodes; s++) {
    placeRows(s, column, rowStart, row, inFront);
    const to = entries.start[column[s + 1]!]!;
    for (let k = entries.start[column[s]!]!; k < to; k++) places[k] = inFront[entries.row[k]!]!;
  }
  return places;
}

/** The places of `list`, the row that is eliminated first at the head. */
const inOrder = ({ position }: AssemblyTree, list: Int32Array): Int32Array =>
  Int32Array.from(list.keys()).sort((a, b) => position[list[a]!]! - position[list[b]!]!);

/** Seven numbers a block, as `assembly/blocks.ts` reads them: first value, sizes, addresses of positions and orders. */
function describeBlocks(
  tree: AssemblyTree,
  blocks: readonly Block[],
  place: (numbers: Int32Array) => void,
  address: () => number,
): Int32Array {
  const store = (numbers: Int32Array): number => {
    place(numbers);
    return address();
  };
  const none = new Int32Array(0);
  const described = blocks.flatMap(({ first, rows, columns }) => [
    first,
    rows?.length ?? 0,
    columns.length,
    ...[rows ?? none, columns].map((list) => store(list.map((i) => tree.position[i]!))),
    ...[rows ?? none, columns].map((list) => store(inOrder(tree, list))),
  ]);
  return Int32Array.from(described);
}

/** Which blocks have pivots of each node: block, and the ranges of its rows and columns in the order of elimination. */
function partsOfNodes(tree: AssemblyTree, blocks: readonly Block[]): { start: Int32Array; part: Int32Array } {
  const start = new Int32Array(tree.nodes + 1);
  if (blocks.length === 0) return { start, part: new Int32Array(0) };
  const nodeOf = new Int32Array(tree.position.length);
  for (let s = 0; s < tree.nodes; s++) nodeOf.fill(s, tree.column[s]!, tree.column[s + 1]!);
  const parts = blocks.flatMap(({ rows, columns }, b) => {
    const own = new Map<number, number[]>();
    for (const [side, list] of [rows ?? new Int32Array(0), columns].entries())
      inOrder(tree, list).forEach((k, rank) => {
        const node = nodeOf[tree.position[list[k]!]!]!;
        const part = own.get(node) ?? [b, 0, 0, 0, 0];
        own.set(node, part);
        const [from, to] = [1 + 2 * side, 2 + 2 * side];
        if (part[to] === part[from]) part[from] = rank;
        part[to] = rank + 1;
      });
    return [...own];
  });
  parts.sort(([s], [t]) => s - t);
  for (const [s] of parts) start[s + 1]!++;
  for (let s = 0; s < tree.nodes; s++) start[s + 1]! += start[s]!;
  return { start, part: Int32Array.from(parts.flatMap(([, part]) => part)) };
}
