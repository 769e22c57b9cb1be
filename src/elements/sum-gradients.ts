import type { Budget } from '../core/budget.js';
import { Int32List } from '../core/lists.js';
import type { Ticker } from '../core/ticker.js';
import type { LinearByRow } from '../problem/by-row.js';
import { ColumnSets } from './column-sets.js';
import { gradientColumns, type Segment } from './segments.js';

/**
 * The gradients of the auxiliary sums by the variables: `∇s_k = direct part + Σ_l ∂s_k/∂s_l · ∇s_l` over the sums l that
 * stand in sum k. That of sum k is `values[start[k]]` … by the columns of `set[k]`.
 */
export class SumGradients {
  readonly set: Int32Array;
  readonly sets = new ColumnSets();
  readonly start: Int32Array;
  /** Behind the gradients the derivatives by other sums: sum k by `#used[j]` at `#first + j`, `#from[k] ≤ j < #from[k + 1]`. */
  readonly values: Float64Array;
  readonly #first: number;
  readonly #from: Int32Array;
  readonly #used: Int32Array;
  /** Where the linear part goes, from its first sum on; a gradient that is only that never changes. */
  readonly #linearPlaces: Int32Array;
  readonly #linearFrom: number;
  readonly #constant: Uint8Array;
  readonly #places: readonly Int32Array[];
  readonly #work: Float64Array;

  constructor(
    readonly n: number,
    readonly m: number,
    readonly count: number,
    readonly linear: LinearByRow,
    readonly segments: readonly Segment[],
    ticker: Ticker,
    budget: Budget,
    name: string,
  ) {
    const direct = segments.map(gradientColumns);
    const terms = termsBySum(segments, direct, count);
    this.set = new Int32Array(count);
    this.start = new Int32Array(count + 1);
    this.#from = new Int32Array(count + 1);
    this.#constant = new Uint8Array(count).fill(1);
    this.#work = new Float64Array(n);
    this.#linearFrom = linear.start[1 + m]!;
    const used = new Int32List();
    const list = new Int32List();
    for (let k = 0; k < count; k++) {
      ticker.check();
      list.length = 0;
      const seen = new Set<number>();
      const see = (column: number): void => {
        if (column < n) list.push(column);
        else seen.add(column - n);
      };
      for (let t = linear.start[1 + m + k]!; t < linear.start[2 + m + k]!; t++) see(linear.column[t]!);
      for (let t = terms.start[k]!; t < terms.start[k + 1]!; t++) see(terms.column[t]!);
      for (const set of new Set(Array.from(seen, (l) => this.set[l]!))) {
        const columns = this.sets.columns(set);
        budget.check('jacobian', list.length + columns.length, name);
        list.append(columns, 0, columns.length);
      }
      for (const l of [...seen].sort((a, b) => a - b)) used.push(l);
      if (seen.size > 0 || terms.start[k + 1]! > terms.start[k]!) this.#constant[k] = 0;
      this.#from[k + 1] = used.length;
      budget.take('jacobian', list.length, name);
      this.set[k] = this.sets.of(list.toArray());
      this.start[k + 1] = this.start[k]! + this.columns(k).length;
    }
    this.#used = used.toArray();
    this.#first = this.start[count]!;
    this.values = new Float64Array(this.#first + this.#used.length);
    this.#linearPlaces = new Int32Array(linear.column.length - this.#linearFrom);
    for (let k = 0; k < count; k++) {
      for (let t = linear.start[1 + m + k]!; t < linear.start[2 + m + k]!; t++)
        this.#linearPlaces[t - this.#linearFrom] = this.#place(k, linear.column[t]!);
      this.#addLinear(k);
    }
    this.#places = segments.map(({ row, kernel }, s) => {
      const width = kernel.gradientSlots.length;
      return direct[s]!.map((column, o) => this.#place(row[Math.floor(o / width)]!, column));
    });
  }

