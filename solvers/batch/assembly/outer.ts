// Gradients of matrices are sums of outer products.

/** out ← f Σ_e a_e z_eᵀ + y_e u_eᵀ, or out plus that where `add`. */
function addOuterProducts(
  out: usize,
  rows: i32,
  n: i32,
  a: usize,
  z: usize,
  y: usize,
  u: usize,
  f: f64,
  count: i32,
  add: bool,
): void {
  const line = <usize>n << 3;
  const own = <usize>rows << 3;
  const whole = n & ~7;
  const factor = f64x2.splat(f);
  for (let i = 0; i < rows; i++) {
    const ai = a + (<usize>i << 3);
    const yi = y + (<usize>i << 3);
    for (let j = 0; j < whole; j += 8) {
      const to = out + (<usize>j << 3);
      let s0 = f64x2.splat(0);
      let s1 = f64x2.splat(0);
      let s2 = f64x2.splat(0);
      let s3 = f64x2.splat(0);
      if (add) {
        s0 = v128.load(to);
        s1 = v128.load(to, 16);
        s2 = v128.load(to, 32);
        s3 = v128.load(to, 48);
      }
      let x = z + (<usize>j << 3);
      let v = u + (<usize>j << 3);
      let at: usize = 0;
      for (let e = 0; e < count; e++) {
        const α = f64x2.mul(factor, v128.load64_splat(ai + at));
        const β = f64x2.mul(factor, v128.load64_splat(yi + at));
        s0 = f64x2.add(s0, f64x2.add(f64x2.mul(α, v128.load(x)), f64x2.mul(β, v128.load(v))));
        s1 = f64x2.add(s1, f64x2.add(f64x2.mul(α, v128.load(x, 16)), f64x2.mul(β, v128.load(v, 16))));
        s2 = f64x2.add(s2, f64x2.add(f64x2.mul(α, v128.load(x, 32)), f64x2.mul(β, v128.load(v, 32))));
        s3 = f64x2.add(s3, f64x2.add(f64x2.mul(α, v128.load(x, 48)), f64x2.mul(β, v128.load(v, 48))));
        at += own;
        x += line;
        v += line;
      }
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
    for (let j = whole; j < n; j++) {
      const to = out + (<usize>j << 3);
      let sum: f64 = add ? load<f64>(to) : 0;
      let x = z + (<usize>j << 3);
      let v = u + (<usize>j << 3);
      let at: usize = 0;
      for (let e = 0; e < count; e++) {
        sum += f * load<f64>(ai + at) * load<f64>(x) + f * load<f64>(yi + at) * load<f64>(v);
        at += own;
        x += line;
        v += line;
      }
      store<f64>(to, sum);
    }
    out += line;
  }
}

/**
 * out (rows × n) ← f Σ_e a_e z_eᵀ + y_e u_eᵀ of `count` problems, or out plus that where `add`; or, without `sum`, one such product after the
 * other. Vectors of a problem follow those of the one before: a and y of `rows` numbers, z and u of n.
 */
export function outerProducts(
  out: usize,
  rows: i32,
  n: i32,
  a: usize,
  z: usize,
  y: usize,
  u: usize,
  f: f64,
  count: i32,
  sum: bool,
  add: bool,
): void {
  if (sum) {
    addOuterProducts(out, rows, n, a, z, y, u, f, count, add);
    return;
  }
  const own = <usize>rows << 3;
  const line = <usize>n << 3;
  for (let e = 0; e < count; e++) {
    addOuterProducts(out, rows, n, a, z, y, u, f, 1, false);
    out += <usize>rows * line;
    a += own;
    y += own;
    z += line;
    u += line;
  }
}
