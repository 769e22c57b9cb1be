// Short dense vector loops in f64x2.

/** y[0..n) −= a·x[0..n). */
export function subtractScaled(y: usize, x: usize, a: f64, n: i32): void {
  const s = f64x2.splat(a);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const at = <usize>i << 3;
    v128.store(y + at, f64x2.sub(v128.load(y + at), f64x2.mul(s, v128.load(x + at))));
  }
  if (i < n) {
    const at = <usize>i << 3;
    store<f64>(y + at, load<f64>(y + at) - a * load<f64>(x + at));
  }
}

/** y[0..n) −= a·x0 + b·x1 + c·x2 + d·x3. */
export function subtractFour(
  y: usize, x0: usize, x1: usize, x2: usize, x3: usize, a: f64, b: f64, c: f64, d: f64, n: i32,
): void {
  const sa = f64x2.splat(a);
  const sb = f64x2.splat(b);
  const sc = f64x2.splat(c);
  const sd = f64x2.splat(d);
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) {
    const left = f64x2.add(f64x2.mul(sa, v128.load(x0 + at)), f64x2.mul(sb, v128.load(x1 + at)));
    const right = f64x2.add(f64x2.mul(sc, v128.load(x2 + at)), f64x2.mul(sd, v128.load(x3 + at)));
    v128.store(y + at, f64x2.sub(v128.load(y + at), f64x2.add(left, right)));
  }
  if (n & 1) {
    const left = a * load<f64>(x0 + at) + b * load<f64>(x1 + at);
    const right = c * load<f64>(x2 + at) + d * load<f64>(x3 + at);
    store<f64>(y + at, load<f64>(y + at) - (left + right));
  }
}

/** y = a·x. */
export function scaleInto(y: usize, x: usize, a: f64, n: i32): void {
  const s = f64x2.splat(a);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const at = <usize>i << 3;
    v128.store(y + at, f64x2.mul(s, v128.load(x + at)));
  }
  if (i < n) store<f64>(y + (<usize>i << 3), a * load<f64>(x + (<usize>i << 3)));
}

/** z = a·x + b·y. */
export function combineInto(z: usize, x: usize, y: usize, a: f64, b: f64, n: i32): void {
  const sa = f64x2.splat(a);
  const sb = f64x2.splat(b);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const at = <usize>i << 3;
    v128.store(z + at, f64x2.add(f64x2.mul(sa, v128.load(x + at)), f64x2.mul(sb, v128.load(y + at))));
  }
  if (i < n) {
    const at = <usize>i << 3;
    store<f64>(z + at, a * load<f64>(x + at) + b * load<f64>(y + at));
  }
}

/** max |x[i]| over [0, n). */
export function largest(x: usize, n: i32): f64 {
  let m = f64x2.splat(0);
  let i = 0;
  for (; i + 1 < n; i += 2) m = f64x2.pmax(m, f64x2.abs(v128.load(x + (<usize>i << 3))));
  let value = max(f64x2.extract_lane(m, 0), f64x2.extract_lane(m, 1));
  if (i < n) value = max(value, abs(load<f64>(x + (<usize>i << 3))));
  return value;
}

/** Copies n numbers towards lower or equal addresses (the ranges may overlap). */
export function copyDown(to: usize, from: usize, n: i32): void {
  if (n > 64) {
    memory.copy(to, from, <usize>n << 3);
    return;
  }
  let i = 0;
  for (; i + 1 < n; i += 2) v128.store(to + (<usize>i << 3), v128.load(from + (<usize>i << 3)));
  if (i < n) store<f64>(to + (<usize>i << 3), load<f64>(from + (<usize>i << 3)));
}

/** Zeroes n numbers. */
export function clear(to: usize, n: i32): void {
  if (n > 512) {
    memory.fill(to, 0, <usize>n << 3);
    return;
  }
  let i = 0;
  for (; i + 1 < n; i += 2) v128.store(to + (<usize>i << 3), f64x2.splat(0));
  if (i < n) store<f64>(to + (<usize>i << 3), 0);
}