  /** Ascending. */
  columns(k: number): Int32Array {
    return this.sets.columns(this.set[k]!);
  }

  /** Adds `factor · ∇s_k` to `out`, a vector by variables. */
  add(k: number, factor: number, out: Float64Array): void {
    const columns = this.columns(k);
    for (let j = 0, at = this.start[k]!; j < columns.length; j++)
      out[columns[j]!]! += factor * this.values[at++]!;
  }

  /** Adds `adjoint[k] · ∂s_k/∂s_l` to `adjoint[l]` for all sums, so that it holds the derivative by each in full. */
  propagate(adjoint: Float64Array): void {
    for (let k = this.count - 1; k >= 0; k--) {
      const own = adjoint[k]!;
      if (own === 0) continue;
      for (let j = this.#from[k]!; j < this.#from[k + 1]!; j++) {
        const partial = this.values[this.#first + j]!;
        if (partial !== 0) adjoint[this.#used[j]!]! += own * partial;
      }
    }
  }

  /** Computes the gradients where variables and sums have the values `z`. */
  evaluate(z: Float64Array): void {
    const { values, segments, start } = this;
    for (let k = 0; k < this.count; k++) {
      if (this.#constant[k] === 1) continue;
      values.fill(0, start[k]!, start[k + 1]!);
      values.fill(0, this.#first + this.#from[k]!, this.#first + this.#from[k + 1]!);
      this.#addLinear(k);
    }
    for (let s = 0; s < segments.length; s++) {
      const { kernel, table, none } = segments[s]!;
      kernel.gradient(z, table, none, one, this.#places[s]!, values);
    }
    for (let k = 0; k < this.count; k++) if (this.#from[k + 1]! > this.#from[k]!) this.#addUsed(k);
  }

  #addLinear(k: number): void {
    const { start, value } = this.linear;
    for (let t = start[1 + this.m + k]!; t < start[2 + this.m + k]!; t++)
      this.values[this.#linearPlaces[t - this.#linearFrom]!]! += value[t]!;
  }

  #addUsed(k: number): void {
    const { values, start } = this;
    const work = this.#work;
    for (let j = this.#from[k]!; j < this.#from[k + 1]!; j++) {
      const partial = values[this.#first + j]!;
      // What a function does not depend on may be undefined.
      if (partial !== 0) this.add(this.#used[j]!, partial, work);
    }
    const columns = this.columns(k);
    for (let j = 0, at = start[k]!; j < columns.length; j++) {
      values[at++]! += work[columns[j]!]!;
      work[columns[j]!] = 0;
    }
  }

  /** Where the derivative of sum k by a column stands in `values`. */
  #place(k: number, column: number): number {
    if (column < this.n) return this.start[k]! + search(this.columns(k), column, 0, this.columns(k).length);
    return this.#first + search(this.#used, column - this.n, this.#from[k]!, this.#from[k + 1]!);
  }
}

const one = Float64Array.of(1);

/** The place of `wanted` in `list`, ascending between `from` and `to`, where it occurs. */
function search(list: Int32Array, wanted: number, from: number, to: number): number {
  let [low, high] = [from, to - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The columns that the terms of each sum depend on. */
function termsBySum(
  segments: readonly Segment[],
  direct: readonly Int32Array[],
  count: number,
): { start: Int32Array; column: Int32Array } {
  const start = new Int32Array(count + 1);
  for (const { row, kernel } of segments)
    for (let t = 0; t < row.length; t++) start[row[t]! + 1]! += kernel.gradientSlots.length;
  for (let k = 0; k < count; k++) start[k + 1]! += start[k]!;
  const next = start.slice();
  const column = new Int32Array(start[count]!);
  segments.forEach(({ row, kernel }, s) => {
    const width = kernel.gradientSlots.length;
    for (let t = 0, o = 0; t < row.length; t++)
      for (let i = 0; i < width; i++) column[next[row[t]!]!++] = direct[s]![o++]!;
  });
  return { start, column };
}
