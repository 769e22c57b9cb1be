import { type PieceShape, valuesOf } from '../core/structure/piece.js';
import { Structure } from '../core/structure/structure.js';
import type { Ticker } from '../core/ticker.js';
import { gradientColumns, type Segment, type Segments } from '../elements/segments.js';
import type { BoxUse } from './boxes.js';
import type { Couplings } from './couplings.js';
import type { Curvature } from './curvature.js';
import type { LinearPart } from './linear.js';
import { Contributions, mergeContributions } from './merge.js';
import type { Most } from './most.js';

/** The pieces of the gray boxes' uses come first, in their order, then the blocks of sums; all else is entries. */
interface Plan {
  readonly structure: Structure;
  /** Where the values begin that are not of gray boxes. */
  readonly own: number;
  /** Where the entries' values begin. */
  readonly entries: number;
}

export interface JacobianPlan extends Plan {
  /** Entries that never change: the linear part and the 1 of each `y` in `y − NN(x)`. */
  readonly constant: Float64Array;
  /** Place of each contribution, by segment. */
  readonly elements: readonly Int32Array[];
}

/** Lays out the m × n Jacobian of gray boxes, linear rows and elements. */
export function jacobianPlan(
  m: number,
  n: number,
  uses: readonly BoxUse[],
  linear: LinearPart,
  rows: readonly Segment[],
  couplings: Couplings,
  ticker: Ticker,
  most: Most,
): JacobianPlan {
  const columns = rows.map(gradientColumns);
  const blocks = [...uses.map((use) => use.jacobianPiece()), ...couplings.blocks];
  const entries =
    uses.reduce((sum, { use }) => sum + use.outputs.length, 0) +
    linear.row.length +
    couplings.row.length +
    columns.reduce((sum, own) => sum + own.length, 0);
  most(
    'jacobian',
    blocks.reduce((sum, block) => sum + valuesOf(block), entries),
  );
  const all = new Contributions(entries);
  for (const { use } of uses)
    for (let i = 0; i < use.outputs.length; i++) all.add(use.firstRow + i, use.outputs[i]!);
  for (let k = 0; k < linear.row.length; k++) all.add(linear.row[k]!, linear.column[k]!);
  rows.forEach(({ row, kernel }, s) => {
    const width = kernel.gradientSlots.length;
    const own = columns[s]!;
    for (let k = 0; k < own.length; k++) {
      ticker.tick();
      all.add(row[Math.floor(k / width)]!, own[k]!);
    }
  });
  for (let k = 0; k < couplings.row.length; k++) all.add(couplings.row[k]!, couplings.column[k]!);

  const { row, column, place } = mergeContributions(m, n, all, ticker);
  const structure = new Structure(m, n, false, [...blocks, { kind: 'entries', row, column }]);
  const { own, firsts, entries: first } = beginnings(structure, uses.length);
  const constant = new Float64Array(row.length);
  const take = cutter(place);
  for (const { use } of uses) for (const k of take(use.outputs.length)) constant[k]! += 1;
  const ofLinear = take(linear.value.length);
  for (let k = 0; k < ofLinear.length; k++) constant[ofLinear[k]!]! += linear.value[k]!;
  const elements = columns.map((places) => take(places.length).map((k) => first + k));
  couplings.settle(
    firsts,
    take(couplings.row.length).map((k) => first + k),
  );
  return { structure, own, entries: first, constant, elements };
}

export interface HessianPlan extends Plan {
  /** Place of each contribution, by segment. */
  readonly objective: readonly Int32Array[];
  readonly rows: readonly Int32Array[];
  readonly sums: readonly Int32Array[];
}

/** The place of a contribution that goes where that of the segment's first term goes. */
const asFirst = -2;

/** Slots that hold one variable in all terms. */
function sameSlots(variables: Int32Array, slots: number): Uint8Array {
  const same = new Uint8Array(slots).fill(1);
  for (let slot = 0; slot < slots; slot++)
    for (let k = slot + slots; k < variables.length && same[slot] === 1; k += slots)
      if (variables[k] !== variables[slot]) same[slot] = 0;
  return same;
}

/** How many of n variables stand in the entries. */
function metIn(n: number, ...places: readonly Int32Array[]): number {
  const met = new Uint8Array(n);
  for (const own of places) for (let k = 0; k < own.length; k++) met[own[k]!] = 1;
  return met.reduce((count, one) => count + one, 0);
}

