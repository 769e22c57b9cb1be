import { Structure } from '../../../src/core/structure/structure.js';
import type { LinearSolver, OpenLinearSolver } from '../../linear/contract.js';
import type { KktShape } from '../contract.js';
import type { Block, BlockValues } from './block.js';
import type { Touched } from './touched.js';

/** Right-hand sides solved for at once. */
const AT_ONCE = 32;

/** A block of any structure, which takes all its rows along: factored as a sparse matrix of its own, inertia included. */
export class GeneralBlock implements Block {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly coupling: Int32Array;
  readonly others = new Int32Array(0);
  negative = 0;
  readonly #core: number;
  readonly #linear: LinearSolver;
  readonly #values: Float64Array;
  /** Entries of the block: values of H (up to `split`) or J; the diagonal follows. */
  readonly #inside: { readonly value: Int32Array; readonly split: number };
  /** Entries of B: index into `coupling`, place in the block, value of H (up to `split`) or J. */
  readonly #B: {
    readonly c: Int32Array;
    readonly at: Int32Array;
    readonly value: Int32Array;
    readonly split: number;
  };
  readonly #numbers: Float64Array;
  readonly #own: Float64Array;

  constructor(
    shape: KktShape,
    touched: Touched,
    own: number,
    open: OpenLinearSolver,
    options: Readonly<Record<string, unknown>>,
  ) {
    const { core } = shape;
    const { block, rowBlock, start, column, value } = touched;
    this.#core = core;
    this.columns = Int32Array.from([...block.keys()].filter((j) => block[j] === own));
    this.rows = Int32Array.from([...rowBlock.keys()].filter((i) => rowBlock[i] === own));
    const n = this.columns.length;
    const order = n + this.rows.length;
    const columnAt = new Int32Array(core).fill(-1);
    this.columns.forEach((j, k) => {
      columnAt[j] = k;
    });
    // Places inside the block, and between it and what couples: H first.
    const inside: [number, number, number][] = [];
    const places: [number, number, number][] = [];
    const couples = new Set<number>();
    const ofHessian = touched.hessian;
    for (let k = 0; k < ofHessian.row.length; k++) {
      const [a, j, v] = [columnAt[ofHessian.row[k]!]!, ofHessian.column[k]!, ofHessian.value[k]!];
      if (a < 0) continue;
      const b = columnAt[j]!;
      if (b >= 0) inside.push([Math.max(a, b), Math.min(a, b), v]);
      else places.push([j, a, v]);
    }
    const [insideH, split] = [inside.length, places.length];
    this.rows.forEach((i, k) => {
      for (let p = start[i]!; p < start[i + 1]!; p++) {
        const j = column[p]!;
        if (columnAt[j]! >= 0) inside.push([n + k, columnAt[j]!, value[p]!]);
        else places.push([j, n + k, value[p]!]);
      }
    });
    for (const [j] of places) couples.add(j);
    const diagonal = Array.from({ length: order }, (_, k) => k);
    const list = (side: 0 | 1): Int32Array => Int32Array.from([...inside.map((at) => at[side]), ...diagonal]);
    this.#inside = { value: Int32Array.from(inside, ([, , v]) => v), split: insideH };
    this.#values = new Float64Array(inside.length + order);
    this.#linear = open(Structure.lower(order, list(0), list(1)), options);
    this.coupling = Int32Array.from(couples).sort();
    const inCoupling = new Map(Array.from(this.coupling, (j, c) => [j, c]));
    this.#B = {
      c: Int32Array.from(places, ([j]) => inCoupling.get(j)!),
      at: Int32Array.from(places, ([, at]) => at),
      value: Int32Array.from(places, ([, , v]) => v),
      split,
    };
    this.#numbers = new Float64Array(places.length);
    this.#own = new Float64Array(order);
  }

  get kernels(): readonly string[] {
    return this.#linear.statistics.kernels;
  }

  get bytes(): number {
    return this.#linear.statistics.bytes;
  }

  factor({ H, J, D, E }: BlockValues): boolean {
    const [n, order] = [this.columns.length, this.#own.length];
    const { value, split } = this.#B;
    const inside = this.#inside.value;
    for (let k = 0; k < inside.length; k++) this.#values[k] = (k < this.#inside.split ? H : J)[inside[k]!]!;
    const diagonal = this.#values.subarray(inside.length);
    for (let k = 0; k < n; k++) diagonal[k] = D[this.columns[k]!]!;
    for (let k = n; k < order; k++) diagonal[k] = -E[this.rows[k - n]!]!;
    for (let k = 0; k < value.length; k++) this.#numbers[k] = (k < split ? H : J)[value[k]!]!;
    const { negative, zero } = this.#linear.factor(this.#values);
    this.negative = negative;
    return zero === 0;
  }

  writeComplement(H: Float64Array): void {
    const order = this.#own.length;
    const width = this.coupling.length;
    const { c, at } = this.#B;
    const numbers = this.#numbers;
    H.fill(0);
    for (let from = 0; from < width; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, width - from);
      const X = new Float64Array(count * order);
      for (let k = 0; k < c.length; k++) {
        const own = c[k]! - from;
        if (own >= 0 && own < count) X[own * order + at[k]!]! += numbers[k]!;
      }
      this.#linear.solve(X, count);
      // Row i of −B (block)⁻¹ Bᵀ, its entries up to the diagonal.
      for (let k = 0; k < c.length; k++) {
        const i = c[k]!;
        const end = Math.min(count, i - from + 1);
        for (let own = 0; own < end; own++)
          H[(i * (i + 1)) / 2 + from + own]! -= numbers[k]! * X[own * order + at[k]!]!;
      }
    }
  }

  #take(b: Float64Array): Float64Array {
    const n = this.columns.length;
    for (let k = 0; k < n; k++) this.#own[k] = b[this.columns[k]!]!;
    for (let k = 0; k < this.rows.length; k++) this.#own[n + k] = b[this.#core + this.rows[k]!]!;
    return this.#own;
  }

  reduce(b: Float64Array): void {
    const own = this.#take(b);
    const { c, at } = this.#B;
    this.#linear.solve(own);
    for (let k = 0; k < c.length; k++) b[this.coupling[c[k]!]!]! -= this.#numbers[k]! * own[at[k]!]!;
  }

  expand(b: Float64Array): void {
    const own = this.#take(b);
    const n = this.columns.length;
    const { c, at } = this.#B;
    for (let k = 0; k < c.length; k++) own[at[k]!]! -= this.#numbers[k]! * b[this.coupling[c[k]!]!]!;
    this.#linear.solve(own);
    for (let k = 0; k < n; k++) b[this.columns[k]!] = own[k]!;
    for (let k = 0; k < this.rows.length; k++) b[this.#core + this.rows[k]!] = own[n + k]!;
  }

  increaseQuality(): boolean {
    return this.#linear.increaseQuality();
  }

  dispose(): void {
    this.#linear.dispose();
  }
}
