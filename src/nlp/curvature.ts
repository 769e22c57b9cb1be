import { Int32List } from '../core/lists.js';
import { type PieceShape, triangle } from '../core/structure/piece.js';
import type { Ticker } from '../core/ticker.js';
import { OuterProducts } from '../elements/outer.js';
import type { Sums } from '../elements/sums.js';
import type { MixedSegment } from './couplings.js';
import { Cover } from './cover.js';
import { Contributions, mergeContributions } from './merge.js';
import type { Most } from './most.js';

/** Products of at least so many columns, of which this part meets, can be blocks of the Hessian; others are entries. */
const fewColumns = 32;
const fullness = 0.3;
/** A product of fewer of a block's columns is added column by column. */
const indexed = 0.6;

/** `u vᵀ + v uᵀ` of one sum, `v = ∇s_k`. */
interface Product {
  readonly sum: number;
  /** Where u and v may be nonzero, and both together. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly both: Int32Array;
  /** Whether `u = ½c·v`. */
  readonly square: boolean;
  /** The block that it adds to, or else the first of its contributions to entries. */
  readonly block: number;
  readonly offset: number;
}

const isFull = ({ left, right, both }: Product): boolean =>
  both.length >= fewColumns && left.length * right.length >= fullness * both.length ** 2;

/** How many terms it has. */
const positionsOf = ({ left, right, square }: Product): number =>
  square ? triangle(left.length) : left.length * right.length;

/** Appends the positions of its terms, as {@link Curvature} adds them. */
function addPositions({ left, right, square }: Product, rows: Int32List, columns: Int32List): void {
  for (let i = 0; i < left.length; i++)
    for (let j = 0; j < (square ? i + 1 : right.length); j++) {
      rows.push(Math.max(left[i]!, right[j]!));
      columns.push(Math.min(left[i]!, right[j]!));
    }
}

/**
 * Second derivatives of `σf + λᵀg` through auxiliary sums. With the second derivatives `c` of all mixed terms by variables
 * and sums, sum k adds `u vᵀ + v uᵀ` to the Hessian by variables: `v = ∇s_k`,
 * `u = Σ_j c_kj e_j + Σ_{l<k} c_kl ∇s_l + ½c_kk ∇s_k`.
 */
export class Curvature {
  /** Symmetric blocks of the Hessian. */
  readonly blocks: readonly PieceShape[];
  /** Contributions to its entries. */
  readonly row: Int32Array;
  readonly column: Int32Array;

  readonly #mixed: readonly MixedSegment[];
  readonly #places: readonly Int32Array[];
  /** c by two variables first, then by each sum k (from `#start[k]` on) and what stands in `#other`. */
  readonly #values: Float64Array;
  readonly #start: Int32Array;
  readonly #other: Int32Array;
  readonly #products: readonly Product[];
  readonly #cover: Cover;
  readonly #outer: readonly OuterProducts[];
  /** Vectors by variables, 0 between uses. */
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  /** The same on the columns of a block or product. */
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  #firsts: readonly number[] = [];
  #entries: Int32Array = new Int32Array(0);

