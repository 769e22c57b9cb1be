// Solves for many right-hand sides, four at a time: row i of a group of four stands in 32 bytes. Every number is computed
// as `solve.ts` does it, in the same order, so that the solutions are the same to the last bit; but L is read once.

import { blockColumns, blockPosition, blockRow, blockRows, columnOfBlock, isSymmetric, openBlock, widestBlock } from './blocks';
import * as s from './state';

let n: i32 = 0;
let groups: i32 = 0;
/** Bytes of one vector of a group. */
let stride: usize = 0;
/** Of all groups: as given, permuted right-hand sides, solutions, residuals, sizes, solutions before a step of refinement. */
let given: usize = 0;
let b: usize = 0;
let x: usize = 0;
let r: usize = 0;
let m: usize = 0;
let best: usize = 0;
/** One front; the sides of one block by group: x, r and m. */
let front: usize = 0;
let side: usize = 0;
let sideBytes: usize = 0;
/** By right-hand side: backward error (f64), the same after a step of refinement, its place among those given (i32). */
let errors: usize = 0;
let next: usize = 0;
let origin: usize = 0;
/** Right-hand sides that are still refined: they stand first, in as few groups as hold them. */
let live: i32 = 0;

function i32At(base: usize, i: i32): i32 {
  return load<i32>(base + (<usize>i << 2));
}

/**
 * Makes room for `count` groups of four after a factorization; returns where their right-hand sides go, one after the other in
 * original order, and the solutions come. 0 where memory is out.
 */
export function prepareMany(count: i32): usize {
  n = s.order;
  groups = count;
  stride = <usize>n << 5;
  let largest = 1;
  for (let node = 0; node < s.nodes; node++) largest = max(largest, i32At(s.frontOrder, node));
  sideBytes = <usize>(widestBlock() + 1) << 5;
  const vectors = <u64>stride * <u64>groups;
  const bytes = 6 * vectors + (<u64>largest << 5) + 3 * <u64>sideBytes * <u64>groups + <u64>groups * 80 + 96;
  if (bytes > 0xffffffff || !s.reserve(0, bytes)) return 0;
  const size = <usize>vectors;
  given = (s.stackBase + 15) & ~15;
  b = given + size;
  x = b + size;
  r = x + size;
  m = r + size;
  best = m + size;
  front = best + size;
  side = front + (<usize>largest << 5);
  errors = side + 3 * sideBytes * <usize>groups;
  next = errors + (<usize>groups << 5);
  across = next + (<usize>groups << 5);
  origin = across + 32;
  return given;
}

/** y ← y − (a·x0 + b·x1) − (c·x2 + d·x3), one row of four. */
// @ts-ignore: decorator
@inline
function minusFour(y: v128, a: v128, x0: v128, b: v128, x1: v128, c: v128, x2: v128, d: v128, x3: v128): v128 {
  const left = f64x2.add(f64x2.mul(a, x0), f64x2.mul(b, x1));
  const right = f64x2.add(f64x2.mul(c, x2), f64x2.mul(d, x3));
  return f64x2.sub(y, f64x2.add(left, right));
}

/** y ← y − a·x. */
// @ts-ignore: decorator
@inline
function minus(y: v128, a: v128, x: v128): v128 {
  return f64x2.sub(y, f64x2.mul(a, x));
}

