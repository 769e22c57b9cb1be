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

/** 0 exp, 1 tanh, 2 sigmoid, 3 softplus, 4 erf (`rule` as above), 5 abs, 6 step, 7 log, 8 sqrt, 9 sin, 10 cos, 11 atan; computed in f64. */
export function unary<T>(fn: i32, count: i32, a: usize, out: usize, rule: usize, ruleCount: i32): void {
  const end = a + <usize>count * sizeof<T>();
  for (; a < end; a += sizeof<T>(), out += sizeof<T>()) {
    const u = <f64>load<T>(a);
    let w: f64 = 0;
    switch (fn) {
      case 0: w = Math.exp(u); break;
      case 1: w = Math.tanh(u); break;
      case 2: w = sigmoidOf(u); break;
      case 3: w = Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))); break;
      case 4: w = erfOf(u, rule, ruleCount); break;
      case 5: w = Math.abs(u); break;
      case 6: w = u > 0 ? 1 : 0; break;
      case 7: w = Math.log(u); break;
      case 8: w = Math.sqrt(u); break;
      case 9: w = Math.sin(u); break;
      case 10: w = Math.cos(u); break;
      case 11: w = Math.atan(u); break;
    }
    store<T>(out, <T>w);
  }
}

// @ts-ignore: decorator
@inline
function combine<T>(fn: i32, a: v128, b: v128): v128 {
  if (fn == 0) return v128.add<T>(a, b);
  if (fn == 1) return v128.sub<T>(a, b);
  if (fn == 2) return v128.mul<T>(a, b);
  if (fn == 3) return v128.div<T>(a, b);
  if (fn == 4) return v128.max<T>(a, b);
  return v128.min<T>(a, b);
}

/** The number at `at` in every lane. */
// @ts-ignore: decorator
@inline
function splat<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(at) : v128.load32_splat(at);
}

// @ts-ignore: decorator
@inline
function row<T>(fn: i32, count: i32, a: usize, aStep: i32, b: usize, bStep: i32, out: usize): void {
  const lanes: i32 = 16 / sizeof<T>();
  const last = out + <usize>count * sizeof<T>();
  const end = out + <usize>(count & ~(lanes - 1)) * sizeof<T>();
  if (aStep == 1 && bStep == 1)
    for (; out < end; out += 16, a += 16, b += 16) v128.store(out, combine<T>(fn, v128.load(a), v128.load(b)));
  else if (aStep == 1) {
    const right = splat<T>(b);
    for (; out < end; out += 16, a += 16) v128.store(out, combine<T>(fn, v128.load(a), right));
  } else if (bStep == 1) {
    const left = splat<T>(a);
    for (; out < end; out += 16, b += 16) v128.store(out, combine<T>(fn, left, v128.load(b)));
  } else {
    const both = combine<T>(fn, splat<T>(a), splat<T>(b));
    for (; out < end; out += 16) v128.store(out, both);
  }
  for (; out < last; out += sizeof<T>()) {
    store<T>(out, v128.extract_lane<T>(combine<T>(fn, splat<T>(a), splat<T>(b)), 0));
    a += <usize>aStep * sizeof<T>();
    b += <usize>bStep * sizeof<T>();
  }
}

// @ts-ignore: decorator
@inline
function table<T>(
  fn: i32, rows: i32, columns: i32,
  a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize,
): void {
  for (let i: i32 = 0; i < rows; i++) {
    row<T>(fn, columns, a, aStep, b, bStep, out);
    a += <usize>aRow * sizeof<T>();
    b += <usize>bRow * sizeof<T>();
    out += <usize>columns * sizeof<T>();
  }
}

/** `out[rows × columns]` of `a` and `b`, each with its row stride and a column step of 0 or 1. 0 + 1 − 2 × 3 ÷ 4 max 5 min. */
export function binary<T>(
  fn: i32, rows: i32, columns: i32,
  a: usize, aRow: i32, aStep: i32, b: usize, bRow: i32, bStep: i32, out: usize,
): void {
  switch (fn) {
    case 0: table<T>(0, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 1: table<T>(1, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 2: table<T>(2, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 3: table<T>(3, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 4: table<T>(4, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
    case 5: table<T>(5, rows, columns, a, aRow, aStep, b, bRow, bStep, out); break;
  }
}

/** `out[rows]`: sums of the rows of `a[rows × columns]`. */
export function sumRows<T>(rows: i32, columns: i32, a: usize, out: usize): void {
  const end = out + <usize>rows * sizeof<T>();
  const fours = columns & ~3;
  for (; out < end; out += sizeof<T>()) {
    // Four sums, so that none waits for another.
    let s0: f64 = 0;
    let s1: f64 = 0;
    let s2: f64 = 0;
    let s3: f64 = 0;
    let j: i32 = 0;
    for (; j < fours; j += 4, a += 4 * sizeof<T>()) {
      s0 += <f64>load<T>(a);
      s1 += <f64>load<T>(a, sizeof<T>());
      s2 += <f64>load<T>(a, 2 * sizeof<T>());
      s3 += <f64>load<T>(a, 3 * sizeof<T>());
    }
    for (; j < columns; j++, a += sizeof<T>()) s0 += <f64>load<T>(a);
    store<T>(out, <T>(s0 + s2 + (s1 + s3)));
  }
}

/** Softmax of every row of `a[rows × columns]`. */
export function softmax<T>(rows: i32, columns: i32, a: usize, out: usize): void {
  const step = <usize>columns * sizeof<T>();
  for (let i: i32 = 0; i < rows; i++, a += step, out += step) {
    let top: f64 = -Infinity;
    for (let j: usize = 0; j < step; j += sizeof<T>()) top = Math.max(top, <f64>load<T>(a + j));
    let sum: f64 = 0;
    for (let j: usize = 0; j < step; j += sizeof<T>()) {
      const e = Math.exp(<f64>load<T>(a + j) - top);
      store<T>(out + j, <T>e);
      sum += e;
    }
    for (let j: usize = 0; j < step; j += sizeof<T>()) store<T>(out + j, <T>(<f64>load<T>(out + j) / sum));
  }
}
