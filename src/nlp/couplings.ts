import { Int32List } from '../core/lists.js';
import type { PieceShape } from '../core/structure/piece.js';
import type { Ticker } from '../core/ticker.js';
import { gradientColumns, type Segment } from '../elements/segments.js';
import type { Sums } from '../elements/sums.js';
import type { LinearByRow } from '../problem/by-row.js';
import { Contributions, mergeContributions } from './merge.js';
import type { Most } from './most.js';

/** A segment whose terms have sums among their variables, and the target of each: 0 the objective, `1 + i` row i. */
export interface MixedSegment {
  readonly segment: Segment;
  readonly target: Int32Array;
}

/** Gradients of at least so many columns are blocks of the Jacobian, shorter ones are entries. */
const longGradient = 16;

/**
 * First derivatives of objective and rows in which auxiliary sums stand: those of their mixed terms by variables, and
 * `∂/∂s_k · ∇s_k` for each sum in a linear part or a mixed term.
 */
export class Couplings {
  /** Pieces of the Jacobian: a block for all rows that use sums of the same columns. */
  readonly blocks: readonly PieceShape[];
  /** Contributions to its entries. */
  readonly row: Int32Array;
  readonly column: Int32Array;

  readonly #sums: Sums;
  readonly #mixed: readonly MixedSegment[];
  readonly #places: readonly Int32Array[];
  readonly #constant: Float64Array;
  /** The derivatives, each by one variable or sum, first those by variables. */
  readonly #values: Float64Array;
  readonly #target: Int32Array;
  readonly #by: Int32Array;
  readonly #variables: number;
  /** Of each derivative by a sum in a row: its block, −1 for entries; the row there or the first of its contributions. */
  readonly #block: Int32Array;
  readonly #offset: Int32Array;
  #firsts: readonly number[] = [];
  #entries: Int32Array = new Int32Array(0);

