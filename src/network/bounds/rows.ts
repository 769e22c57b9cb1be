import type { Tensor } from '../graph.js';
import { shared } from './share.js';

/** Lines by the sign of the coefficient that meets them: slopes and shifts of those above 0, then of those below, `[4, n]`. */
export type Pieces = Float64Array;

/**
 * What is done with rows of coefficients, row-major. Results are views: those of `product` and of `lay` hold until the next of
 * either, the others until the next call.
 */
export interface Rows {
  /** Whether products may be had in f32. */
  readonly narrow: boolean;
  /** Makes room for a pass: lists of so many coefficients, nodes of up to `width` numbers, `rows` rows. Ends all views. */
  reserve(coefficients: number, width: number, rows: number): void;
  /** Columns of W as rows, `[out, in]`. */
  columns(weight: Tensor): Float64Array;
  /**
   * `a Wᵀ`: rows of coefficients by what a layer gives become such by what it takes; `a` `[rows, out]`, W `[in, out]`. In f32
   * both factors are rounded, and sums taken in f32 in any order.
   */
  product(a: Float64Array, rows: number, weight: Tensor, float: 'f64' | 'f32'): Float64Array;
  /**
   * Slopes times coefficients of `rows` bounds below and as many above, `[2 · rows, n]`, and the sums of shifts times
   * coefficients and of their sizes, `[2 · rows, 2]`. `a` `[rows, n]` where `both` have the same, else `[2 · rows, n]`.
   */
  lay(
    a: Float64Array,
    both: boolean,
    rows: number,
    pieces: readonly [below: Pieces, above: Pieces],
  ): { readonly data: Float64Array; readonly sums: Float64Array };
  /** `Σ a c, Σ |a| s, Σ |a| t, Σ |a|` of each row, `[rows, 4]`; `table` is c, s, t. */
  dots(a: Float64Array, rows: number, table: Float64Array): Float64Array;
  /** `Σ max(a u, a d)`, its largest term, and `max(a u′, a d′)` of each row, `[rows, 3]`; `table` is u, d, u′, d′, u ≥ 0 ≥ d. */
  gains(a: Float64Array, rows: number, table: Float64Array): Float64Array;
  /**
   * `max a·x` of each row over `d ≤ x ≤ u`, `Σ |x| ≤ radius`, `[rows]`; `table` as of {@link gains}, no room above the radius, with u′ = 1
   * and d′ = −1 where there is any.
   */
  most(a: Float64Array, rows: number, table: Float64Array, radius: number): Float64Array;
}

/** `Wᵀ`, row-major. */
export function transposed({ shape, data }: Tensor): Float64Array {
  const [inputs, outputs] = shape as [number, number];
  const out = new Float64Array(data.length);
  for (let i0 = 0; i0 < inputs; i0 += 16)
    for (let j = 0; j < outputs; j++)
      for (let i = i0; i < Math.min(i0 + 16, inputs); i++) out[j * inputs + i] = data[i * outputs + j]!;
  return out;
}

/** In plain JavaScript. */
export const plainRows: Rows = {
  narrow: false,
  reserve: () => {},
  columns: transposed,
  product(a, rows, { shape, data }) {
    const [inputs, outputs] = shape as [number, number];
    const out = new Float64Array(rows * inputs);
    for (let i = 0; i < inputs; i += 2) {
      const second = i + 1 < inputs;
      const [w0, w1] = [i * outputs, (second ? i + 1 : i) * outputs];
      for (let q = 0; q < rows; q++) {
        const from = q * outputs;
        let [s0, s1] = [0, 0];
        for (let j = 0; j < outputs; j++) {
          const value = a[from + j]!;
          s0 += value * data[w0 + j]!;
          s1 += value * data[w1 + j]!;
        }
        out[q * inputs + i] = s0;
        if (second) out[q * inputs + i + 1] = s1;
      }
    }
    return out;
  },
  lay(a, both, rows, pieces) {
    const n = pieces[0].length / 4;
    const data = new Float64Array(2 * rows * n);
    const sums = new Float64Array(4 * rows);
    for (let q = 0; q < 2 * rows; q++) {
      const table = pieces[q < rows ? 0 : 1];
      const from = (both ? q % rows : q) * n;
      let [value, size] = [0, 0];
      for (let i = 0; i < n; i++) {
        const own = a[from + i]!;
        if (own === 0) continue;
        const at = own > 0 ? i : i + 2 * n;
        data[q * n + i] = own * table[at]!;
        const part = own * table[at + n]!;
        value += part;
        size += Math.abs(part);
      }
      sums[2 * q] = value;
      sums[2 * q + 1] = size;
    }
    return { data, sums };
  },
  dots(a, rows, table) {
    const n = table.length / 3;
    const out = new Float64Array(4 * rows);
    for (let q = 0; q < rows; q++)
      for (let i = 0; i < n; i++) {
        const own = a[q * n + i]!;
        const size = Math.abs(own);
        out[4 * q]! += own * table[i]!;
        out[4 * q + 1]! += size * table[n + i]!;
        out[4 * q + 2]! += size * table[2 * n + i]!;
        out[4 * q + 3]! += size;
      }
    return out;
  },
  gains(a, rows, table) {
    const n = table.length / 4;
    const out = new Float64Array(3 * rows);
    for (let q = 0; q < rows; q++)
      for (let i = 0; i < n; i++) {
        const own = a[q * n + i]!;
        const term = Math.max(own * table[i]!, own * table[n + i]!);
        out[3 * q]! += term;
        out[3 * q + 1] = Math.max(out[3 * q + 1]!, term);
        out[3 * q + 2] = Math.max(out[3 * q + 2]!, own * table[2 * n + i]!, own * table[3 * n + i]!);
      }
    return out;
  },
  most(a, rows, table, radius) {
    const n = table.length / 4;
    const found = plainRows.gains(a, rows, table);
    return Float64Array.from({ length: rows }, (_, q) => {
      const [whole, top, steepest] = found.subarray(3 * q, 3 * q + 3) as unknown as [number, number, number];
      if (!(whole > 0) || !(radius < Number.POSITIVE_INFINITY)) return whole;
      // All of the radius goes the steepest way where there is room for it.
      const all = radius * steepest;
      const enough = top >= all * (1 - 1e-12);
      return Math.min(whole, enough ? all : shared(a.subarray(q * n, (q + 1) * n), table, radius));
    });
  },
};
