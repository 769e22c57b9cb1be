// Matrix products after Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): panels of A
// and B are packed so that a kernel of 4 rows and two vectors reads them in order. Addresses are in bytes, strides in
// numbers.

/** Depth and height of the packed part of A; its KC × MC doubles should stay in the second-level cache. */
export const KC: i32 = 256;
export const MC: i32 = 96;

/** Columns of a tile: two vectors of numbers `T`. */
// @ts-ignore: decorator
@inline
function tileColumns<T>(): i32 {
  return <i32>(32 / sizeof<T>());
}

/** Packs four rows from `p` on, `bytes` from one column of the panel to the next. */
// @ts-ignore: decorator
@inline
function packFour<T>(k: i32, p: usize, rowStep: usize, columnStep: usize, to: usize, bytes: usize): void {
  const p1 = p + rowStep;
  const p2 = p1 + rowStep;
  const p3 = p2 + rowStep;
  let offset: usize = 0;
  for (let l: i32 = 0; l < k; l++) {
    store<T>(to, load<T>(p + offset));
    store<T>(to, load<T>(p1 + offset), sizeof<T>());
    store<T>(to, load<T>(p2 + offset), 2 * sizeof<T>());
    store<T>(to, load<T>(p3 + offset), 3 * sizeof<T>());
    offset += columnStep;
    to += bytes;
  }
}

/**
 * Packs rows `0..m` × columns `0..k` of `a` (strides `rows`, `columns`) as panels `[⌈m/width⌉][k][width]`, zero-padded;
 * a `width` of 4 or 8.
 */
export function packRows<T>(width: i32, m: i32, k: i32, a: usize, rows: i32, columns: i32, to: usize): void {
  const rowStep = <usize>rows * sizeof<T>();
  const columnStep = <usize>columns * sizeof<T>();
  const bytes = <usize>width * sizeof<T>();
  let i: i32 = 0;
  for (; i + width <= m; i += width) {
    let p = a + <usize>i * rowStep;
    if (rows == 1) {
      for (let l: i32 = 0; l < k; l++) {
        v128.store(to, v128.load(p));
        if (bytes == 32) v128.store(to, v128.load(p, 16), 16);
        p += columnStep;
        to += bytes;
      }
    } else {
      packFour<T>(k, p, rowStep, columnStep, to, bytes);
      if (width == 8) packFour<T>(k, p + 4 * rowStep, rowStep, columnStep, to + 4 * sizeof<T>(), bytes);
      to += <usize>k * bytes;
    }
  }
  if (i < m) {
    for (let l: i32 = 0; l < k; l++) {
      for (let r: i32 = 0; r < width; r++) {
        const from = a + <usize>(i + r) * rowStep + <usize>l * columnStep;
        const value: T = i + r < m ? load<T>(from) : <T>0;
        store<T>(to + <usize>r * sizeof<T>(), value);
      }
      to += bytes;
    }
  }
}

// @ts-ignore: decorator
@inline
function plus<T>(c: v128, s: v128, b: v128): v128 {
  return v128.add<T>(c, v128.mul<T>(s, b));
}

/** `C[4 × tile] += A B` over packed panels of depth `k`; `C` has `stride` bytes between rows. */
// @ts-ignore: decorator
@inline
function kernel<T>(k: i32, a: usize, b: usize, c: usize, stride: usize): void {
  let c00 = v128.splat<T>(0);
  let c01 = v128.splat<T>(0);
  let c10 = v128.splat<T>(0);
  let c11 = v128.splat<T>(0);
  let c20 = v128.splat<T>(0);
  let c21 = v128.splat<T>(0);
  let c30 = v128.splat<T>(0);
  let c31 = v128.splat<T>(0);
  const end = b + (<usize>k << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = sizeof<T>() == 8 ? v128.load64_splat(a) : v128.load32_splat(a);
    c00 = plus<T>(c00, s, b0);
    c01 = plus<T>(c01, s, b1);
    s = sizeof<T>() == 8 ? v128.load64_splat(a, 8) : v128.load32_splat(a, 4);
    c10 = plus<T>(c10, s, b0);
    c11 = plus<T>(c11, s, b1);
    s = sizeof<T>() == 8 ? v128.load64_splat(a, 16) : v128.load32_splat(a, 8);
    c20 = plus<T>(c20, s, b0);
    c21 = plus<T>(c21, s, b1);
    s = sizeof<T>() == 8 ? v128.load64_splat(a, 24) : v128.load32_splat(a, 12);
    c30 = plus<T>(c30, s, b0);
    c31 = plus<T>(c31, s, b1);
    a += 4 * sizeof<T>();
    b += 32;
  }
  v128.store(c, v128.add<T>(v128.load(c), c00));
  v128.store(c, v128.add<T>(v128.load(c, 16), c01), 16);
  c += stride;
  v128.store(c, v128.add<T>(v128.load(c), c10));
  v128.store(c, v128.add<T>(v128.load(c, 16), c11), 16);
  c += stride;
  v128.store(c, v128.add<T>(v128.load(c), c20));
  v128.store(c, v128.add<T>(v128.load(c, 16), c21), 16);
  c += stride;
  v128.store(c, v128.add<T>(v128.load(c), c30));
  v128.store(c, v128.add<T>(v128.load(c, 16), c31), 16);
}

/**
 * `C[m × n] += A[m × k] B[k × n]`, `C` row-major with `ldc` numbers between rows; `A` and `B` with any strides.
 * With `lower`, tiles wholly above the diagonal are left alone. `work` holds `KC·(MC + n + 8) + 16` doubles.
 */