  constructor(
    readonly n: number,
    mixed: readonly MixedSegment[],
    readonly sums: Sums,
    ticker: Ticker,
    most: Most,
  ) {
    this.#mixed = mixed;
    const { row, column, place } = contributionsOf(mixed, n + sums.count, ticker, most);
    const { list, start } = bySum(row, n, sums.count);
    const position = new Int32Array(list.length);
    for (let p = 0; p < list.length; p++) position[list[p]!] = p;
    this.#values = new Float64Array(list.length);
    this.#start = start;
    this.#other = list.map((k) => column[k]!);
    let from = 0;
    this.#places = mixed.map(({ segment: { kernel, table } }) => {
      const count = table.count * kernel.hessianSlots.length;
      from += count;
      return place.slice(from - count, from).map((k) => position[k]!);
    });

    const wanted: Product[] = [];
    for (let k = 0, columns = 0; k < sums.count; k++) {
      ticker.tick();
      if (start[k + 1] === start[k]) continue;
      const product = this.#product(k, most);
      most('hessian', isFull(product) ? triangle(product.both.length) : positionsOf(product));
      if (isFull(product)) most('block', product.both.length);
      columns += product.left.length + product.right.length;
      most('hessian', columns);
      wanted.push(product);
    }
    this.#cover = new Cover(wanted.filter(isFull).map(({ both }) => both));
    const rows = new Int32List();
    const columns = new Int32List();
    for (let p = 0; p < start[0]!; p++) {
      rows.push(row[list[p]!]!);
      columns.push(column[list[p]!]!);
    }
    this.#products = wanted.map((product) => {
      ticker.check();
      const block = isFull(product) ? this.#cover.blockOf(product.both) : -1;
      if (block >= 0) return { ...product, block };
      const offset = rows.length;
      most('hessian', offset + positionsOf(product));
      addPositions(product, rows, columns);
      return { ...product, offset };
    });
    this.row = rows.toArray();
    this.column = columns.toArray();
    this.blocks = this.#cover.blocks.map((own) => ({ kind: 'dense', rows: null, columns: own }));
    this.#outer = this.#cover.blocks.map((own) => new OuterProducts(own.length));
    const widest = this.#cover.blocks.reduce((most, own) => Math.max(most, own.length), 0);
    this.#u = new Float64Array(n);
    this.#v = new Float64Array(n);
    this.#left = new Float64Array(widest);
    this.#right = new Float64Array(widest);
  }

  /** Where the blocks begin and the contributions stand in the values of the Hessian. */
  settle(firsts: readonly number[], entries: Int32Array): void {
    this.#firsts = firsts;
    this.#entries = entries;
  }

  /** Adds to the values of the Hessian at `z`, with the factor of each target of the mixed terms. */
  addHessian(z: Float64Array, factors: Float64Array, out: Float64Array): void {
    const values = this.#values;
    values.fill(0);
    for (let s = 0; s < this.#mixed.length; s++) {
      const { segment, target } = this.#mixed[s]!;
      segment.kernel.hessian(z, segment.table, target, factors, this.#places[s]!, values);
    }
    const byVariables = this.#start[0]!;
    for (let p = 0; p < byVariables; p++) out[this.#entries[p]!]! += values[p]!;
    for (const product of this.#products) this.#add(product, out);
    this.#outer.forEach((outer, b) => {
      outer.flush(out, this.#firsts[b]!);
    });
  }

  #product(sum: number, most: Most): Product {
    const right = this.sums.gradients.columns(sum);
    const others = this.#other.subarray(this.#start[sum]!, this.#start[sum + 1]!);
    const square = others.length === 1 && others[0] === this.n + sum;
    const left = square ? right : this.#union(others, none, most);
    const both = square ? right : this.#union(others, right, most);
    return { sum, left, right, square, both, block: -1, offset: -1 };
  }

  /** These variables, those of the gradients of these sums, and `more`. */
  #union(others: Int32Array, more: Int32Array, most: Most): Int32Array {
    const { gradients } = this.sums;
    const list = new Int32List(more.length);
    list.append(more, 0, more.length);
    for (const other of others)
      if (other < this.n) list.push(other);
      else {
        const own = gradients.columns(other - this.n);
        most('hessian', list.length + own.length);
        list.append(own, 0, own.length);
      }
    return gradients.sets.columns(gradients.sets.of(list.toArray()));
  }

  #add(product: Product, out: Float64Array): void {
    const { gradients } = this.sums;
    if (!this.#prepare(product)) return;
    gradients.add(product.sum, 1, this.#v);
    if (product.block < 0) this.#addEntries(product, out);
    else this.#addToBlock(product, out);
    for (const j of product.left) this.#u[j] = 0;
    for (const j of product.right) this.#v[j] = 0;
  }

  /** Computes u; false where it is 0. */
  #prepare({ sum }: Product): boolean {
    const { n } = this;
    const { gradients } = this.sums;
    let any = false;
    for (let p = this.#start[sum]!; p < this.#start[sum + 1]!; p++) {
      const c = this.#values[p]!;
      // What a function does not depend on may be undefined.
      if (c === 0) continue;
      any = true;
      const other = this.#other[p]!;
      if (other < n) this.#u[other]! += c;
      else gradients.add(other - n, other === n + sum ? c / 2 : c, this.#u);
    }
    return any;
  }

  #addEntries({ left, right, square, offset }: Product, out: Float64Array): void {
    let at = offset;
    for (let i = 0; i < left.length; i++) {
      const u = this.#u[left[i]!]!;
      if (square) {
        for (let j = 0; j <= i; j++) out[this.#entries[at++]!]! += 2 * u * this.#v[right[j]!]!;
        continue;
      }
      for (let j = 0; j < right.length; j++)
        out[this.#entries[at++]!]! += (left[i] === right[j] ? 2 : 1) * u * this.#v[right[j]!]!;
    }
  }

  #addToBlock({ square, both, block }: Product, out: Float64Array): void {
    const columns = this.#cover.blocks[block]!;
    const first = this.#firsts[block]!;
    const inside = both.length < indexed * columns.length;
    const own = inside ? both : columns;
    for (let i = 0; i < own.length; i++) {
      this.#left[i] = this.#u[own[i]!]!;
      this.#right[i] = this.#v[own[i]!]!;
    }
    if (!inside) {
      if (square) this.#outer[block]!.square(this.#left, this.#right, out, first);
      else this.#outer[block]!.symmetric(this.#left, this.#right, out, first);
      return;
    }
    const places = this.#cover.placesOf(both);
    for (let i = 0; i < own.length; i++) {
      const row = first + triangle(places[i]!);
      const [u, v] = [this.#left[i]!, this.#right[i]!];
      for (let j = 0; j <= i; j++) out[row + places[j]!]! += u * this.#right[j]! + v * this.#left[j]!;
    }
  }
}

const none = new Int32Array(0);

/** Second derivatives of the mixed terms, by two columns each, the greater one as row. */
function contributionsOf(
  mixed: readonly MixedSegment[],
  size: number,
  ticker: Ticker,
  most: Most,
): ReturnType<typeof mergeContributions> {
  const count = ({ segment: { kernel, table } }: MixedSegment): number =>
    table.count * kernel.hessianSlots.length;
  const total = mixed.reduce((sum, own) => sum + count(own), 0);
  most('hessian', total);
  const all = new Contributions(total);
  for (const { segment } of mixed) {
    const { kernel, table } = segment;
    for (let t = 0; t < table.count; t++)
      for (const { row, column } of kernel.hessianSlots) {
        const a = table.variables[t * table.variableSlots + row]!;
        const b = table.variables[t * table.variableSlots + column]!;
        all.add(Math.max(a, b), Math.min(a, b));
      }
  }
  return mergeContributions(size, size, all, ticker);
}

/** Indices with rows below n first, then by sum: those of sum k from `start[k]` on. */
function bySum(row: Int32Array, n: number, sums: number): { list: Int32Array; start: Int32Array } {
  const start = new Int32Array(sums + 1);
  let variables = 0;
  for (const own of row)
    if (own < n) variables++;
    else start[own - n + 1]!++;
  start[0] = variables;
  for (let k = 0; k < sums; k++) start[k + 1]! += start[k]!;
  const next = start.slice();
  const list = new Int32Array(row.length);
  for (let k = 0, at = 0; k < row.length; k++) list[row[k]! < n ? at++ : next[row[k]! - n]!++] = k;
  return { list, start };
}