/** As `lowerSolve`. */
function lowerSolve(l: usize, ne: i32, nf: i32): void {
  let j = 0;
  for (; j + 3 < ne; j += 4) {
    const l1 = l + (<usize>(nf - 1 - j) << 3);
    const l2 = l1 + (<usize>(nf - 2 - j) << 3);
    const l3 = l2 + (<usize>(nf - 3 - j) << 3);
    let y = front + (<usize>j << 5);
    const a0 = v128.load(y);
    const a1 = v128.load(y, 16);
    const l01 = v128.load64_splat(l);
    const l02 = v128.load64_splat(l, 8);
    const l03 = v128.load64_splat(l, 16);
    const l12 = v128.load64_splat(l1);
    const l13 = v128.load64_splat(l1, 8);
    const l23 = v128.load64_splat(l2);
    const b0 = minus(v128.load(y, 32), l01, a0);
    const b1 = minus(v128.load(y, 48), l01, a1);
    const c0 = minus(minus(v128.load(y, 64), l02, a0), l12, b0);
    const c1 = minus(minus(v128.load(y, 80), l02, a1), l12, b1);
    const d0 = minus(minus(minus(v128.load(y, 96), l03, a0), l13, b0), l23, c0);
    const d1 = minus(minus(minus(v128.load(y, 112), l03, a1), l13, b1), l23, c1);
    v128.store(y, b0, 32);
    v128.store(y, b1, 48);
    v128.store(y, c0, 64);
    v128.store(y, c1, 80);
    v128.store(y, d0, 96);
    v128.store(y, d1, 112);
    y += 128;
    const end = (<usize>(nf - j - 4)) << 3;
    for (let at: usize = 0; at < end; at += 8) {
      const x0 = v128.load64_splat(l + 24 + at);
      const x1 = v128.load64_splat(l1 + 16 + at);
      const x2 = v128.load64_splat(l2 + 8 + at);
      const x3 = v128.load64_splat(l3 + at);
      v128.store(y, minusFour(v128.load(y), a0, x0, b0, x1, c0, x2, d0, x3));
      v128.store(y, minusFour(v128.load(y, 16), a1, x0, b1, x1, c1, x2, d1, x3), 16);
      y += 32;
    }
    l = l3 + (<usize>(nf - 4 - j) << 3);
  }
  for (; j < ne; j++) {
    let y = front + (<usize>j << 5);
    const a0 = v128.load(y);
    const a1 = v128.load(y, 16);
    const end = (<usize>(nf - j - 1)) << 3;
    for (let at: usize = 0; at < end; at += 8) {
      y += 32;
      const x0 = v128.load64_splat(l + at);
      v128.store(y, minus(v128.load(y), a0, x0));
      v128.store(y, minus(v128.load(y, 16), a1, x0), 16);
    }
    l += end;
  }
}

/** y[0] −= l·x over `count` rows of x: sums of even and of odd rows, then the last one. */
function subtractDot(y: usize, x: usize, l: usize, count: i32): void {
  let e0 = f64x2.splat(0);
  let e1 = e0;
  let o0 = e0;
  let o1 = e0;
  for (let k = count >> 1; k > 0; k--) {
    const a = v128.load64_splat(l);
    const b = v128.load64_splat(l, 8);
    e0 = f64x2.add(e0, f64x2.mul(v128.load(x), a));
    e1 = f64x2.add(e1, f64x2.mul(v128.load(x, 16), a));
    o0 = f64x2.add(o0, f64x2.mul(v128.load(x, 32), b));
    o1 = f64x2.add(o1, f64x2.mul(v128.load(x, 48), b));
    l += 16;
    x += 64;
  }
  e0 = f64x2.add(e0, o0);
  e1 = f64x2.add(e1, o1);
  if (count & 1) {
    const a = v128.load64_splat(l);
    e0 = f64x2.add(e0, f64x2.mul(v128.load(x), a));
    e1 = f64x2.add(e1, f64x2.mul(v128.load(x, 16), a));
  }
  v128.store(y, f64x2.sub(v128.load(y), e0));
  v128.store(y, f64x2.sub(v128.load(y, 16), e1), 16);
}

/** The same for two neighbouring rows of y, with columns l and k. */
function subtractTwoDots(y: usize, x: usize, l: usize, k: usize, count: i32): void {
  let e0 = f64x2.splat(0);
  let e1 = e0;
  let o0 = e0;
  let o1 = e0;
  let f0 = e0;
  let f1 = e0;
  let p0 = e0;
  let p1 = e0;
  for (let left = count >> 1; left > 0; left--) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const a = v128.load64_splat(l);
    const b = v128.load64_splat(k);
    e0 = f64x2.add(e0, f64x2.mul(x0, a));
    e1 = f64x2.add(e1, f64x2.mul(x1, a));
    f0 = f64x2.add(f0, f64x2.mul(x0, b));
    f1 = f64x2.add(f1, f64x2.mul(x1, b));
    const z0 = v128.load(x, 32);
    const z1 = v128.load(x, 48);
    const c = v128.load64_splat(l, 8);
    const d = v128.load64_splat(k, 8);
    o0 = f64x2.add(o0, f64x2.mul(z0, c));
    o1 = f64x2.add(o1, f64x2.mul(z1, c));
    p0 = f64x2.add(p0, f64x2.mul(z0, d));
    p1 = f64x2.add(p1, f64x2.mul(z1, d));
    l += 16;
    k += 16;
    x += 64;
  }
  e0 = f64x2.add(e0, o0);
  e1 = f64x2.add(e1, o1);
  f0 = f64x2.add(f0, p0);
  f1 = f64x2.add(f1, p1);
  if (count & 1) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const a = v128.load64_splat(l);
    const b = v128.load64_splat(k);
    e0 = f64x2.add(e0, f64x2.mul(x0, a));
    e1 = f64x2.add(e1, f64x2.mul(x1, a));
    f0 = f64x2.add(f0, f64x2.mul(x0, b));
    f1 = f64x2.add(f1, f64x2.mul(x1, b));
  }
  v128.store(y, f64x2.sub(v128.load(y), e0));
  v128.store(y, f64x2.sub(v128.load(y, 16), e1), 16);
  v128.store(y, f64x2.sub(v128.load(y, 32), f0), 32);
  v128.store(y, f64x2.sub(v128.load(y, 48), f1), 48);
}

