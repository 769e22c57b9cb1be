// Functions of every entry, and of two tensors whose last two axes broadcast. Addresses in bytes, strides in numbers.

// @ts-ignore: decorator
@inline
function sigmoidOf(u: f64): f64 {
  const e = Math.exp(-Math.abs(u));
  return u >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** `erf(u) = u Σ cᵢ exp(u² tᵢ)` with `count` numbers `tᵢ`, then `count` numbers `cᵢ`, at `rule`; ±1 beyond ±6. */
function erfOf(u: f64, rule: usize, count: i32): f64 {
  const v = Math.max(-6, Math.min(6, u));
  const square = v * v;
  let sum: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const at = rule + (<usize>i << 3);
    sum += load<f64>(at + (<usize>count << 3)) * Math.exp(square * load<f64>(at));
  }
  return v * sum;
}

/** 0 exp, 1 tanh, 2 sigmoid, 3 softplus, 4 erf (`rule` as above), 5 abs, 6 step. */
export function unary(fn: i32, count: i32, a: usize, out: usize, rule: usize, ruleCount: i32): void {
  const end = a + (<usize>count << 3);
  for (; a < end; a += 8, out += 8) {
    const u = load<f64>(a);
    let w: f64 = 0;
    switch (fn) {
      case 0: w = Math.exp(u); break;
      case 1: w = Math.tanh(u); break;
      case 2: w = sigmoidOf(u); break;
      case 3: w = Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))); break;
      case 4: w = erfOf(u, rule, ruleCount); break;
      case 5: w = Math.abs(u); break;
      case 6: w = u > 0 ? 1 : 0; break;
    }
    store<f64>(out, w);
  }
}

// @ts-ignore: decorator
@inline
function combine(fn: i32, a: v128, b: v128): v128 {
  if (fn == 0) return f64x2.add(a, b);
  if (fn == 1) return f64x2.sub(a, b);
  if (fn == 2) return f64x2.mul(a, b);
  if (fn == 3) return f64x2.div(a, b);
  if (fn == 4) return f64x2.max(a, b);
  return f64x2.min(a, b);
}

// @ts-ignore: decorator
@inline
function row(fn: i32, count: i32, a: usize, aStep: i32, b: usize, bStep: i32, out: usize): void {
  const end = out + (<usize>(count & ~1) << 3);
  if (aStep == 1 && bStep == 1)
    for (; out < end; out += 16, a += 16, b += 16) v128.store(out, combine(fn, v128.load(a), v128.load(b)));
  else if (aStep == 1) {
    const right = v128.load64_splat(b);
    for (; out < end; out += 16, a += 16) v128.store(out, combine(fn, v128.load(a), right));
  } else if (bStep == 1) {
    const left = v128.load64_splat(a);
    for (; out < end; out += 16, b += 16) v128.store(out, combine(fn, left, v128.load(b)));
  } else {
    const both = combine(fn, v128.load64_splat(a), v128.load64_splat(b));
    for (; out < end; out += 16) v128.store(out, both);
  }
  if (count & 1) store<f64>(out, f64x2.extract_lane(combine(fn, v128.load64_splat(a), v128.load64_splat(b)), 0));
}

// @ts-ignore: decorator
@inline
function table(
  fn: i32, rows: i32, columns: i32,
  a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize,
): void {
  for (let i: i32 = 0; i < rows; i++) {
    row(fn, columns, a, aStep, b, bStep, out);
    a += <usize>aRow << 3;
    b += <usize>bRow << 3;
    out += <usize>columns << 3;
  }
}

/** `out[rows × columns]` of `a` and `b`, each with its row stride and a column step of 0 or 1. 0 + 1 − 2 × 3 ÷ 4 max 5 min. */
export function binary(
  fn: i32, rows: i32, columns: i32,
  a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize,
): void {
  switch (fn) {
    case 0: table(0, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 1: table(1, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 2: table(2, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 3: table(3, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 4: table(4, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 5: table(5, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
  }
}

/** `out[rows]`: sums of the rows of `a[rows × columns]`. */
export function sumRows(rows: i32, columns: i32, a: usize, out: usize): void {
  for (let i: i32 = 0; i < rows; i++, out += 8) {
    let sum: f64 = 0;
    for (let j: i32 = 0; j < columns; j++, a += 8) sum += load<f64>(a);
    store<f64>(out, sum);
  }
}

/** Softmax of every row of `a[rows × columns]`. */
export function softmax(rows: i32, columns: i32, a: usize, out: usize): void {
  const step = <usize>columns << 3;
  for (let i: i32 = 0; i < rows; i++, a += step, out += step) {
    let top: f64 = -Infinity;
    for (let j: usize = 0; j < step; j += 8) top = Math.max(top, load<f64>(a + j));
    let sum: f64 = 0;
    for (let j: usize = 0; j < step; j += 8) {
      const e = Math.exp(load<f64>(a + j) - top);
      store<f64>(out + j, e);
      sum += e;
    }
    for (let j: usize = 0; j < step; j += 8) store<f64>(out + j, load<f64>(out + j) / sum);
  }
}
