// Dense linear algebra on two matrices at once: entry (i, j) of both lies in the two lanes of one vector, 16 bytes, rows
// one after the other, `ld` bytes apart. Numbers of rows and columns are multiples of four; what pads them is zero, or the
// identity where it is factored. Cholesky factors keep the reciprocals of their diagonals in place of these.

/** C (2 × 4) ± A (2 × k) · Bᵀ, B 4 × k. */
function product(c: usize, ldc: usize, a: usize, lda: usize, b: usize, ldb: usize, k: i32, subtract: bool): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s02 = f64x2.splat(0);
  let s03 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s12 = f64x2.splat(0);
  let s13 = f64x2.splat(0);
  const end = a + (<usize>k << 4);
  const a1 = lda;
  const b1 = ldb;
  const b2 = ldb << 1;
  const b3 = b1 + b2;
  for (; a < end; a += 16) {
    const x0 = v128.load(a);
    const x1 = v128.load(a + a1);
    const y0 = v128.load(b);
    s00 = f64x2.add(s00, f64x2.mul(x0, y0));
    s10 = f64x2.add(s10, f64x2.mul(x1, y0));
    const y1 = v128.load(b + b1);
    s01 = f64x2.add(s01, f64x2.mul(x0, y1));
    s11 = f64x2.add(s11, f64x2.mul(x1, y1));
    const y2 = v128.load(b + b2);
    s02 = f64x2.add(s02, f64x2.mul(x0, y2));
    s12 = f64x2.add(s12, f64x2.mul(x1, y2));
    const y3 = v128.load(b + b3);
    s03 = f64x2.add(s03, f64x2.mul(x0, y3));
    s13 = f64x2.add(s13, f64x2.mul(x1, y3));
    b += 16;
  }
  const d = c + ldc;
  if (subtract) {
    v128.store(c, f64x2.sub(v128.load(c), s00));
    v128.store(c, f64x2.sub(v128.load(c, 16), s01), 16);
    v128.store(c, f64x2.sub(v128.load(c, 32), s02), 32);
    v128.store(c, f64x2.sub(v128.load(c, 48), s03), 48);
    v128.store(d, f64x2.sub(v128.load(d), s10));
    v128.store(d, f64x2.sub(v128.load(d, 16), s11), 16);
    v128.store(d, f64x2.sub(v128.load(d, 32), s12), 32);
    v128.store(d, f64x2.sub(v128.load(d, 48), s13), 48);
  } else {
    v128.store(c, f64x2.add(v128.load(c), s00));
    v128.store(c, f64x2.add(v128.load(c, 16), s01), 16);
    v128.store(c, f64x2.add(v128.load(c, 32), s02), 32);
    v128.store(c, f64x2.add(v128.load(c, 48), s03), 48);
    v128.store(d, f64x2.add(v128.load(d), s10));
    v128.store(d, f64x2.add(v128.load(d, 16), s11), 16);
    v128.store(d, f64x2.add(v128.load(d, 32), s12), 32);
    v128.store(d, f64x2.add(v128.load(d, 48), s13), 48);
  }
}

/** C (rows × columns) ± A (rows × k) · Bᵀ; with `lower`, blocks on and below the diagonal alone. */
export function addProduct(
  c: usize,
  ldc: usize,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  rows: i32,
  columns: i32,
  k: i32,
  lower: bool,
  subtract: bool,
): void {
  if (k == 0) return;
  for (let j = 0; j < columns; j += 4) {
    const right = b + <usize>j * ldb;
    const to = c + (<usize>j << 4);
    for (let i = lower ? j : 0; i < rows; i += 2)
      product(to + <usize>i * ldc, ldc, a + <usize>i * lda, lda, right, ldb, k, subtract);
  }
}

/**
 * Factors the 4 × 4 block at `c`. A pivot not above `least` times that at `reference` becomes 1, and the number of its lane at
 * `bad` 1.
 */
function factorBlock(c: usize, ld: usize, reference: usize, least: f64, bad: usize): void {
  for (let j: usize = 0; j < 4; j++) {
    const row = c + j * ld;
    for (let k: usize = 0; k < j; k++) {
      const other = c + k * ld;
      let sum = v128.load(row + (k << 4));
      for (let l: usize = 0; l < k; l++)
        sum = f64x2.sub(sum, f64x2.mul(v128.load(row + (l << 4)), v128.load(other + (l << 4))));
      v128.store(row + (k << 4), f64x2.mul(sum, v128.load(other + (k << 4))));
    }
    const at = row + (j << 4);
    let pivot = v128.load(at);
    for (let l: usize = 0; l < j; l++) {
      const x = v128.load(row + (l << 4));
      pivot = f64x2.sub(pivot, f64x2.mul(x, x));
    }
    v128.store(at, pivot);
    for (let lane: usize = 0; lane < 16; lane += 8) {
      let d = load<f64>(at + lane);
      if (!(d > least * load<f64>(reference + (j << 4) + lane))) {
        d = 1;
        store<f64>(bad + lane, 1);
      }
      store<f64>(at + lane, 1 / sqrt<f64>(d));
    }
  }
}

