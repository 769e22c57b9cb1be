// Products of large dense matrices by rows, on packed panels.

import { CHUNK, micro, packL } from './update';

/** Packs rows [0, rows) of A, columns [p0, p1), in groups of four rows, zeros below the last. Leading dimension in bytes. */
function packAcross(to: usize, a: usize, lda: usize, rows: i32, p0: i32, p1: i32): void {
  for (let i = 0; i < rows; i += 4) {
    const left = rows - i;
    let from = a + <usize>i * lda + (<usize>p0 << 3);
    for (let p = p0; p < p1; p++) {
      store<f64>(to, load<f64>(from));
      store<f64>(to, left > 1 ? load<f64>(from + lda) : 0, 8);
      store<f64>(to, left > 2 ? load<f64>(from + 2 * lda) : 0, 16);
      store<f64>(to, left > 3 ? load<f64>(from + 3 * lda) : 0, 24);
      to += 32;
      from += 8;
    }
  }
}

/** Bytes of `workspace` that `multiply` needs. */
export function multiplyWorkspace(rows: i32, columns: i32): usize {
  return <usize>(rows + columns + 6) * <usize>CHUNK * 8;
}

/**
 * `C −= A·B` by rows: C `rows × columns`, A `rows × inner`, B `inner × columns`, with leading dimensions in numbers.
 * `workspace` is aligned to 16 bytes.
 */
export function multiply(
  rows: i32, inner: i32, columns: i32, c: usize, ldc: i32, a: usize, lda: i32, b: usize, ldb: i32, workspace: usize,
): void {
  const groups = (columns + 3) >> 2;
  for (let p0 = 0; p0 < inner; p0 += CHUNK) {
    const p1 = min(inner, p0 + CHUNK);
    const depth = p1 - p0;
    const bytes = <usize>depth << 5;
    const packedB = workspace;
    const packedA = workspace + <usize>groups * bytes;
    packL(packedB, b, <usize>ldb << 3, 0, columns, p0, p1);
    packAcross(packedA, a, <usize>lda << 3, rows, p0, p1);
    for (let i = 0; i < rows; i += 4) {
      const own = packedA + <usize>(i >> 2) * bytes;
      let to = c + ((<usize>i * <usize>ldc) << 3);
      let from = packedB;
      for (let j = 0; j < columns; j += 4) {
        micro(depth, from, own, to, <usize>ldc << 3, columns - j, rows - i);
        from += bytes;
        to += 32;
      }
    }
  }
}
