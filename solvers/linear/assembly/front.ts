// Partial LDLᵀ of one dense front: eliminates as many of its fully summed columns as threshold pivoting accepts.
//
//          fully summed  rest
//        ┌             ┐
//   nfs  │ L D Lᵀ      │      column-major, lower triangle, leading dimension `ld` bytes
//        │             │
//   rest │ L      C    │      C receives  C − L D Lᵀ
//        └             ┘
// Pivot tests: Duff & Reid, TOMS 9 (1983); left-looking panels as in LAPACK's dlasyf.

import { update, updateWorkspace } from './update';
import * as s from './state';
import { clear, combineInto, copyDown, largest, scaleInto, subtractFour, subtractScaled } from './vector';

/** Columns of a panel: candidates are brought up to date one by one inside it. */
const PANEL: i32 = 32;
/**
 * Columns of a block: only its candidates see every pivot at once; the columns beyond it are updated when the block is
 * done, all its pivots together. Fronts of up to `SINGLE` fully summed columns are one block.
 */
const BLOCK: i32 = 128;
const SINGLE: i32 = 192;
/** Below this a scaled column counts as zero whatever it came from. */
const ZERO: f64 = 1e-20;
/** A column counts as zero when it is this small against the numbers that cancelled in it. */
const CANCELLED: f64 = 8 * f64.EPSILON;
/** A 1×1 pivot this large against its column is taken without looking for a 2×2. */
const COMFORTABLE: f64 = 0.01;

let front: usize = 0;
let ld: usize = 0;
let nf: i32 = 0;
let nfs: i32 = 0;
/** Columns that pivots reach: all, or the fully summed ones alone. */
let reach: i32 = 0;
let index: usize = 0;
/** Pairs (d_kk, d_k+1,k) by pivot. */
let diagonal: usize = 0;
/** L·D of the current panel, `ldw` bytes per column, rows as in the front. */
let panel: usize = 0;
let ldw: usize = 0;
/** Up-to-date copies of the two candidate columns. */
let first: usize = 0;
let second: usize = 0;
let packed: usize = 0;
/**
 * By row: bound on the numbers added up in its column so far, Σ |L_ip|·max_j |(L·D)_jp| over the pivots p. Rounding
 * leaves about ε times this where the exact result is zero.
 */
let sums: usize = 0;

/** Columns eliminated; the candidate column. */
let k: i32 = 0;
let t: i32 = 0;
/** Pivots [j0, k) have not reached the candidates [k, block), pivots [o0, k) not the columns beyond. */
let j0: i32 = 0;
let o0: i32 = 0;
let block: i32 = 0;
/** Largest growth of entries that a pivot may cause: 1/u. */
let limit: f64 = 0;
/** Whether the best pivots left are taken though none passes the test. */
let forced: bool = false;

export let positive: i32 = 0;
export let negative: i32 = 0;
export let zero: i32 = 0;
/** More negative pivots than this end the factorization. */
let negativeLimit: i32 = 0;

export function resetInertia(limit: i32): void {
  positive = 0;
  negative = 0;
  zero = 0;
  negativeLimit = limit;
}

export function tooManyNegative(): bool {
  return negative > negativeLimit;
}

/** Bytes of scratch that a front needs besides itself: panel, two candidates, sums, packed panels. */
export function frontWorkspace(nf: i32, nfs: i32, grouped: bool): u64 {
  const columns = min(nfs, PANEL + 1) + 3;
  const packs = grouped || nfs > PANEL || nf > 24 ? updateWorkspace(nf) : 0;
  return <u64>columns * <u64>(nf + 2) * 8 + packs + 64;
}

function at(i: i32, j: i32): usize {
  return front + <usize>j * ld + (<usize>i << 3);
}

/** Writes column t of the Schur complement, rows [k, nf), to `to[row]`; pivots [j0, k) are pending. */
function bringUpToDate(t: i32, to: usize): void {
  let from = at(t, k);
  for (let i = k; i < t; i++) {
    store<f64>(to + (<usize>i << 3), load<f64>(from));
    from += ld;
  }
  copyDown(to + (<usize>t << 3), at(t, t), nf - t);
  const low = <usize>k << 3;
  const y = to + low;
  const n = nf - k;
  let p = j0;
  let l = front + <usize>p * ld + low;
  let w = panel + (<usize>t << 3);
  for (; p + 3 < k; p += 4) {
    subtractFour(
      y, l, l + ld, l + 2 * ld, l + 3 * ld,
      load<f64>(w), load<f64>(w + ldw), load<f64>(w + 2 * ldw), load<f64>(w + 3 * ldw), n,
    );
    l += 4 * ld;
    w += 4 * ldw;
  }
  for (; p < k; p++) {
    subtractScaled(y, l, load<f64>(w), n);
    l += ld;
    w += ldw;
  }
}