/** Rows x (2 of them) ← x · L⁻ᵀ for the 4 × 4 factor at `l`. */
function solveBlock(x: usize, ldx: usize, l: usize, ld: usize): void {
  const l1 = l + ld;
  const l2 = l1 + ld;
  const l3 = l2 + ld;
  const d0 = v128.load(l);
  const l10 = v128.load(l1);
  const d1 = v128.load(l1, 16);
  const l20 = v128.load(l2);
  const l21 = v128.load(l2, 16);
  const d2 = v128.load(l2, 32);
  const l30 = v128.load(l3);
  const l31 = v128.load(l3, 16);
  const l32 = v128.load(l3, 32);
  const d3 = v128.load(l3, 48);
  for (let i = 0; i < 2; i++) {
    const x0 = f64x2.mul(v128.load(x), d0);
    const x1 = f64x2.mul(f64x2.sub(v128.load(x, 16), f64x2.mul(l10, x0)), d1);
    const x2 = f64x2.mul(
      f64x2.sub(f64x2.sub(v128.load(x, 32), f64x2.mul(l20, x0)), f64x2.mul(l21, x1)),
      d2,
    );
    const x3 = f64x2.mul(
      f64x2.sub(
        f64x2.sub(f64x2.sub(v128.load(x, 48), f64x2.mul(l30, x0)), f64x2.mul(l31, x1)),
        f64x2.mul(l32, x2),
      ),
      d3,
    );
    v128.store(x, x0);
    v128.store(x, x1, 16);
    v128.store(x, x2, 32);
    v128.store(x, x3, 48);
    x += ldx;
  }
}

/**
 * Cholesky factorization in place of the lower triangle at `l`, order n, left-looking by blocks of four columns (Golub & Van
 * Loan §4.2); `rows` ≥ n rows take part, those beyond n become X L⁻ᵀ. `reference`: n diagonal entries, see {@link factorBlock}.
 */
export function cholesky(l: usize, ld: usize, n: i32, rows: i32, reference: usize, least: f64, bad: usize): void {
  for (let j = 0; j < n; j += 4) {
    const panel = l + <usize>j * ld;
    const block = panel + (<usize>j << 4);
    if (j > 0) {
      product(block, ld, panel, ld, panel, ld, j, true);
      product(block + 2 * ld, ld, panel + 2 * ld, ld, panel, ld, j, true);
    }
    factorBlock(block, ld, reference + (<usize>j << 4), least, bad);
    for (let i = j + 4; i < rows; i += 2) {
      const row = l + <usize>i * ld;
      const at = row + (<usize>j << 4);
      if (j > 0) product(at, ld, row, ld, panel, ld, j, true);
      solveBlock(at, ld, block, ld);
    }
  }
}

/** X (rows × n) ← X L⁻ᵀ. */
export function solveRows(l: usize, ld: usize, n: i32, x: usize, ldx: usize, rows: i32): void {
  for (let j = 0; j < n; j += 4) {
    const panel = l + <usize>j * ld;
    for (let i = 0; i < rows; i += 2) {
      const row = x + <usize>i * ldx;
      const at = row + (<usize>j << 4);
      if (j > 0) product(at, ldx, row, ldx, panel, ld, j, true);
      solveBlock(at, ldx, panel + (<usize>j << 4), ld);
    }
  }
}

/** x ← L⁻¹ x. */
export function forwardSolve(l: usize, ld: usize, n: i32, x: usize): void {
  for (let j = 0; j < n; j += 4) {
    const row = l + <usize>j * ld;
    const at = x + (<usize>j << 4);
    subtractRows(row, ld, j, x, at);
    const block = row + (<usize>j << 4);
    for (let a: usize = 0; a < 4; a++) {
      const line = block + a * ld;
      let sum = v128.load(at + (a << 4));
      for (let b: usize = 0; b < a; b++)
        sum = f64x2.sub(sum, f64x2.mul(v128.load(line + (b << 4)), v128.load(at + (b << 4))));
      v128.store(at + (a << 4), f64x2.mul(sum, v128.load(line + (a << 4))));
    }
  }
}

