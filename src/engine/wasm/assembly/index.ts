// Kernels of the wasm engine, in f64 and in f32. Memory is laid out by the caller from `base()` on.

export { rowTimes, rowTimesTransposed } from './gemm';
export { dots, gains, lay, most, raise } from './rows';

import { binary as binaryOf, softmax as softmaxOf, sumRows as sumRowsOf, unary as unaryOf } from './elementwise';
import { gemm as gemmOf, KC, MC } from './gemm';
import { stack as stackOf } from './stack';
import { addDiagonal as addDiagonalOf, gather as gatherOf, mirror as mirrorOf, pack as packOf, transpose as transposeOf } from './matrix';

/** First byte that belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15;
}

/** Doubles of work space that a product with `n` columns needs. */
export function gemmWork(n: i32): i32 {
  return KC * (MC + ((n + 7) & ~7)) + 16;
}

/** `to[count] ← a[count]`, f64 to f32. */
export function lower(count: i32, a: usize, to: usize): void {
  const end = a + (<usize>count << 3);
  for (; a < end; a += 8, to += 4) store<f32>(to, <f32>load<f64>(a));
}

export function gemm(m: i32, n: i32, k: i32, a: usize, aRows: i32, aColumns: i32, b: usize, bRows: i32, bColumns: i32, c: usize, ldc: i32, lower: bool, work: usize): void {
  gemmOf<f64>(m, n, k, a, aRows, aColumns, b, bRows, bColumns, c, ldc, lower, work);
}
export function gemm32(m: i32, n: i32, k: i32, a: usize, aRows: i32, aColumns: i32, b: usize, bRows: i32, bColumns: i32, c: usize, ldc: i32, lower: bool, work: usize): void {
  gemmOf<f32>(m, n, k, a, aRows, aColumns, b, bRows, bColumns, c, ldc, lower, work);
}
export function stack(count: i32, m: i32, n: i32, k: i32, a: usize, aStep: i32, aRows: i32, aColumns: i32, b: usize, bStep: i32, bRows: i32, bColumns: i32, c: usize, cStep: i32, work: usize): void {
  stackOf<f64>(count, m, n, k, a, aStep, aRows, aColumns, b, bStep, bRows, bColumns, c, cStep, work);
}
export function unary(fn: i32, count: i32, a: usize, out: usize, rule: usize, ruleCount: i32): void {
  unaryOf<f64>(fn, count, a, out, rule, ruleCount);
}
export function unary32(fn: i32, count: i32, a: usize, out: usize, rule: usize, ruleCount: i32): void {
  unaryOf<f32>(fn, count, a, out, rule, ruleCount);
}
export function binary(fn: i32, rows: i32, columns: i32, a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize): void {
  binaryOf<f64>(fn, rows, columns, a, aRow, aStep, b, bRow, bStep, out);
}
export function binary32(fn: i32, rows: i32, columns: i32, a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize): void {
  binaryOf<f32>(fn, rows, columns, a, aRow, aStep, b, bRow, bStep, out);
}
export function sumRows(rows: i32, columns: i32, a: usize, out: usize): void {
  sumRowsOf<f64>(rows, columns, a, out);
}
export function sumRows32(rows: i32, columns: i32, a: usize, out: usize): void {
  sumRowsOf<f32>(rows, columns, a, out);
}
export function softmax(rows: i32, columns: i32, a: usize, out: usize): void {
  softmaxOf<f64>(rows, columns, a, out);
}
export function softmax32(rows: i32, columns: i32, a: usize, out: usize): void {
  softmaxOf<f32>(rows, columns, a, out);
}
export function transpose(rows: i32, columns: i32, a: usize, out: usize): void {
  transposeOf<f64>(rows, columns, a, out);
}
export function transpose32(rows: i32, columns: i32, a: usize, out: usize): void {
  transposeOf<f32>(rows, columns, a, out);
}
export function gather(rows: i32, length: i32, count: i32, block: i32, index: usize, a: usize, out: usize): void {
  gatherOf<f64>(rows, length, count, block, index, a, out);
}
export function gather32(rows: i32, length: i32, count: i32, block: i32, index: usize, a: usize, out: usize): void {
  gatherOf<f32>(rows, length, count, block, index, a, out);
}
export function mirror(n: i32, a: usize): void {
  mirrorOf<f64>(n, a);
}
export function mirror32(n: i32, a: usize): void {
  mirrorOf<f32>(n, a);
}
export function addDiagonal(n: i32, d: usize, a: usize): void {
  addDiagonalOf<f64>(n, d, a);
}
export function addDiagonal32(n: i32, d: usize, a: usize): void {
  addDiagonalOf<f32>(n, d, a);
}
export function pack(n: i32, a: usize, out: usize): void {
  packOf<f64>(n, a, out);
}
export function pack32(n: i32, a: usize, out: usize): void {
  packOf<f32>(n, a, out);
}