function swapNumbers(a: usize, b: usize): void {
  const x = load<f64>(a);
  store<f64>(a, load<f64>(b));
  store<f64>(b, x);
}

/** Exchanges rows and columns a < b of the front, of the panel (columns [j0, k)) and of the index list. */
function exchange(a: i32, b: i32): void {
  let x = at(a, 0);
  let y = at(b, 0);
  for (let p = 0; p < a; p++) {
    swapNumbers(x, y);
    x += ld;
    y += ld;
  }
  y += ld;
  for (let i = a + 1; i < b; i++) {
    swapNumbers(at(i, a), y);
    y += ld;
  }
  swapNumbers(at(a, a), at(b, b));
  x = at(b + 1, a);
  y = at(b + 1, b);
  for (let i = b + 1; i < nf; i++) {
    swapNumbers(x, y);
    x += 8;
    y += 8;
  }
  x = panel + (<usize>a << 3);
  y = panel + (<usize>b << 3);
  for (let p = j0; p < k; p++) {
    swapNumbers(x, y);
    x += ldw;
    y += ldw;
  }
  swapNumbers(sums + (<usize>a << 3), sums + (<usize>b << 3));
  const i = load<i32>(index + (<usize>a << 2));
  store<i32>(index + (<usize>a << 2), load<i32>(index + (<usize>b << 2)));
  store<i32>(index + (<usize>b << 2), i);
}

/** max |x[i]|, i in [k, nf) without a and b (either may be −1). */
function largestBut(x: usize, a: i32, b: i32): f64 {
  const low = min(a, b);
  const high = max(a, b);
  let most: f64 = 0;
  let from = k;
  if (low >= from) {
    most = largest(x + (<usize>from << 3), low - from);
    from = low + 1;
  }
  if (high >= from) {
    most = max(most, largest(x + (<usize>from << 3), high - from));
    from = high + 1;
  }
  return max(most, largest(x + (<usize>from << 3), nf - from));
}

/** The candidate other than t with the largest |x|; −1 when all are zero. */
function partner(x: usize): i32 {
  let best = -1;
  let most: f64 = 0;
  for (let i = k; i < block; i++) {
    const size = abs(load<f64>(x + (<usize>i << 3)));
    if (size > most && i != t) {
      most = size;
      best = i;
    }
  }
  return best;
}

/** Takes over the bounds of the fully summed rows from the fronts below. */
function beginSums(): void {
  for (let i = 0; i < nfs; i++) {
    const from = s.magnitude + (load<usize>(index + (<usize>i << 2)) << 3);
    store<f64>(sums + (<usize>i << 3), load<f64>(from));
  }
  clear(sums + (<usize>nfs << 3), nf - nfs);
}

/** sums[i] += |L_ip|·most below row `from`. */
function addToSums(p: i32, from: i32, most: f64): void {
  const n = nf - from;
  const factor = f64x2.splat(most);
  const to = sums + (<usize>from << 3);
  const l = at(from, p);
  const even = <usize>(n & ~1) << 3;
  let i: usize = 0;
  for (; i < even; i += 16) {
    v128.store(to + i, f64x2.add(v128.load(to + i), f64x2.mul(f64x2.abs(v128.load(l + i)), factor)));
  }
  if (n & 1) store<f64>(to + i, load<f64>(to + i) + abs(load<f64>(l + i)) * most);
}

/** Passes the bounds of the rows left over, [k, nf), to the fronts above. */
function endSums(): void {
  for (let i = k; i < nf; i++) {
    const to = s.magnitude + (load<usize>(index + (<usize>i << 2)) << 3);
    const sum = load<f64>(sums + (<usize>i << 3));
    store<f64>(to, i < nfs ? sum : load<f64>(to) + sum);
  }
}

/** Stores pivot k with the column `first` (already exchanged), largest entry `most`. d = 0: a zero eigenvalue. */
function storeOne(d: f64, most: f64): void {
  const below = <usize>(k + 1) << 3;
  const n = nf - k - 1;
  const w = panel + <usize>(k - j0) * ldw;
  copyDown(w + below, first + below, n);
  scaleInto(at(k + 1, k), first + below, d == 0 ? 0 : 1 / d, n);
  if (d != 0) addToSums(k, k + 1, most);
  const entry = diagonal + (<usize>k << 4);
  store<f64>(entry, d);
  store<f64>(entry, 0, 8);
  if (d > 0) positive++;
  else if (d < 0) negative++;
  else zero++;
}

