// Kernels of the wasm engine, f64. Memory is laid out by the caller from `base()` on.

export { binary, softmax, sumRows, unary } from './elementwise';
export { gemm, rowTimes, rowTimesTransposed } from './gemm';

import { KC, MC } from './gemm';

/** First byte that belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15;
}

/** Doubles of work space that a product with `n` columns needs. */
export function gemmWork(n: i32): i32 {
  return KC * (MC + ((n + 3) & ~3)) + 16;
}

/** `out[columns × rows] = a[rows × columns]ᵀ`, in tiles that stay in the first-level cache. */
export function transpose(rows: i32, columns: i32, a: usize, out: usize): void {
  for (let i0: i32 = 0; i0 < rows; i0 += 16)
    for (let j0: i32 = 0; j0 < columns; j0 += 16)
      for (let i = i0; i < min(i0 + 16, rows); i++)
        for (let j = j0; j < min(j0 + 16, columns); j++)
          store<f64>(out + ((<usize>j * rows + i) << 3), load<f64>(a + ((<usize>i * columns + j) << 3)));
}

/** Copies the lower triangle of `a[n × n]` onto its upper one. */
export function mirror(n: i32, a: usize): void {
  for (let i0: i32 = 0; i0 < n; i0 += 16)
    for (let j0: i32 = 0; j0 <= i0; j0 += 16)
      for (let i = i0; i < min(i0 + 16, n); i++)
        for (let j = j0; j < min(j0 + 16, i); j++)
          store<f64>(a + ((<usize>j * n + i) << 3), load<f64>(a + ((<usize>i * n + j) << 3)));
}

/** `a[i, i] += d[i]`. */
export function addDiagonal(n: i32, d: usize, a: usize): void {
  for (let i: i32 = 0; i < n; i++) {
    const at = a + ((<usize>i * (n + 1)) << 3);
    store<f64>(at, load<f64>(at) + load<f64>(d + ((<usize>i) << 3)));
  }
}

/** Packs the lower triangle of `a[n × n]` by rows. */
export function pack(n: i32, a: usize, out: usize): void {
  for (let i: i32 = 0; i < n; i++) {
    const bytes = (<usize>(i + 1)) << 3;
    memory.copy(out, a + ((<usize>i * n) << 3), bytes);
    out += bytes;
  }
}
