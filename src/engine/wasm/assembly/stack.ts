// Stacks of small matrix products, where packing and calls would cost more than the products. Addresses in bytes, strides in numbers.
import { packRows } from './gemm';

// @ts-ignore: decorator
@inline
function splat<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(at) : v128.load32_splat(at);
}

// @ts-ignore: decorator
@inline
function plus<T>(c: v128, s: v128, b: v128): v128 {
  return v128.add<T>(c, v128.mul<T>(s, b));
}

/** Four rows times two vectors of columns; `aRow`, `aColumn`, `bRow`, `stride` are bytes. */
// @ts-ignore: decorator
@inline
function tile<T>(k: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, c: usize, stride: usize): void {
  let c00 = v128.splat<T>(0);
  let c01 = v128.splat<T>(0);
  let c10 = v128.splat<T>(0);
  let c11 = v128.splat<T>(0);
  let c20 = v128.splat<T>(0);
  let c21 = v128.splat<T>(0);
  let c30 = v128.splat<T>(0);
  let c31 = v128.splat<T>(0);
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  for (let l: i32 = 0; l < k; l++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = splat<T>(a);
    c00 = plus<T>(c00, s, b0);
    c01 = plus<T>(c01, s, b1);
    s = splat<T>(a1);
    c10 = plus<T>(c10, s, b0);
    c11 = plus<T>(c11, s, b1);
    s = splat<T>(a2);
    c20 = plus<T>(c20, s, b0);
    c21 = plus<T>(c21, s, b1);
    s = splat<T>(a3);
    c30 = plus<T>(c30, s, b0);
    c31 = plus<T>(c31, s, b1);
    a += aColumn;
    a1 += aColumn;
    a2 += aColumn;
    a3 += aColumn;
    b += bRow;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += stride;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += stride;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += stride;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** One row of it. */
function line<T>(k: i32, a: usize, aColumn: usize, b: usize, bRow: usize, c: usize): void {
  let c0 = v128.splat<T>(0);
  let c1 = v128.splat<T>(0);
  for (let l: i32 = 0; l < k; l++) {
    const s = splat<T>(a);
    c0 = plus<T>(c0, s, v128.load(b));
    c1 = plus<T>(c1, s, v128.load(b, 16));
    a += aColumn;
    b += bRow;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

/**
 * `C[m × n] = A[m × k] B[k × n]` `count` times, C by rows and one after the other, `aStep` and `bStep` numbers from one A
 * and one B to the next (0: one for all), these with any strides. `work` holds `k·(n + 8) + 16` numbers.
 */
export function stack<T>(
  count: i32, m: i32, n: i32, k: i32,
  a: usize, aStep: i32, aRows: i32, aColumns: i32,
  b: usize, bStep: i32, bRows: i32, bColumns: i32,
  c: usize, cStep: i32, work: usize,
): void {
  const width = <i32>(32 / sizeof<T>());
  const aRow = <usize>aRows * sizeof<T>();
  const aColumn = <usize>aColumns * sizeof<T>();
  const stride = <usize>n * sizeof<T>();
  // One B for all is packed: that is read faster.
  const direct = bColumns == 1 && n % width == 0 && (bStep != 0 || count < 4);
  const packed = work + 128;
  const bRow: usize = direct ? <usize>bRows * sizeof<T>() : 32;
  // Bytes from two vectors of columns to the next.
  const panel: usize = direct ? 32 : <usize>k << 5;
  for (let p: i32 = 0; p < count; p++) {
    if (!direct && (p == 0 || bStep != 0)) packRows<T>(width, n, k, b, bColumns, bRows, packed);
    let from = direct ? b : packed;
    for (let j: i32 = 0; j < n; j += width, from += panel) {
      const to = c + <usize>j * sizeof<T>();
      const whole = j + width <= n;
      let i: i32 = 0;
      if (whole)
        for (; i + 4 <= m; i += 4)
          tile<T>(k, a + <usize>i * aRow, aRow, aColumn, from, bRow, to + <usize>i * stride, stride);
      for (; i < m; i++) {
        const at = to + <usize>i * stride;
        if (whole) line<T>(k, a + <usize>i * aRow, aColumn, from, bRow, at);
        else {
          line<T>(k, a + <usize>i * aRow, aColumn, from, bRow, work);
          for (let s: i32 = 0; s < n - j; s++)
            store<T>(at + <usize>s * sizeof<T>(), load<T>(work + <usize>s * sizeof<T>()));
        }
      }
    }
    a += <usize>aStep * sizeof<T>();
    b += <usize>bStep * sizeof<T>();
    c += <usize>cStep * sizeof<T>();
  }
}