/** Stores the 2×2 pivot [a b; b c] at k, k+1 with the columns `first`, `second`. */
function storeTwo(a: f64, b: f64, c: f64, mostA: f64, mostC: f64): void {
  const below = <usize>(k + 2) << 3;
  const n = nf - k - 2;
  const w = panel + <usize>(k - j0) * ldw;
  copyDown(w + below, first + below, n);
  copyDown(w + ldw + below, second + below, n);
  const p = c / b;
  const q = a / b;
  const r = 1 / (p * q - 1) / b;
  combineInto(at(k + 2, k), first + below, second + below, p * r, -r, n);
  combineInto(at(k + 2, k + 1), first + below, second + below, -r, q * r, n);
  addToSums(k, k + 2, mostA);
  addToSums(k + 1, k + 2, mostC);
  store<f64>(at(k + 1, k), 0);
  const entry = diagonal + (<usize>k << 4);
  store<f64>(entry, a);
  store<f64>(entry, b, 8);
  store<f64>(entry, c, 16);
  store<f64>(entry, 0, 24);
  if (p * q < 1) {
    positive++;
    negative++;
  } else if (a > 0) positive += 2;
  else negative += 2;
}

/** Moves the candidate at t (in `first`) to position k. */
function bringFirst(from: i32): void {
  if (from == k) return;
  exchange(k, from);
  swapNumbers(first + (<usize>k << 3), first + (<usize>from << 3));
}

/** Growth a pivot may cause: largest entry of |P⁻¹|·(largest of each column outside the pivot). */
function growthOfTwo(a: f64, b: f64, c: f64, outsideA: f64, outsideC: f64): f64 {
  const p = c / b;
  const q = a / b;
  const determinant = abs(p * q - 1);
  if (!(determinant > 1e-14 * max(abs(p * q), 1))) return Infinity;
  const r = 1 / determinant / abs(b);
  return max(r * (abs(p) * outsideA + outsideC), r * (outsideA + abs(q) * outsideC));
}

/** The column is zero: a zero eigenvalue, with nothing to eliminate. */
function takeZero(): void {
  bringFirst(t);
  memory.fill(first + (<usize>(k + 1) << 3), 0, <usize>(nf - k - 1) << 3);
  storeOne(0, 0);
  k += 1;
  t = max(t + 1, k);
}

/** The candidate alone is the pivot. */
function takeOne(pivot: f64, most: f64): void {
  bringFirst(t);
  storeOne(pivot, most);
  k += 1;
  t = max(t + 1, k);
}

/** The candidate's partner r alone is the better pivot. */
function takePartner(r: i32, pivot: f64, most: f64): void {
  const swap = first;
  first = second;
  second = swap;
  bringFirst(r);
  storeOne(pivot, most);
  k += 1;
  t = max(t, k);
}

/** The candidate and its partner r are a 2×2 pivot [a b; b c]. */
function takeTwo(r: i32, a: f64, b: f64, c: f64, mostA: f64, mostC: f64): void {
  bringFirst(t);
  swapNumbers(second + (<usize>k << 3), second + (<usize>t << 3));
  const q = r == k ? t : r;
  if (q != k + 1) {
    exchange(k + 1, q);
    const one = <usize>(k + 1) << 3;
    const other = <usize>q << 3;
    swapNumbers(first + one, first + other);
    swapNumbers(second + one, second + other);
  }
  storeTwo(a, b, c, mostA, mostC);
  k += 2;
  t = max(t + 1, k);
}

/** Looks for a better pivot than the candidate, which causes growth `growth1`, with its partner; false where there is none. */
function tryPartner(pivot: f64, growth1: f64): bool {
  const r = partner(first);
  if (r < 0) return false;
  bringUpToDate(r, second);
  const b = load<f64>(first + (<usize>r << 3));
  const c = load<f64>(second + (<usize>r << 3));
  const outsideT = largestBut(first, t, r);
  const outsideR = largestBut(second, t, r);
  const growth2 = growthOfTwo(pivot, b, c, outsideT, outsideR);
  const growthR = max(outsideR, abs(b)) / abs(c);
  if (growthR <= growth1 && growthR <= growth2 && (growthR <= limit || forced)) {
    takePartner(r, c, max(outsideR, abs(b)));
    return true;
  }
  if (growth2 < growth1 && (growth2 <= limit || (forced && growth2 < Infinity))) {
    takeTwo(r, pivot, b, c, outsideT, outsideR);
    return true;
  }
  return false;
}