/** Lays out the lower triangle of the n × n Hessian; elements inside a dense block add to its values. */
export function hessianPlan(
  n: number,
  uses: readonly BoxUse[],
  elements: Segments,
  curvature: Curvature,
  ticker: Ticker,
  most: Most,
): HessianPlan {
  const blocks = [...uses.map((use) => use.hessianPiece()), ...curvature.blocks];
  const size = ({ kernel, table }: Segment): number => table.count * kernel.hessianSlots.length;
  const everything = [...elements.objective, ...elements.rows, ...elements.sums];
  const total = everything.reduce((sum, own) => sum + size(own), curvature.row.length);
  most(
    'hessian',
    blocks.reduce((sum, block) => sum + valuesOf(block), total),
  );
  const inside = new DenseBlocks(n, blocks);
  const all = new Contributions(total);
  // Places in blocks at once; those among the entries follow when these are merged.
  const places = new Int32Array(total).fill(-1);
  let at = 0;
  const add = (i: number, j: number): void => {
    ticker.tick();
    places[at] = inside.place(i, j);
    if (places[at++]! < 0) all.add(Math.max(i, j), Math.min(i, j));
  };
  for (const { kernel, table } of everything) {
    const { variables, variableSlots, count } = table;
    const same = sameSlots(variables, variableSlots);
    const width = kernel.hessianSlots.length;
    const alike = kernel.hessianSlots.every(({ row, column }) => same[row] === 1 && same[column] === 1);
    for (let t = 0; t < (alike ? 1 : count); t++) {
      const base = t * variableSlots;
      for (const { row, column } of kernel.hessianSlots)
        if (t > 0 && same[row] === 1 && same[column] === 1) places[at++] = asFirst;
        else add(variables[base + row]!, variables[base + column]!);
    }
    if (!alike) continue;
    const others = (count - 1) * width;
    places.fill(asFirst, at, at + others);
    at += others;
  }
  for (let k = 0; k < curvature.row.length; k++) add(curvature.row[k]!, curvature.column[k]!);

  const { row, column, place } = mergeContributions(n, n, all, ticker);
  const met = metIn(n, row, column);
  // Half full is dense to a factorization.
  if (4 * row.length >= met * (met + 1)) most('block', met);
  const structure = new Structure(n, n, true, [...blocks, { kind: 'entries', row, column }]);
  const { own, firsts, entries } = beginnings(structure, uses.length);
  for (let k = 0, next = 0; k < total; k++) if (places[k] === -1) places[k] = entries + place[next++]!;
  let first = 0;
  for (const own of everything) {
    const width = own.kernel.hessianSlots.length;
    const end = first + size(own);
    const others = places.subarray(first + width, end);
    if (others.every((place) => place === asFirst))
      for (let done = width; done > 0 && first + done < end; done *= 2)
        places.copyWithin(first + done, first, Math.min(first + done, end - done));
    else for (let k = first + width; k < end; k++) if (places[k] === asFirst) places[k] = places[k - width]!;
    first = end;
  }
  const take = cutter(places);
  const plan = {
    structure,
    own,
    entries,
    objective: elements.objective.map((segment) => take(size(segment))),
    rows: elements.rows.map((segment) => take(size(segment))),
    sums: elements.sums.map((segment) => take(size(segment))),
  };
  curvature.settle(firsts, take(curvature.row.length));
  return plan;
}

/** Where the values begin that are not of the first `boxes` pieces: all, those of each block, and the entries. */
function beginnings(
  { pieces }: Structure,
  boxes: number,
): { own: number; firsts: number[]; entries: number } {
  const firsts = pieces.slice(boxes).map(({ first }) => first);
  return { own: firsts[0]!, firsts, entries: firsts.at(-1)! };
}

/** Finds positions inside symmetric dense blocks, whose values stand one block after the other from 0 on. */
class DenseBlocks {
  /** By column, from `start[j]` on: the blocks it belongs to and its index there. */
  readonly #start: Int32Array;
  readonly #block: Int32Array;
  readonly #index: Int32Array;
  readonly #first: number[] = [];

  constructor(n: number, blocks: readonly PieceShape[]) {
    const start = new Int32Array(n + 1);
    const dense = blocks.map((block) => (block.kind === 'dense' ? block.columns : new Int32Array(0)));
    for (const columns of dense) for (const j of columns) start[j + 1]!++;
    for (let j = 0; j < n; j++) start[j + 1]! += start[j]!;
    const next = start.slice();
    this.#start = start;
    this.#block = new Int32Array(start[n]!);
    this.#index = new Int32Array(start[n]!);
    dense.forEach((columns, b) => {
      columns.forEach((j, index) => {
        this.#block[next[j]!] = b;
        this.#index[next[j]!++] = index;
      });
    });
    let first = 0;
    for (const block of blocks) {
      this.#first.push(first);
      first += valuesOf(block);
    }
  }

  /** The value of entry (i, j) in the first block that has both; −1 where none has. */
  place(i: number, j: number): number {
    for (let p = this.#start[i]!; p < this.#start[i + 1]!; p++)
      for (let q = this.#start[j]!; q < this.#start[j + 1]!; q++)
        if (this.#block[p] === this.#block[q]) {
          const [a, b] = [this.#index[p]!, this.#index[q]!];
          const row = Math.max(a, b);
          return this.#first[this.#block[p]!]! + (row * (row + 1)) / 2 + Math.min(a, b);
        }
    return -1;
  }
}

/** Cuts a list into consecutive pieces of given lengths. */
function cutter(list: Int32Array): (length: number) => Int32Array {
  let at = 0;
  return (length) => {
    at += length;
    return list.slice(at - length, at);
  };
}
