// Triangular solves over the tree and iterative refinement. Vectors are in permuted order.

import { acrossSize, acrossSum, beginAcross, residualOfBlocks, residualRun } from './blocks';
import * as s from './state';
import { subtractFour, subtractScaled } from './vector';

function f64At(base: usize, i: i32): f64 {
  return load<f64>(base + (<usize>i << 3));
}

function put(base: usize, i: i32, value: f64): void {
  store<f64>(base + (<usize>i << 3), value);
}

/** buffer[j..nf) after the unit lower triangle of ne columns; L packed below the diagonal. */
function lowerSolve(buffer: usize, l: usize, ne: i32, nf: i32): void {
  let j = 0;
  for (; j + 3 < ne; j += 4) {
    const l1 = l + (<usize>(nf - 1 - j) << 3);
    const l2 = l1 + (<usize>(nf - 2 - j) << 3);
    const l3 = l2 + (<usize>(nf - 3 - j) << 3);
    const y = buffer + (<usize>j << 3);
    const a = load<f64>(y);
    const b = load<f64>(y, 8) - load<f64>(l) * a;
    const c = load<f64>(y, 16) - load<f64>(l, 8) * a - load<f64>(l1) * b;
    const d = load<f64>(y, 24) - load<f64>(l, 16) * a - load<f64>(l1, 8) * b - load<f64>(l2) * c;
    store<f64>(y, b, 8);
    store<f64>(y, c, 16);
    store<f64>(y, d, 24);
    subtractFour(y + 32, l + 24, l1 + 16, l2 + 8, l3, a, b, c, d, nf - j - 4);
    l = l3 + (<usize>(nf - 4 - j) << 3);
  }
  for (; j < ne; j++) {
    const y = buffer + (<usize>j << 3);
    subtractScaled(y + 8, l, load<f64>(y), nf - j - 1);
    l += <usize>(nf - j - 1) << 3;
  }
}

/** x[0..n)·y[0..n). */
export function dot(x: usize, y: usize, n: i32): f64 {
  let sum = f64x2.splat(0);
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(x + at), v128.load(y + at)));
  let value = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (n & 1) value += load<f64>(x + at) * load<f64>(y + at);
  return value;
}

/** y[0..4) −= (columns l0 … l3)ᵀ x, n rows. */
export function subtractDots(y: usize, x: usize, l0: usize, l1: usize, l2: usize, l3: usize, n: i32): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) {
    const value = v128.load(x + at);
    s0 = f64x2.add(s0, f64x2.mul(value, v128.load(l0 + at)));
    s1 = f64x2.add(s1, f64x2.mul(value, v128.load(l1 + at)));
    s2 = f64x2.add(s2, f64x2.mul(value, v128.load(l2 + at)));
    s3 = f64x2.add(s3, f64x2.mul(value, v128.load(l3 + at)));
  }
  let a = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  let b = f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1);
  let c = f64x2.extract_lane(s2, 0) + f64x2.extract_lane(s2, 1);
  let d = f64x2.extract_lane(s3, 0) + f64x2.extract_lane(s3, 1);
  if (n & 1) {
    const value = load<f64>(x + at);
    a += value * load<f64>(l0 + at);
    b += value * load<f64>(l1 + at);
    c += value * load<f64>(l2 + at);
    d += value * load<f64>(l3 + at);
  }
  store<f64>(y, load<f64>(y) - a);
  store<f64>(y, load<f64>(y, 8) - b, 8);
  store<f64>(y, load<f64>(y, 16) - c, 16);
  store<f64>(y, load<f64>(y, 24) - d, 24);
}

