// Products of large dense matrices by rows, on packed panels.

import { acrossSize, acrossSum, beginAcross, residualRun } from './blocks';
import { dot, subtractDots } from './solve';
import { CHUNK, micro, packL } from './update';
import { subtractFour, subtractScaled } from './vector';

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

/**
 * `C −= A·B` by rows: C `rows × columns`, A `rows × inner`, B `inner × columns`, with leading dimensions in numbers.
 * `workspace` holds `(rows + columns + 6) · CHUNK` numbers, aligned to 16 bytes.
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

/** `y −= A·x`, A `rows × columns` by rows. */
export function subtractTimes(rows: i32, columns: i32, a: usize, x: usize, y: usize): void {
  const ld = <usize>columns << 3;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    subtractDots(y, x, a, a + ld, a + 2 * ld, a + 3 * ld, columns);
    a += 4 * ld;
    y += 32;
  }
  for (; i < rows; i++) {
    store<f64>(y, load<f64>(y) - dot(a, x, columns));
    a += ld;
    y += 8;
  }
}

/** `x −= Aᵀ·y`. */
export function subtractTransposedTimes(rows: i32, columns: i32, a: usize, y: usize, x: usize): void {
  const ld = <usize>columns << 3;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    subtractFour(
      x, a, a + ld, a + 2 * ld, a + 3 * ld, load<f64>(y), load<f64>(y, 8), load<f64>(y, 16), load<f64>(y, 24), columns,
    );
    a += 4 * ld;
    y += 32;
  }
  for (; i < rows; i++) {
    subtractScaled(x, a, load<f64>(y), columns);
    a += ld;
    y += 8;
  }
}

/**
 * For a matrix A as runs of entries in one row and neighbouring columns, `count` of them (i32 tables of first entries, rows
 * and first columns): `rows −= A·x`, `columns −= Aᵀ·y`, and to the sizes of both what adds up in them.
 */
export function subtractRuns(
  count: i32, start: usize, row: usize, column: usize, values: usize, x: usize, y: usize, columns: usize, rows: usize,
  sizeOfColumns: usize, sizeOfRows: usize,
): void {
  for (let r = 0; r < count; r++) {
    const from = load<i32>(start);
    const n = load<i32>(start, 4) - from;
    const i = load<usize>(row) << 3;
    const j = load<usize>(column) << 3;
    beginAcross(0, 0);
    residualRun(values + (<usize>from << 3), x + j, columns + j, sizeOfColumns + j, load<f64>(y + i), n);
    store<f64>(rows + i, load<f64>(rows + i) - acrossSum);
    store<f64>(sizeOfRows + i, load<f64>(sizeOfRows + i) + acrossSize);
    start += 4;
    row += 4;
    column += 4;
  }
}