  constructor(
    n: number,
    m: number,
    linear: LinearByRow,
    mixed: readonly MixedSegment[],
    sums: Sums,
    ticker: Ticker,
    most: Most,
  ) {
    this.#sums = sums;
    this.#mixed = mixed;
    const { target, column, place, coefficients } = contributionsOf(n, m, linear, mixed, sums.count, ticker);
    const order = variablesFirst(column, n);
    const position = new Int32Array(order.length);
    for (let p = 0; p < order.length; p++) position[order[p]!] = p;
    this.#values = new Float64Array(order.length);
    this.#constant = new Float64Array(order.length);
    this.#target = order.map((k) => target[k]!);
    this.#by = order.map((k) => (column[k]! < n ? column[k]! : column[k]! - n));
    this.#variables = order.reduce((count, k) => count + Number(column[k]! < n), 0);
    coefficients.forEach((value, k) => {
      this.#constant[position[place[k]!]!]! += value;
    });
    let from = coefficients.length;
    this.#places = mixed.map(({ segment: { kernel, table } }) => {
      const count = table.count * kernel.gradientSlots.length;
      from += count;
      return place.slice(from - count, from).map((k) => position[k]!);
    });

    this.#block = new Int32Array(order.length).fill(-1);
    this.#offset = new Int32Array(order.length);
    const rows = new Int32List();
    const columns = new Int32List();
    const blocks = new Map<number, { readonly number: number; readonly rows: Map<number, number> }>();
    for (let p = 0, values = 0; p < order.length; p++) {
      ticker.tick();
      const row = this.#target[p]! - 1;
      if (row < 0) continue;
      if (p < this.#variables) {
        rows.push(row);
        columns.push(this.#by[p]!);
        continue;
      }
      const k = this.#by[p]!;
      const own = sums.gradients.columns(k);
      values += own.length;
      most('jacobian', values);
      if (own.length >= longGradient) {
        const set = sums.gradients.set[k]!;
        const block = blocks.get(set) ?? { number: blocks.size, rows: new Map() };
        blocks.set(set, block);
        if (!block.rows.has(row)) block.rows.set(row, block.rows.size);
        this.#block[p] = block.number;
        this.#offset[p] = block.rows.get(row)! * own.length;
      } else {
        this.#offset[p] = rows.length;
        for (const j of own) {
          rows.push(row);
          columns.push(j);
        }
      }
    }
    this.row = rows.toArray();
    this.column = columns.toArray();
    this.blocks = Array.from(blocks, ([set, block]) => ({
      kind: 'dense',
      rows: Int32Array.from(block.rows.keys()),
      columns: sums.gradients.sets.columns(set),
    }));
  }

  /** Where the blocks begin and the contributions stand in the values of the Jacobian. */
  settle(firsts: readonly number[], entries: Int32Array): void {
    this.#firsts = firsts;
    this.#entries = entries;
  }

  /** Computes the derivatives by variables and sums where these have the values `z`. */
  evaluate(z: Float64Array): void {
    this.#values.set(this.#constant);
    for (let s = 0; s < this.#mixed.length; s++) {
      const { kernel, table, none } = this.#mixed[s]!.segment;
      kernel.gradient(z, table, none, one, this.#places[s]!, this.#values);
    }
  }

  addGradient(out: Float64Array): void {
    for (let p = 0; p < this.#values.length; p++) {
      if (this.#target[p] !== 0) continue;
      const value = this.#values[p]!;
      if (p < this.#variables) out[this.#by[p]!]! += value;
      else if (value !== 0) this.#sums.gradients.add(this.#by[p]!, value, out);
    }
  }

  /** Adds to the values of the Jacobian. */
  addJacobian(out: Float64Array): void {
    const { gradients } = this.#sums;
    const entries = this.#entries;
    for (let p = 0, entry = 0; p < this.#values.length; p++) {
      if (this.#target[p] === 0) continue;
      const value = this.#values[p]!;
      if (p < this.#variables) {
        out[entries[entry++]!]! += value;
        continue;
      }
      // What a function does not depend on may be undefined.
      if (value === 0) continue;
      const k = this.#by[p]!;
      const block = this.#block[p]!;
      const offset = this.#offset[p]!;
      const first = gradients.start[k]!;
      const length = gradients.start[k + 1]! - first;
      if (block < 0)
        for (let j = 0; j < length; j++) out[entries[offset + j]!]! += value * gradients.values[first + j]!;
      else {
        const at = this.#firsts[block]! + offset;
        for (let j = 0; j < length; j++) out[at + j]! += value * gradients.values[first + j]!;
      }
    }
  }

  /** The derivatives of `σf + λᵀg` by the sums, through other sums too. */
  adjoint(σ: number, λ: Float64Array, out: Float64Array): void {
    out.fill(0);
    for (let p = this.#variables; p < this.#values.length; p++) {
      const target = this.#target[p]!;
      const factor = target === 0 ? σ : λ[target - 1]!;
      const value = this.#values[p]!;
      if (factor !== 0 && value !== 0) out[this.#by[p]!]! += factor * value;
    }
    this.#sums.gradients.propagate(out);
  }
}

const one = Float64Array.of(1);

function variablesFirst(column: Int32Array, n: number): Int32Array {
  const order = new Int32Array(column.length);
  let at = 0;
  for (let k = 0; k < column.length; k++) if (column[k]! < n) order[at++] = k;
  for (let k = 0; k < column.length; k++) if (column[k]! >= n) order[at++] = k;
  return order;
}

/** What linear coefficients of sums (first) and mixed terms contribute to the derivatives by variables and sums. */
function contributionsOf(
  n: number,
  m: number,
  linear: LinearByRow,
  mixed: readonly MixedSegment[],
  sums: number,
  ticker: Ticker,
): { target: Int32Array; column: Int32Array; place: Int32Array; coefficients: number[] } {
  const columns = mixed.map(({ segment }) => gradientColumns(segment));
  const coefficients: number[] = [];
  for (let k = 0; k < linear.start[1 + m]!; k++)
    if (linear.column[k]! >= n) coefficients.push(linear.value[k]!);
  const all = new Contributions(columns.reduce((total, own) => total + own.length, coefficients.length));
  for (let target = 0; target <= m; target++)
    for (let k = linear.start[target]!; k < linear.start[target + 1]!; k++)
      if (linear.column[k]! >= n) all.add(target, linear.column[k]!);
  mixed.forEach(({ segment: { kernel }, target }, s) => {
    const width = kernel.gradientSlots.length;
    for (let o = 0; o < columns[s]!.length; o++) all.add(target[Math.floor(o / width)]!, columns[s]![o]!);
  });
  const { row: target, column, place } = mergeContributions(1 + m, n + sums, all, ticker);
  return { target, column, place, coefficients };
}
