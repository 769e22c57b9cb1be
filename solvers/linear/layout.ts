import type { PermutedEntries } from './pattern.js';
import { type AssemblyTree, placeRows } from './supernodes.js';

/** Byte addresses of the fixed arrays, in the order of the address table of `assembly/state.ts`. */
export interface Layout {
  readonly table: number;
  readonly tripletValue: number;
  readonly vectorB: number;
  readonly report: number;
  /** First byte after the fixed arrays: factors begin here. */
  readonly end: number;
  /** Fills the fixed arrays of a memory with at least `end` bytes. */
  write(memory: WebAssembly.Memory): void;
}

/** Below this address lives what the compiler places. */
const RESERVED = 4096;
const TABLE_SLOTS = 64;

/** Lays out a solver's fixed arrays. */
export function layOut(tree: AssemblyTree, entries: PermutedEntries): Layout {
  const n = tree.position.length;
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
  integers(entries.source);
  integers(entries.repeated);
  integers(entries.target);
  const tripletValue = place((entries.row.length + entries.repeated.length) * 8);
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
  slots.push(end);
  contents.push({ at: RESERVED, numbers: Int32Array.from(slots, (slot) => slot | 0) });
  const write = (memory: WebAssembly.Memory): void => {
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