/** Eliminates the candidate column, or one with its help; false where the test postpones it. */
function tryCandidate(): bool {
  bringUpToDate(t, first);
  const pivot = load<f64>(first + (<usize>t << 3));
  const outside = largestBut(first, t, -1);
  const size = abs(pivot);
  const most = max(size, outside);
  if (most <= ZERO || most <= CANCELLED * load<f64>(sums + (<usize>t << 3))) {
    takeZero();
    return true;
  }
  const growth1 = outside == 0 ? 0 : outside / size;
  if (growth1 * COMFORTABLE > 1 && tryPartner(pivot, growth1)) return true;
  if (growth1 <= limit || (forced && size > 0)) {
    takeOne(pivot, outside);
    return true;
  }
  t += 1;
  return false;
}

/** Brings what pending pivots have not reached inside the block up to date. */
function updateBlock(): void {
  update(front, front, ld, nf, k, block, j0, k, diagonal, packed);
  j0 = k;
}

/**
 * Factors the front in place; returns the number of eliminated columns. Their L stands in the first columns (unit
 * diagonal not stored), D in `d`, and `list` is permuted along. `threshold` u bounds |L| by about 1/u. Where all rows are
 * fully summed, every column is eliminated: the best pivots left are taken when none passes the test. A front in which the
 * negative pivots exceed their limit may be left unfinished. With `part` the front has its fully summed columns only: what
 * the pivots do to the rest is left to the caller.
 */
export function factorFront(
  at0: usize, ldBytes: usize, order: i32, summed: i32, list: usize, d: usize, workspace: usize, threshold: f64,
  part: bool,
): i32 {
  front = at0;
  ld = ldBytes;
  nf = order;
  nfs = summed;
  reach = part ? nfs : nf;
  index = list;
  diagonal = d;
  ldw = <usize>(nf + (nf & 1)) << 3;
  first = workspace;
  second = first + ldw;
  panel = second + ldw;
  sums = panel + <usize>min(nfs, PANEL + 1) * ldw;
  packed = sums + ldw;
  beginSums();

  limit = 1 / threshold;
  forced = false;
  k = 0;
  t = 0;
  j0 = 0;
  o0 = 0;
  block = nfs <= SINGLE ? nfs : BLOCK;
  // Columns [untried, nfs) failed in their block; the last block takes them up again.
  let untried = nfs;
  let progress = false;
  while (k < nfs) {
    if (t >= block && block < nfs) {
      if (tooManyNegative()) return k;
      updateBlock();
      update(front, front, ld, nf, block, reach, o0, k, diagonal, packed);
      o0 = k;
      const failed = block - k;
      const moves = min(failed, untried - block);
      for (let i = 0; i < moves; i++) exchange(k + i, untried - 1 - i);
      untried -= failed;
      block = untried - k <= SINGLE ? (untried > k && untried < nfs ? untried : nfs) : k + BLOCK;
      t = k;
      progress = false;
      continue;
    }
    if (t >= nfs) {
      if (!progress) {
        if (nf > nfs || forced) break;
        forced = true;
      }
      t = k;
      progress = false;
    }
    if (k - j0 >= PANEL) {
      if (tooManyNegative()) return k;
      updateBlock();
    }
    if (tryCandidate()) progress = true;
  }
  // The pending pivots reach the fully summed columns left over; all pivots reach the rest.
  endSums();
  if (k == 0) return 0;
  if (j0 == 0 && o0 == 0 && nf - k <= 24) updateSmall();
  else {
    update(front, front, ld, nf, k, nfs, j0, k, diagonal, packed);
    update(front, front, ld, nf, nfs, reach, o0, k, diagonal, packed);
  }
  return k;
}

/** Applies pivots [0, k), all in the panel, column by column. */
function updateSmall(): void {
  for (let j = k; j < reach; j++) {
    const n = nf - j;
    const y = at(j, j);
    let w = panel + (<usize>j << 3);
    let l = at(j, 0);
    let p = 0;
    for (; p + 3 < k; p += 4) {
      subtractFour(
        y, l, l + ld, l + 2 * ld, l + 3 * ld,
        load<f64>(w), load<f64>(w + ldw), load<f64>(w + 2 * ldw), load<f64>(w + 3 * ldw), n,
      );
      w += 4 * ldw;
      l += 4 * ld;
    }
    for (; p < k; p++) {
      subtractScaled(y, l, load<f64>(w), n);
      w += ldw;
      l += ld;
    }
  }
}