export function gemm<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRows: i32,
  aColumns: i32,
  b: usize,
  bRows: i32,
  bColumns: i32,
  c: usize,
  ldc: i32,
  lower: bool,
  work: usize,
): void {
  const tileWidth = tileColumns<T>();
  const stride = <usize>ldc * sizeof<T>();
  const packedA = work;
  const tile = packedA + (<usize>(KC * MC) << 3);
  const packedB = tile + 128;
  for (let l0: i32 = 0; l0 < k; l0 += KC) {
    const depth = min(KC, k - l0);
    const panelA = <usize>depth * 4 * sizeof<T>();
    const panelB = <usize>depth << 5;
    // B's columns are packed like rows of its transpose.
    packRows<T>(tileWidth, n, depth, b + <usize>(l0 * bRows) * sizeof<T>(), bColumns, bRows, packedB);
    for (let i0: i32 = 0; i0 < m; i0 += MC) {
      const height = min(MC, m - i0);
      const from = a + (<usize>i0 * <usize>aRows + <usize>l0 * <usize>aColumns) * sizeof<T>();
      packRows<T>(4, height, depth, from, aRows, aColumns, packedA);
      const width = lower ? min(n, i0 + height) : n;
      for (let j: i32 = 0; j < width; j += tileWidth) {
        const bPanel = packedB + <usize>(j / tileWidth) * panelB;
        // The first tile of rows that reaches the diagonal at column j.
        for (let i: i32 = lower ? max(0, (j - i0) & ~3) : 0; i < height; i += 4) {
          const aPanel = packedA + <usize>(i >> 2) * panelA;
          const at = c + <usize>(i0 + i) * stride + <usize>j * sizeof<T>();
          if (i + 4 <= height && j + tileWidth <= n) kernel<T>(depth, aPanel, bPanel, at, stride);
          else {
            memory.fill(tile, 0, 128);
            kernel<T>(depth, aPanel, bPanel, tile, 32);
            const rows = min(4, height - i);
            const columns = min(tileWidth, n - j);
            for (let r: i32 = 0; r < rows; r++)
              for (let s: i32 = 0; s < columns; s++) {
                const to = at + <usize>r * stride + <usize>s * sizeof<T>();
                const own = tile + (<usize>r << 5) + <usize>s * sizeof<T>();
                store<T>(to, load<T>(to) + load<T>(own));
              }
          }
        }
      }
    }
  }
}

/** `y[n] += x[k] W`, `W: [k, n]` row-major. */
export function rowTimes(n: i32, k: i32, x: usize, w: usize, y: usize): void {
  const step = <usize>n << 3;
  let l: i32 = 0;
  for (; l + 4 <= k; l += 4) {
    const x0 = v128.load64_splat(x + (<usize>l << 3));
    const x1 = v128.load64_splat(x + (<usize>l << 3), 8);
    const x2 = v128.load64_splat(x + (<usize>l << 3), 16);
    const x3 = v128.load64_splat(x + (<usize>l << 3), 24);
    const w0 = w + <usize>l * step;
    const w1 = w0 + step;
    const w2 = w1 + step;
    const w3 = w2 + step;
    let j: usize = 0;
    for (; j + 16 <= step; j += 16) {
      let sum = v128.load(y + j);
      sum = f64x2.add(sum, f64x2.mul(x0, v128.load(w0 + j)));
      sum = f64x2.add(sum, f64x2.mul(x1, v128.load(w1 + j)));
      sum = f64x2.add(sum, f64x2.mul(x2, v128.load(w2 + j)));
      sum = f64x2.add(sum, f64x2.mul(x3, v128.load(w3 + j)));
      v128.store(y + j, sum);
    }
    if (j < step) {
      let sum = load<f64>(y + j);
      sum += f64x2.extract_lane(x0, 0) * load<f64>(w0 + j);
      sum += f64x2.extract_lane(x1, 0) * load<f64>(w1 + j);
      sum += f64x2.extract_lane(x2, 0) * load<f64>(w2 + j);
      sum += f64x2.extract_lane(x3, 0) * load<f64>(w3 + j);
      store<f64>(y + j, sum);
    }
  }
  for (; l < k; l++) {
    const factor = load<f64>(x + (<usize>l << 3));
    const row = w + <usize>l * step;
    for (let j: usize = 0; j < step; j += 8)
      store<f64>(y + j, load<f64>(y + j) + factor * load<f64>(row + j));
  }
}

/** `y[n] += x[k] Wᵀ`, `W: [n, k]` row-major. */
export function rowTimesTransposed(n: i32, k: i32, x: usize, w: usize, y: usize): void {
  const step = <usize>k << 3;
  for (let j: i32 = 0; j < n; j++) {
    const row = w + <usize>j * step;
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let l: usize = 0;
    for (; l + 32 <= step; l += 32) {
      sum0 = f64x2.add(sum0, f64x2.mul(v128.load(x + l), v128.load(row + l)));
      sum1 = f64x2.add(sum1, f64x2.mul(v128.load(x + l, 16), v128.load(row + l, 16)));
    }
    sum0 = f64x2.add(sum0, sum1);
    let sum = f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
    for (; l < step; l += 8) sum += load<f64>(x + l) * load<f64>(row + l);
    const to = y + (<usize>j << 3);
    store<f64>(to, load<f64>(to) + sum);
  }
}