/** Solves with the transpose of the same triangle. */
function upperSolve(buffer: usize, l: usize, ne: i32, nf: i32): void {
  // Column j starts at l + 8·(j·nf − j(j+1)/2).
  let j = ne - 1;
  for (; j >= 0 && (j & 3) != 3; j--) {
    const at = l + (<usize>(<u64>j * <u64>nf - ((<u64>j * <u64>(j + 1)) >> 1)) << 3);
    const y = buffer + (<usize>j << 3);
    store<f64>(y, load<f64>(y) - dot(y + 8, at, nf - j - 1));
  }
  for (j -= 3; j >= 0; j -= 4) {
    const l0 = l + (<usize>(<u64>j * <u64>nf - ((<u64>j * <u64>(j + 1)) >> 1)) << 3);
    const l1 = l0 + (<usize>(nf - 1 - j) << 3);
    const l2 = l1 + (<usize>(nf - 2 - j) << 3);
    const l3 = l2 + (<usize>(nf - 3 - j) << 3);
    const y = buffer + (<usize>j << 3);
    subtractDots(y, y + 32, l0 + 24, l1 + 16, l2 + 8, l3, nf - 4 - j);
    const d = load<f64>(y, 24);
    const c = load<f64>(y, 16) - load<f64>(l2) * d;
    const b = load<f64>(y, 8) - load<f64>(l1) * c - load<f64>(l1, 8) * d;
    store<f64>(y, load<f64>(y) - load<f64>(l0) * b - load<f64>(l0, 8) * c - load<f64>(l0, 16) * d);
    store<f64>(y, b, 8);
    store<f64>(y, c, 16);
  }
}

/** Multiplies by D⁻¹; zero pivots give zero. */
function diagonalSolve(buffer: usize, d: usize, ne: i32): void {
  let j = 0;
  while (j < ne) {
    const y = buffer + (<usize>j << 3);
    const entry = d + (<usize>j << 4);
    const a = load<f64>(entry);
    const b = load<f64>(entry, 8);
    if (b == 0) {
      store<f64>(y, a == 0 ? 0 : load<f64>(y) / a);
      j += 1;
      continue;
    }
    const c = load<f64>(entry, 16);
    const p = c / b;
    const q = a / b;
    const u = load<f64>(y) / b;
    const v = load<f64>(y, 8) / b;
    const r = 1 / (p * q - 1);
    store<f64>(y, (p * u - v) * r);
    store<f64>(y, (q * v - u) * r, 8);
    j += 2;
  }
}

/** x ← (S A S)⁻¹ x with the factors; `buffer` holds as many numbers as the largest front. */
function applyFactors(x: usize, buffer: usize): void {
  for (let node = 0; node < s.nodes; node++) {
    const ne = load<i32>(s.eliminated + (<usize>node << 2));
    if (ne == 0) continue;
    const nf = load<i32>(s.frontOrder + (<usize>node << 2));
    const list = load<usize>(s.factorAddress + (<usize>node << 2));
    const d = list + ((<usize>nf * 4 + 7) & ~7);
    for (let i = 0; i < ne; i++) put(buffer, i, f64At(x, load<i32>(list + (<usize>i << 2))));
    for (let i = ne; i < nf; i++) put(buffer, i, 0);
    lowerSolve(buffer, d + (<usize>(ne + 1) << 4), ne, nf);
    diagonalSolve(buffer, d, ne);
    for (let i = 0; i < ne; i++) put(x, load<i32>(list + (<usize>i << 2)), f64At(buffer, i));
    for (let i = ne; i < nf; i++) {
      const row = load<i32>(list + (<usize>i << 2));
      put(x, row, f64At(x, row) + f64At(buffer, i));
    }
  }
  for (let node = s.nodes - 1; node >= 0; node--) {
    const ne = load<i32>(s.eliminated + (<usize>node << 2));
    if (ne == 0) continue;
    const nf = load<i32>(s.frontOrder + (<usize>node << 2));
    const list = load<usize>(s.factorAddress + (<usize>node << 2));
    const d = list + ((<usize>nf * 4 + 7) & ~7);
    for (let i = 0; i < nf; i++) put(buffer, i, f64At(x, load<i32>(list + (<usize>i << 2))));
    upperSolve(buffer, d + (<usize>(ne + 1) << 4), ne, nf);
    for (let i = 0; i < ne; i++) put(x, load<i32>(list + (<usize>i << 2)), f64At(buffer, i));
  }
}

