import type { Tensor } from '../../network/graph.js';
import { Arena, bytesOf } from './arena.js';

/**
 * Rows of coefficients of linear bounds (`src/network/bounds/rows.ts` says what is computed) by the compiled kernels. Keeps a
 * copy of every matrix it has met; its memory is freed with it.
 */
export class WasmRows {
  readonly narrow = true;
  readonly #arena: Arena;
  readonly #transposes = new Map<Tensor, number>();
  /** Where coefficients from outside, results of products and of lines, tables and sums begin. */
  #places = { given: 0, products: 0, lines: 0, tables: 0, bytes: 0 };

  constructor(purpose: string) {
    this.#arena = new Arena(`engine wasm: ${purpose}`);
  }

  reserve(coefficients: number, width: number, rows: number): void {
    const each = bytesOf(coefficients, 'f64');
    const more = bytesOf(Math.max(this.#arena.kernels.gemmWork(width), 8 * width + 8 * rows), 'f64');
    const { given, products, bytes } = this.#places;
    if (each <= products - given && more <= bytes) return;
    const at = this.#arena.scratch(3 * each + more);
    this.#places = {
      given: at,
      products: at + each,
      lines: at + 2 * each,
      tables: at + 3 * each,
      bytes: more,
    };
  }

  columns(weight: Tensor): Float64Array {
    const at = this.#columns(weight);
    return this.#view(at, weight.data.length);
  }

  /** Where the one copy in f64 is, columns as rows. */
  #columns(weight: Tensor): number {
    let own = this.#transposes.get(weight);
    if (own === undefined) {
      const [m, n] = weight.shape as [number, number];
      const at = this.#arena.reserve(m * n);
      const { heap } = this.#arena;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) heap.f64[at / 8 + j * m + i] = weight.data[i * n + j]!;
      own = at;
      this.#transposes.set(weight, at);
    }
    return own;
  }

  product(a: Float64Array, rows: number, weight: Tensor, float: 'f64' | 'f32'): Float64Array {
    const [m, n] = weight.shape as [number, number];
    const { kernels } = this.#arena;
    const own = this.#open(a);
    const held = float === 'f64' ? this.#columns(weight) : this.#arena.constant(weight, float);
    const { given, products, tables } = this.#places;
    // A result of a product is read while another is written.
    const from = own === products ? this.#copy(own, rows * n, given) : own;
    const count = rows * m;
    if (float === 'f64') {
      this.#arena.heap.f64.fill(0, products / 8, products / 8 + count);
      kernels.f64.gemm(rows, m, n, from, n, 1, held, m, 1, products, m, false, tables);
    } else {
      kernels.lower(rows * n, from, given);
      // The result is made in the upper half of its place, and read from there before it is overwritten.
      const half = products + 4 * count;
      this.#arena.heap.f32.fill(0, half / 4, half / 4 + count);
      kernels.f32.gemm(rows, m, n, given, n, 1, held, 1, n, half, m, false, tables);
      kernels.raise(count, half, products);
    }
    return this.#view(products, count);
  }

  lay(
    a: Float64Array,
    both: boolean,
    rows: number,
    pieces: readonly [below: Float64Array, above: Float64Array],
  ): { readonly data: Float64Array; readonly sums: Float64Array } {
    const n = pieces[0].length / 4;
    const from = this.#open(a);
    const { lines, tables } = this.#places;
    const sums = tables + 64 * n;
    const half = 8 * rows * n;
    pieces.forEach((table, k) => {
      const at = tables + k * 32 * n;
      this.#arena.heap.f64.set(table, at / 8);
      this.#arena.kernels.lay(
        rows,
        n,
        from + (both ? 0 : k * half),
        at,
        lines + k * half,
        sums + k * 16 * rows,
      );
    });
    return { data: this.#view(lines, 2 * rows * n), sums: this.#view(sums, 4 * rows) };
  }

  dots(a: Float64Array, rows: number, table: Float64Array): Float64Array {
    return this.#sums(a, rows, table, 3, 4, 'dots');
  }

  gains(a: Float64Array, rows: number, table: Float64Array): Float64Array {
    return this.#sums(a, rows, table, 4, 3, 'gains');
  }

  most(a: Float64Array, rows: number, table: Float64Array, radius: number): Float64Array {
    const n = table.length / 4;
    const from = this.#open(a);
    const { tables } = this.#places;
    this.#arena.heap.f64.set(table, tables / 8);
    const out = tables + 8 * table.length;
    this.#arena.kernels.most(rows, n, from, tables, radius, out, out + 8 * rows);
    return this.#view(out, rows);
  }

  #sums(
    a: Float64Array,
    rows: number,
    table: Float64Array,
    lists: number,
    sums: number,
    kernel: 'dots' | 'gains',
  ): Float64Array {
    const from = this.#open(a);
    const { tables } = this.#places;
    this.#arena.heap.f64.set(table, tables / 8);
    const out = tables + 8 * table.length;
    this.#arena.kernels[kernel](rows, table.length / lists, from, tables, out);
    return this.#view(out, sums * rows);
  }

  #view(at: number, count: number): Float64Array {
    return this.#arena.heap.f64.subarray(at / 8, at / 8 + count);
  }

  #copy(at: number, count: number, to: number): number {
    this.#arena.heap.f64.copyWithin(to / 8, at / 8, at / 8 + count);
    return to;
  }

  /** Where `a` is: where it was made, or copied to. */
  #open(a: Float64Array): number {
    if (a.buffer === this.#arena.heap.f64.buffer) return a.byteOffset;
    this.#arena.heap.f64.set(a, this.#places.given / 8);
    return this.#places.given;
  }
}