/** x ← L⁻ᵀ x. */
export function backwardSolve(l: usize, ld: usize, n: i32, x: usize): void {
  for (let j = n - 4; j >= 0; j -= 4) {
    const row = l + <usize>j * ld;
    const at = x + (<usize>j << 4);
    const block = row + (<usize>j << 4);
    for (let a: i32 = 3; a >= 0; a--) {
      let sum = v128.load(at + (<usize>a << 4));
      for (let b = a + 1; b < 4; b++)
        sum = f64x2.sub(
          sum,
          f64x2.mul(v128.load(block + <usize>b * ld + (<usize>a << 4)), v128.load(at + (<usize>b << 4))),
        );
      v128.store(at + (<usize>a << 4), f64x2.mul(sum, v128.load(block + <usize>a * ld + (<usize>a << 4))));
    }
    subtractColumns(row, ld, j, at, x);
  }
}

/** y (4) −= M (4 × k) x. */
function subtractRows(m: usize, ld: usize, k: i32, x: usize, y: usize): void {
  subtractFourRows(m, ld, ld << 1, 3 * ld, k, x, y);
}

/** y (4) −= M x for the four rows of k at m, m + m1, m + m2, m + m3. */
export function subtractFourRows(m: usize, m1: usize, m2: usize, m3: usize, k: i32, x: usize, y: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end = x + (<usize>k << 4);
  for (; x < end; x += 16) {
    const v = v128.load(x);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(m), v));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(m + m1), v));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(m + m2), v));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(m + m3), v));
    m += 16;
  }
  v128.store(y, f64x2.sub(v128.load(y), s0));
  v128.store(y, f64x2.sub(v128.load(y, 16), s1), 16);
  v128.store(y, f64x2.sub(v128.load(y, 32), s2), 32);
  v128.store(y, f64x2.sub(v128.load(y, 48), s3), 48);
}

/** x (k) −= Mᵀ y, M 4 × k. */
function subtractColumns(m: usize, ld: usize, k: i32, y: usize, x: usize): void {
  const m1 = ld;
  const m2 = ld << 1;
  const m3 = m1 + m2;
  const y0 = v128.load(y);
  const y1 = v128.load(y, 16);
  const y2 = v128.load(y, 32);
  const y3 = v128.load(y, 48);
  const end = x + (<usize>k << 4);
  for (; x < end; x += 16) {
    const first = f64x2.add(f64x2.mul(v128.load(m), y0), f64x2.mul(v128.load(m + m1), y1));
    const second = f64x2.add(f64x2.mul(v128.load(m + m2), y2), f64x2.mul(v128.load(m + m3), y3));
    v128.store(x, f64x2.sub(v128.load(x), f64x2.add(first, second)));
    m += 16;
  }
}

/**
 * x (k) −= Mᵀ y for the four rows at m, m + m1, m + m2, m + m3, one after the other: rows with a zero in y change no bit, whichever
 * four they are among.
 */
export function subtractFourColumns(m: usize, m1: usize, m2: usize, m3: usize, k: i32, y: usize, x: usize): void {
  const y0 = v128.load(y);
  const y1 = v128.load(y, 16);
  const y2 = v128.load(y, 32);
  const y3 = v128.load(y, 48);
  const end = x + (<usize>k << 4);
  for (; x < end; x += 16) {
    let s = f64x2.sub(v128.load(x), f64x2.mul(v128.load(m), y0));
    s = f64x2.sub(s, f64x2.mul(v128.load(m + m1), y1));
    s = f64x2.sub(s, f64x2.mul(v128.load(m + m2), y2));
    v128.store(x, f64x2.sub(s, f64x2.mul(v128.load(m + m3), y3)));
    m += 16;
  }
}

/** y (rows) −= M x, M rows × columns. */
export function subtractTimes(m: usize, ld: usize, rows: i32, columns: i32, x: usize, y: usize): void {
  for (let i = 0; i < rows; i += 4) subtractRows(m + <usize>i * ld, ld, columns, x, y + (<usize>i << 4));
}

/** x (columns) −= Mᵀ y, M rows × columns. */
export function subtractTransposedTimes(m: usize, ld: usize, rows: i32, columns: i32, y: usize, x: usize): void {
  for (let i = 0; i < rows; i += 4) subtractColumns(m + <usize>i * ld, ld, columns, y + (<usize>i << 4), x);
}
