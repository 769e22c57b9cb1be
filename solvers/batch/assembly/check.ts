// What a solution of K u = g leaves of g, for one problem, from its data as given: matrices by rows, one number after the other.

import { address } from './table';

/** Σ x[j] y[j]. */
function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  const whole = x + (<usize>(n & ~3) << 3);
  const end = x + (<usize>n << 3);
  for (; x < whole; x += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    y += 32;
  }
  const s = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; x < end; x += 8) {
    sum += load<f64>(x) * load<f64>(y);
    y += 8;
  }
  return sum;
}

/** y ← y − f x. */
function subtract(x: usize, f: f64, y: usize, n: i32): void {
  const both = f64x2.splat(f);
  const whole = x + (<usize>(n & ~1) << 3);
  for (; x < whole; x += 16) {
    v128.store(y, f64x2.sub(v128.load(y), f64x2.mul(both, v128.load(x))));
    y += 16;
  }
  if (n & 1) store<f64>(y, load<f64>(y) - f * load<f64>(x));
}

/** r ← g of `count` numbers; returns the largest |g|. */
function begin(r: usize, g: usize, count: i32): f64 {
  let most: f64 = 0;
  memory.copy(r, g, <usize>count << 3);
  for (let i = 0; i < count; i++) most = max(most, abs(load<f64>(g + (<usize>i << 3))));
  return most;
}

function largest(r: usize, count: i32): f64 {
  let most: f64 = 0;
  for (let i = 0; i < count; i++) most = max(most, abs(load<f64>(r + (<usize>i << 3))));
  return most;
}

/** Rows of C where `held` (0: all) is 1: r_y −= C u_z, r_z −= Cᵀ u_y; others' r_y is 0. Returns the largest |g_y|. */
function rows(C: usize, n: i32, count: i32, held: usize, gy: usize, uz: usize, uy: usize, rz: usize, ry: usize): f64 {
  let most: f64 = 0;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 3;
    if (held != 0 && load<u8>(held + <usize>i) != 1) {
      store<f64>(ry + at, 0);
      continue;
    }
    const row = C + <usize>i * (<usize>n << 3);
    const side = load<f64>(gy + at);
    most = max(most, abs(side));
    store<f64>(ry + at, side - dot(row, uz, n));
    subtract(row, load<f64>(uy + at), rz, n);
  }
  return most;
}

/**
 * `r ← g − K u` of `count` problems, K = [Q Cᵀ; C 0], C the rows of A and those of G whose byte at `held` is 1; and the largest |r| relative to
 * the largest |g|. Q counts as ½(Q + Qᵀ), or as it is where `symmetric`. The table holds the addresses of Q, A, G, held; of z, ν and λ of g,
 * of u, of r; of the result; of a byte that is 0 where a problem is left out.
 */
export function checkSystems(table: usize, count: i32, n: i32, m: i32, p: i32, symmetric: bool): void {
  const half: f64 = symmetric ? 1 : 0.5;
  for (let e = 0; e < count; e++) {
    if (load<u8>(address(table, 14, e)) == 0) continue;
    const Q = address(table, 0, e);
    const uz = address(table, 7, e);
    const rz = address(table, 10, e);
    const rν = address(table, 11, e);
    const rλ = address(table, 12, e);
    let size = begin(rz, address(table, 4, e), n);
    for (let i = 0; i < n; i++) {
      const row = Q + <usize>i * (<usize>n << 3);
      const at = rz + (<usize>i << 3);
      // One triangle is enough of what is symmetric.
      store<f64>(at, load<f64>(at) - half * dot(row, uz, symmetric ? i + 1 : n));
      subtract(row, half * load<f64>(uz + (<usize>i << 3)), rz, symmetric ? i : n);
    }
    size = max(
      size,
      rows(address(table, 1, e), n, m, 0, address(table, 5, e), uz, address(table, 8, e), rz, rν),
    );
    const held = address(table, 3, e);
    size = max(
      size,
      rows(address(table, 2, e), n, p, held, address(table, 6, e), uz, address(table, 9, e), rz, rλ),
    );
    const left = max(largest(rz, n), max(largest(rν, m), largest(rλ, p)));
    store<f64>(address(table, 13, e), left / max(size, 1e-300));
  }
}