/** As `upperSolve`. */
function upperSolve(l: usize, ne: i32, nf: i32): void {
  let j = ne - 1;
  for (; j >= 0 && (j & 3) != 3; j--) {
    const at = l + (<usize>(<u64>j * <u64>nf - ((<u64>j * <u64>(j + 1)) >> 1)) << 3);
    const y = front + (<usize>j << 5);
    subtractDot(y, y + 32, at, nf - j - 1);
  }
  for (j -= 3; j >= 0; j -= 4) {
    const l0 = l + (<usize>(<u64>j * <u64>nf - ((<u64>j * <u64>(j + 1)) >> 1)) << 3);
    const l1 = l0 + (<usize>(nf - 1 - j) << 3);
    const l2 = l1 + (<usize>(nf - 2 - j) << 3);
    const l3 = l2 + (<usize>(nf - 3 - j) << 3);
    const y = front + (<usize>j << 5);
    subtractTwoDots(y, y + 128, l0 + 24, l1 + 16, nf - 4 - j);
    subtractTwoDots(y + 64, y + 128, l2 + 8, l3, nf - 4 - j);
    const l01 = v128.load64_splat(l0);
    const l02 = v128.load64_splat(l0, 8);
    const l03 = v128.load64_splat(l0, 16);
    const l12 = v128.load64_splat(l1);
    const l13 = v128.load64_splat(l1, 8);
    const l23 = v128.load64_splat(l2);
    for (let half: usize = 0; half < 32; half += 16) {
      const at = y + half;
      const d = v128.load(at, 96);
      const c = minus(v128.load(at, 64), l23, d);
      const b = minus(minus(v128.load(at, 32), l12, c), l13, d);
      v128.store(at, minus(minus(minus(v128.load(at), l01, b), l02, c), l03, d));
      v128.store(at, b, 32);
      v128.store(at, c, 64);
    }
  }
}

/** As `diagonalSolve`. */
function diagonalSolve(d: usize, ne: i32): void {
  let j = 0;
  while (j < ne) {
    const y = front + (<usize>j << 5);
    const entry = d + (<usize>j << 4);
    const a = load<f64>(entry);
    const b = load<f64>(entry, 8);
    if (b == 0) {
      const zero = f64x2.splat(0);
      const pivot = f64x2.splat(a);
      v128.store(y, a == 0 ? zero : f64x2.div(v128.load(y), pivot));
      v128.store(y, a == 0 ? zero : f64x2.div(v128.load(y, 16), pivot), 16);
      j += 1;
      continue;
    }
    const c = load<f64>(entry, 16);
    const p = c / b;
    const q = a / b;
    const factor = f64x2.splat(1 / (p * q - 1));
    const off = f64x2.splat(b);
    for (let half: usize = 0; half < 32; half += 16) {
      const u = f64x2.div(v128.load(y + half), off);
      const v = f64x2.div(v128.load(y + half, 32), off);
      v128.store(y + half, f64x2.mul(f64x2.sub(f64x2.mul(f64x2.splat(p), u), v), factor));
      v128.store(y + half, f64x2.mul(f64x2.sub(f64x2.mul(f64x2.splat(q), v), u), factor), 32);
    }
    j += 2;
  }
}

