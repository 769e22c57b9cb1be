// Vectors of two problems at once, and the numbers of one problem in and out of its lane.

export function fill(x: usize, length: i32, value: f64): void {
  const both = f64x2.splat(value);
  for (let end = x + (<usize>length << 4); x < end; x += 16) v128.store(x, both);
}

export function copy(to: usize, from: usize, length: i32): void {
  memory.copy(to, from, <usize>length << 4);
}

export function negate(x: usize, length: i32): void {
  const zero = f64x2.splat(0);
  for (let end = x + (<usize>length << 4); x < end; x += 16) v128.store(x, f64x2.sub(zero, v128.load(x)));
}

/** y ← y + x in the lanes where the number at `f` is not 0. */
export function addWhere(y: usize, x: usize, f: usize, length: i32): void {
  for (let lane: usize = 0; lane < 16; lane += 8) {
    if (load<f64>(f + lane) == 0) continue;
    let from = x + lane;
    let to = y + lane;
    for (let end = from + (<usize>length << 4); from < end; from += 16) {
      store<f64>(to, load<f64>(to) + load<f64>(from));
      to += 16;
    }
  }
}

/** y ← y ∘ x. */
export function multiply(y: usize, x: usize, length: i32): void {
  for (let end = x + (<usize>length << 4); x < end; x += 16) {
    v128.store(y, f64x2.mul(v128.load(y), v128.load(x)));
    y += 16;
  }
}

/** x ← diag(M) x, M square with rows `ld` bytes apart. */
export function multiplyByDiagonal(x: usize, m: usize, ld: usize, length: i32): void {
  for (let end = x + (<usize>length << 4); x < end; x += 16) {
    v128.store(x, f64x2.mul(v128.load(x), v128.load(m)));
    m += ld + 16;
  }
}

/** The pair at `into` becomes the larger of itself and the largest |x|. */
export function largest(x: usize, length: i32, into: usize): void {
  let most = v128.load(into);
  for (let end = x + (<usize>length << 4); x < end; x += 16) most = f64x2.max(most, f64x2.abs(v128.load(x)));
  v128.store(into, most);
}

/** The pair at `into` becomes xᵀy. */
export function dot(x: usize, y: usize, length: i32, into: usize): void {
  let sum = f64x2.splat(0);
  for (let end = x + (<usize>length << 4); x < end; x += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(x), v128.load(y)));
    y += 16;
  }
  v128.store(into, sum);
}

/**
 * Matrices of two problems, rows × columns, into the lanes of `to`, whose rows are `ld` bytes apart. The pair at `odd` becomes NaN
 * where a number is NaN or infinite.
 */
export function interleave(a: usize, b: usize, rows: i32, columns: i32, to: usize, ld: usize, odd: usize): void {
  const zero = f64x2.splat(0);
  let sum = v128.load(odd);
  for (let i = 0; i < rows; i++) {
    let at = to + <usize>i * ld;
    let j = 0;
    for (; j + 1 < columns; j += 2) {
      const first = v128.load64_lane(b, v128.load64_zero(a), 1);
      const second = v128.load64_lane(b, v128.load64_zero(a, 8), 1, 8);
      v128.store(at, first);
      v128.store(at, second, 16);
      sum = f64x2.add(sum, f64x2.mul(zero, f64x2.add(first, second)));
      a += 16;
      b += 16;
      at += 32;
    }
    if (j < columns) {
      const pair = f64x2.replace_lane(f64x2.splat(load<f64>(a)), 1, load<f64>(b));
      v128.store(at, pair);
      sum = f64x2.add(sum, f64x2.mul(zero, pair));
      a += 8;
      b += 8;
    }
  }
  v128.store(odd, sum);
}

/** Lane `lane` of x, to `to`. */
export function extract(x: usize, length: i32, lane: usize, to: usize): void {
  x += lane << 3;
  for (let end = x + (<usize>length << 4); x < end; x += 16) {
    store<f64>(to, load<f64>(x));
    to += 8;
  }
}