/**
 * r = b − A x and m = |A||x| + |b| with the unscaled matrix; returns the componentwise backward error max |r|/m.
 * Source: Arioli, Demmel & Duff, SIAM J. Matrix Anal. Appl. 10 (1989).
 */
function residual(b: usize, x: usize, r: usize, m: usize): f64 {
  const n = s.order;
  for (let i = 0; i < n; i++) {
    const value = f64At(b, i);
    put(r, i, value);
    put(m, i, abs(value));
  }
  for (let j = 0; j < n; j++) {
    const start = load<i32>(s.columnStart + (<usize>j << 2));
    const end = load<i32>(s.columnStart + (<usize>j << 2), 4);
    if (start == end) continue;
    const xj = f64At(x, j);
    let k = start;
    // The diagonal entry comes first where there is one.
    const diagonal = load<i32>(s.entryRow + (<usize>k << 2)) == j;
    let sum = diagonal ? f64At(s.entryValue, k) * xj : 0;
    let size = abs(sum);
    if (diagonal) k += 1;
    let tail = max(k, load<i32>(s.columnTail + (<usize>j << 2)));
    if (end - tail < 4) tail = end;
    for (; k < tail; k++) {
      const i = load<i32>(s.entryRow + (<usize>k << 2));
      const a = f64At(s.entryValue, k);
      const down = a * xj;
      const across = a * f64At(x, i);
      put(r, i, f64At(r, i) - down);
      put(m, i, f64At(m, i) + abs(down));
      sum += across;
      size += abs(across);
    }
    beginAcross(sum, size);
    if (k < end) {
      const i = load<usize>(s.entryRow + (<usize>k << 2)) << 3;
      residualRun(s.entryValue + (<usize>k << 3), x + i, r + i, m + i, xj, end - k);
    }
    put(r, j, f64At(r, j) - acrossSum);
    put(m, j, f64At(m, j) + acrossSize);
  }
  residualOfBlocks(x, r, m);
  let worst: f64 = 0;
  for (let i = 0; i < n; i++) {
    const size = f64At(m, i);
    if (size > 0) worst = max(worst, abs(f64At(r, i)) / size);
  }
  return worst;
}

/**
 * Solves A x = b for the b in `vectorB` (original order) and overwrites it with x. Refines until the backward error
 * is below `enough` or no longer halves. Returns the componentwise backward error.
 */
export function solve(steps: i32, enough: f64): f64 {
  const n = s.order;
  // The stack is empty after a factorization; it once held the largest front.
  const buffer = s.stackBase;
  const x = s.vectorX;
  const r = s.vectorR;
  const b = s.vectorM + (<usize>n << 3);
  for (let i = 0; i < n; i++) {
    const value = f64At(s.vectorB, load<i32>(s.permutation + (<usize>i << 2)));
    put(b, i, value);
    put(x, i, value * f64At(s.scale, i));
  }
  applyFactors(x, buffer);
  for (let i = 0; i < n; i++) put(x, i, f64At(x, i) * f64At(s.scale, i));
  let step = 0;
  let error = residual(b, x, r, s.vectorM);
  while (error > enough && step < steps) {
    memory.copy(s.vectorBest, x, <usize>n << 3);
    for (let i = 0; i < n; i++) put(r, i, f64At(r, i) * f64At(s.scale, i));
    applyFactors(r, buffer);
    for (let i = 0; i < n; i++) put(x, i, f64At(x, i) + f64At(r, i) * f64At(s.scale, i));
    step += 1;
    const next = residual(b, x, r, s.vectorM);
    if (!(next < error)) {
      memory.copy(x, s.vectorBest, <usize>n << 3);
      break;
    }
    const slow = next > 0.5 * error;
    error = next;
    if (slow) break;
  }
  for (let i = 0; i < n; i++) put(s.vectorB, load<i32>(s.permutation + (<usize>i << 2)), f64At(x, i));
  return error;
}