function copyRow(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** As `applyFactors`, for all groups in turn at every front, so that its part of L stays in the caches. */
function applyFactors(vectors: usize): void {
  for (let node = 0; node < s.nodes; node++) {
    const ne = i32At(s.eliminated, node);
    if (ne == 0) continue;
    const nf = i32At(s.frontOrder, node);
    const list = load<usize>(s.factorAddress + (<usize>node << 2));
    const d = list + ((<usize>nf * 4 + 7) & ~7);
    for (let g = 0; g < groups; g++) {
      const own = vectors + <usize>g * stride;
      for (let i = 0; i < ne; i++) copyRow(front + (<usize>i << 5), own + (load<usize>(list + (<usize>i << 2)) << 5));
      memory.fill(front + (<usize>ne << 5), 0, <usize>(nf - ne) << 5);
      lowerSolve(d + (<usize>(ne + 1) << 4), ne, nf);
      diagonalSolve(d, ne);
      for (let i = 0; i < ne; i++) copyRow(own + (load<usize>(list + (<usize>i << 2)) << 5), front + (<usize>i << 5));
      for (let i = ne; i < nf; i++) {
        const to = own + (load<usize>(list + (<usize>i << 2)) << 5);
        const from = front + (<usize>i << 5);
        v128.store(to, f64x2.add(v128.load(to), v128.load(from)));
        v128.store(to, f64x2.add(v128.load(to, 16), v128.load(from, 16)), 16);
      }
    }
  }
  for (let node = s.nodes - 1; node >= 0; node--) {
    const ne = i32At(s.eliminated, node);
    if (ne == 0) continue;
    const nf = i32At(s.frontOrder, node);
    const list = load<usize>(s.factorAddress + (<usize>node << 2));
    const d = list + ((<usize>nf * 4 + 7) & ~7);
    for (let g = 0; g < groups; g++) {
      const own = vectors + <usize>g * stride;
      for (let i = 0; i < nf; i++) copyRow(front + (<usize>i << 5), own + (load<usize>(list + (<usize>i << 2)) << 5));
      upperSolve(d + (<usize>(ne + 1) << 4), ne, nf);
      for (let i = 0; i < ne; i++) copyRow(own + (load<usize>(list + (<usize>i << 2)) << 5), front + (<usize>i << 5));
    }
  }
}

/** Multiplies the rows of all groups with their scales. */
function scaleRows(vectors: usize): void {
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < n; i++) {
      const at = vectors + <usize>g * stride + (<usize>i << 5);
      const scale = v128.load64_splat(s.scale + (<usize>i << 3));
      v128.store(at, f64x2.mul(v128.load(at), scale));
      v128.store(at, f64x2.mul(v128.load(at, 16), scale), 16);
    }
}

/** Where `residualRun` adds up what a row meets: sums, then sizes, as `acrossSum` and `acrossSize`, of two right-hand sides each. */
let across: usize = 0;

/** As `residualRun`, for the two right-hand sides at these addresses. */
function residualRun(a: usize, xs: usize, rs: usize, ms: usize, xi: usize, count: i32): void {
  const factor = v128.load(xi);
  let e = f64x2.splat(0);
  let o = e;
  let es = e;
  let os = e;
  for (let k = count >> 1; k > 0; k--) {
    const one = v128.load64_splat(a);
    const other = v128.load64_splat(a, 8);
    const down = f64x2.mul(one, factor);
    const product = f64x2.mul(one, v128.load(xs));
    v128.store(rs, f64x2.sub(v128.load(rs), down));
    v128.store(ms, f64x2.add(v128.load(ms), f64x2.abs(down)));
    e = f64x2.add(e, product);
    es = f64x2.add(es, f64x2.abs(product));
    const down2 = f64x2.mul(other, factor);
    const product2 = f64x2.mul(other, v128.load(xs, 32));
    v128.store(rs, f64x2.sub(v128.load(rs, 32), down2), 32);
    v128.store(ms, f64x2.add(v128.load(ms, 32), f64x2.abs(down2)), 32);
    o = f64x2.add(o, product2);
    os = f64x2.add(os, f64x2.abs(product2));
    a += 16;
    xs += 64;
    rs += 64;
    ms += 64;
  }
  let sum = f64x2.add(v128.load(across), f64x2.add(e, o));
  let size = f64x2.add(v128.load(across, 16), f64x2.add(es, os));
  if (count & 1) {
    const one = v128.load64_splat(a);
    const down = f64x2.mul(one, factor);
    const product = f64x2.mul(one, v128.load(xs));
    v128.store(rs, f64x2.sub(v128.load(rs), down));
    v128.store(ms, f64x2.add(v128.load(ms), f64x2.abs(down)));
    sum = f64x2.add(sum, product);
    size = f64x2.add(size, f64x2.abs(product));
  }
  v128.store(across, sum);
  v128.store(across, size, 16);
}

