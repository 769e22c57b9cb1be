import type { Budget } from '../core/budget.js';
import type { Ticker } from '../core/ticker.js';
import type { LinearByRow } from '../problem/by-row.js';
import { linearValue } from '../problem/by-row.js';
import type { Problem } from '../problem/problem.js';
import type { Segment } from './segments.js';
import { SumGradients } from './sum-gradients.js';

/** A range of terms of one segment, all for sums of one level. */
interface Run {
  readonly segment: number;
  readonly from: number;
  readonly to: number;
}

/** Values and gradients of the auxiliary sums of a problem. */
export class Sums {
  readonly count: number;
  /** The variables and behind them the values of the sums, of the point last asked for. */
  readonly z: Float64Array;
  readonly gradients: SumGradients;
  readonly #n: number;
  readonly #m: number;
  readonly #constant: Float64Array;
  readonly #linear: LinearByRow;
  readonly #segments: readonly Segment[];
  /** Place in `z` of each term's sum, by segment. */
  readonly #places: readonly Int32Array[];
  /** By level: its sums and its terms. */
  readonly #levels: { readonly sums: number[]; readonly runs: Run[] }[] = [];
  #known: 'nothing' | 'values' | 'gradients' = 'nothing';

  constructor(
    problem: Problem,
    linear: LinearByRow,
    segments: readonly Segment[],
    level: Int32Array,
    ticker: Ticker,
    budget: Budget,
  ) {
    this.#n = problem.variables.lower.length;
    this.#m = problem.rows.lower.length;
    this.#constant = problem.sums.constant;
    this.#linear = linear;
    this.#segments = segments;
    this.count = this.#constant.length;
    this.z = new Float64Array(this.#n + this.count);
    this.#places = segments.map(({ row }) => row.map((k) => this.#n + k));
    this.gradients = new SumGradients(
      this.#n,
      this.#m,
      this.count,
      linear,
      segments,
      ticker,
      budget,
      problem.name,
    );
    for (let k = 0; k < this.count; k++) this.#level(level[k]!).sums.push(k);
    segments.forEach(({ row }, segment) => {
      for (let from = 0, to = 0; from < row.length; from = to) {
        const own = level[row[from]!]!;
        while (to < row.length && level[row[to]!] === own) to++;
        this.#level(own).runs.push({ segment, from, to });
      }
    });
  }

  /** Brings `z` to `x`; returns it. */
  at(x: Float64Array): Float64Array {
    if (this.#known !== 'nothing' && this.#same(x)) return this.z;
    this.#known = 'nothing';
    const { z } = this;
    z.set(x);
    for (const { sums, runs } of this.#levels) {
      for (const k of sums)
        z[this.#n + k] = this.#constant[k]! + linearValue(this.#linear, 1 + this.#m + k, z);
      for (const { segment, from, to } of runs) {
        const { kernel, table, none } = this.#segments[segment]!;
        kernel.value(z, table, none, one, this.#places[segment]!, z, from, to);
      }
    }
    this.#known = 'values';
    return z;
  }

  /** Brings `z` and the gradients to `x`; true where they were there. */
  differentiate(x: Float64Array): boolean {
    this.at(x);
    if (this.#known === 'gradients') return true;
    this.gradients.evaluate(this.z);
    this.#known = 'gradients';
    return false;
  }

  #level(level: number): { readonly sums: number[]; readonly runs: Run[] } {
    while (this.#levels.length <= level) this.#levels.push({ sums: [], runs: [] });
    return this.#levels[level]!;
  }

  #same(x: Float64Array): boolean {
    for (let j = 0; j < this.#n; j++) if (!Object.is(x[j], this.z[j])) return false;
    return true;
  }
}

const one = Float64Array.of(1);
