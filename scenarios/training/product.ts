/** `C += A B`, A `[m, k]`, B `[k, n]`, by rows; in blocks of four rows and four columns, whose sums stay in registers. */
export function addProduct(
  A: Float64Array,
  B: Float64Array,
  C: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  const [rows, columns] = [m - (m % 4), n - (n % 4)];
  const panel = new Float64Array(4 * k);
  for (let j = 0; j < columns; j += 4) {
    for (let l = 0, at = j; l < k; l++, at += n) {
      panel[4 * l] = B[at]!;
      panel[4 * l + 1] = B[at + 1]!;
      panel[4 * l + 2] = B[at + 2]!;
      panel[4 * l + 3] = B[at + 3]!;
    }
    for (let i = 0; i < rows; i += 4) block(A, panel, C, i, j, k, n);
    for (let i = rows; i < m; i++) strip(A, B, C, i, j, j + 4, k, n);
  }
  if (columns < n) for (let i = 0; i < m; i++) strip(A, B, C, i, columns, n, k, n);
}

function block(
  A: Float64Array,
  panel: Float64Array,
  C: Float64Array,
  i: number,
  j: number,
  k: number,
  n: number,
): void {
  let [a00, a01, a02, a03, a10, a11, a12, a13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [a20, a21, a22, a23, a30, a31, a32, a33] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [r0, r1, r2, r3] = [i * k, (i + 1) * k, (i + 2) * k, (i + 3) * k];
  for (let l = 0; l < 4 * k; l += 4) {
    const [b0, b1, b2, b3] = [panel[l]!, panel[l + 1]!, panel[l + 2]!, panel[l + 3]!];
    const [x0, x1, x2, x3] = [A[r0++]!, A[r1++]!, A[r2++]!, A[r3++]!];
    a00 += x0 * b0;
    a01 += x0 * b1;
    a02 += x0 * b2;
    a03 += x0 * b3;
    a10 += x1 * b0;
    a11 += x1 * b1;
    a12 += x1 * b2;
    a13 += x1 * b3;
    a20 += x2 * b0;
    a21 += x2 * b1;
    a22 += x2 * b2;
    a23 += x2 * b3;
    a30 += x3 * b0;
    a31 += x3 * b1;
    a32 += x3 * b2;
    a33 += x3 * b3;
  }
  const row = (at: number, s0: number, s1: number, s2: number, s3: number): void => {
    C[at]! += s0;
    C[at + 1]! += s1;
    C[at + 2]! += s2;
    C[at + 3]! += s3;
  };
  row(i * n + j, a00, a01, a02, a03);
  row((i + 1) * n + j, a10, a11, a12, a13);
  row((i + 2) * n + j, a20, a21, a22, a23);
  row((i + 3) * n + j, a30, a31, a32, a33);
}

function strip(
  A: Float64Array,
  B: Float64Array,
  C: Float64Array,
  i: number,
  from: number,
  to: number,
  k: number,
  n: number,
): void {
  for (let l = 0; l < k; l++) {
    const value = A[i * k + l]!;
    if (value === 0) continue;
    for (let j = from; j < to; j++) C[i * n + j]! += value * B[l * n + j]!;
  }
}

/** `Aᵀ` of A `[m, n]`, by rows. */
export function transposed(A: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = A[i * n + j]!;
  return out;
}

/** `A B`, A `[m, k]`, B `[k, n]`. */
export function product(A: Float64Array, B: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  addProduct(A, B, out, m, k, n);
  return out;
}