/** r −= A x and m += |A||x| of entries, for two right-hand sides at a time while a column is at hand. */
function residualOfEntries(): void {
  for (let j = 0; j < n; j++) {
    const start = i32At(s.columnStart, j);
    const end = i32At(s.columnStart, j + 1);
    if (start == end) continue;
    const own = <usize>j << 5;
    const diagonal = i32At(s.entryRow, start) == j;
    const first = diagonal ? start + 1 : start;
    let tail = max(first, i32At(s.columnTail, j));
    if (end - tail < 4) tail = end;
    for (let two = 0; two < live; two += 2) {
      const at = pairAt(two);
      const xj = v128.load(x + at + own);
      let sum = diagonal ? f64x2.mul(v128.load64_splat(s.entryValue + (<usize>start << 3)), xj) : f64x2.splat(0);
      let size = f64x2.abs(sum);
      for (let k = first; k < tail; k++) {
        const i = at + (load<usize>(s.entryRow + (<usize>k << 2)) << 5);
        const a = v128.load64_splat(s.entryValue + (<usize>k << 3));
        const down = f64x2.mul(a, xj);
        const product = f64x2.mul(a, v128.load(x + i));
        v128.store(r + i, f64x2.sub(v128.load(r + i), down));
        v128.store(m + i, f64x2.add(v128.load(m + i), f64x2.abs(down)));
        sum = f64x2.add(sum, product);
        size = f64x2.add(size, f64x2.abs(product));
      }
      if (tail < end) {
        const i = at + (load<usize>(s.entryRow + (<usize>tail << 2)) << 5);
        v128.store(across, sum);
        v128.store(across, size, 16);
        residualRun(s.entryValue + (<usize>tail << 3), x + i, r + i, m + i, x + at + own, end - tail);
        sum = v128.load(across);
        size = v128.load(across, 16);
      }
      v128.store(r + at + own, f64x2.sub(v128.load(r + at + own), sum));
      v128.store(m + at + own, f64x2.add(v128.load(m + at + own), size));
    }
  }
}

/** The same of blocks. */
function residualOfBlocks(): void {
  const zero = f64x2.splat(0);
  for (let block = 0; block < s.blocks; block++) {
    openBlock(block);
    const columns = blockColumns();
    const symmetric = isSymmetric();
    for (let two = 0; two < live; two += 2) {
      const at = pairAt(two);
      const xs = sideAt(two);
      for (let j = 0; j < columns; j++) {
        const to = xs + (<usize>j << 5);
        v128.store(to, v128.load(x + at + (<usize>columnOfBlock(j) << 5)));
        v128.store(to + sideBytes, zero);
        v128.store(to + 2 * sideBytes, zero);
      }
    }
    const height = blockRows();
    for (let i = 0; i < height; i++) {
      const own = <usize>blockPosition(i) << 5;
      const a = blockRow(i);
      for (let two = 0; two < live; two += 2) {
        const at = pairAt(two) + own;
        const xs = sideAt(two);
        // The diagonal entry of a symmetric block counts once.
        const diagonal = symmetric ? f64x2.mul(v128.load64_splat(a + (<usize>i << 3)), v128.load(x + at)) : zero;
        v128.store(across, diagonal);
        v128.store(across, f64x2.abs(diagonal), 16);
        residualRun(a, xs, xs + sideBytes, xs + 2 * sideBytes, x + at, symmetric ? i : columns);
        v128.store(r + at, f64x2.sub(v128.load(r + at), v128.load(across)));
        v128.store(m + at, f64x2.add(v128.load(m + at), v128.load(across, 16)));
      }
    }
    for (let two = 0; two < live; two += 2) {
      const xs = sideAt(two);
      for (let j = 0; j < columns; j++) {
        const from = xs + (<usize>j << 5);
        const own = pairAt(two) + (<usize>columnOfBlock(j) << 5);
        v128.store(r + own, f64x2.add(v128.load(r + own), v128.load(from + sideBytes)));
        v128.store(m + own, f64x2.add(v128.load(m + own), v128.load(from + 2 * sideBytes)));
      }
    }
  }
}

/** Where the right-hand sides `two` and the next stand in the vectors. */
function pairAt(two: i32): usize {
  return <usize>(two >> 2) * stride + (<usize>(two & 2) << 3);
}

/** Where their sides of a block do. */
function sideAt(two: i32): usize {
  return side + <usize>(two >> 2) * 3 * sideBytes + (<usize>(two & 2) << 3);
}

/** Residuals of all right-hand sides; `to` receives their backward errors. */
function residuals(to: usize): void {
  for (let two = 0; two < live; two += 2) {
    const at = pairAt(two);
    for (let i = 0; i < n; i++) {
      const row = at + (<usize>i << 5);
      const value = v128.load(b + row);
      v128.store(r + row, value);
      v128.store(m + row, f64x2.abs(value));
    }
  }
  residualOfEntries();
  residualOfBlocks();
  for (let k = 0; k < live; k++) {
    const at = laneAt(k);
    let worst: f64 = 0;
    for (let i = 0; i < n; i++) {
      const row = at + (<usize>i << 5);
      const own = load<f64>(m + row);
      if (own > 0) worst = max(worst, abs(load<f64>(r + row)) / own);
    }
    store<f64>(to + (<usize>k << 3), worst);
  }
}

/** Where right-hand side k stands in the vectors. */
function laneAt(k: i32): usize {
  return <usize>(k >> 2) * stride + (<usize>(k & 3) << 3);
}

/** Permutes and interleaves what is given, and scales a copy. */
function takeGiven(): void {
  for (let k = 0; k < live; k++) {
    const from = given + (<usize>k * <usize>n << 3);
    const at = laneAt(k);
    store<i32>(origin + (<usize>k << 2), k);
    for (let i = 0; i < n; i++) {
      const row = at + (<usize>i << 5);
      const value = load<f64>(from + (load<usize>(s.permutation + (<usize>i << 2)) << 3));
      store<f64>(b + row, value);
      store<f64>(x + row, value * load<f64>(s.scale + (<usize>i << 3)));
    }
  }
}

/** Gives back the solution of k, from x or as it was before a step. */
function giveBack(k: i32, vectors: usize): void {
  const to = given + (load<usize>(origin + (<usize>k << 2)) * <usize>n << 3);
  const at = vectors + laneAt(k);
  for (let i = 0; i < n; i++)
    store<f64>(to + (load<usize>(s.permutation + (<usize>i << 2)) << 3), load<f64>(at + (<usize>i << 5)));
}

/** Puts k in the place of `to`, which is no longer refined. */
function move(k: i32, to: i32): void {
  if (k == to) return;
  store<f64>(errors + (<usize>to << 3), load<f64>(errors + (<usize>k << 3)));
  store<i32>(origin + (<usize>to << 2), i32At(origin, k));
  const from = laneAt(k);
  const at = laneAt(to);
  for (let i: usize = 0; i < <usize>n << 5; i += 32) {
    store<f64>(b + at + i, load<f64>(b + from + i));
    store<f64>(x + at + i, load<f64>(x + from + i));
    store<f64>(r + at + i, load<f64>(r + from + i));
  }
}

/**
 * As `solve` for each right-hand side where `prepareMany` said; returns the largest backward error. A step of refinement costs those
 * alone that need it.
 */
export function solveMany(steps: i32, enough: f64): f64 {
  live = 4 * groups;
  takeGiven();
  applyFactors(x);
  scaleRows(x);
  residuals(errors);
  let worst: f64 = 0;
  let kept = 0;
  for (let k = 0; k < live; k++) {
    const error = load<f64>(errors + (<usize>k << 3));
    if (error > enough && steps > 0) move(k, kept++);
    else {
      giveBack(k, x);
      worst = max(worst, error);
    }
  }
  for (let step = 1; kept > 0; step++) {
    live = kept;
    groups = (kept + 3) >> 2; // what stands beside the last ones is computed, and never looked at
    const vectors = <usize>groups * stride;
    memory.copy(best, x, vectors);
    scaleRows(r);
    applyFactors(r);
    scaleRows(r);
    for (let at: usize = 0; at < vectors; at += 16) v128.store(x + at, f64x2.add(v128.load(x + at), v128.load(r + at)));
    residuals(next);
    kept = 0;
    for (let k = 0; k < live; k++) {
      const at = <usize>k << 3;
      const before = load<f64>(errors + at);
      const now = load<f64>(next + at);
      const better = now < before;
      if (better) store<f64>(errors + at, now);
      if (better && !(now > 0.5 * before) && now > enough && step < steps) move(k, kept++);
      else {
        giveBack(k, better ? x : best);
        worst = max(worst, better ? now : before);
      }
    }
  }
  return worst;
}
