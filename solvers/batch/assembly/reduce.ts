// From two quadratic programs to their complementarity problems in the multipliers of the inequalities alone:
// with Q = LLᵀ, X = [A; G]L⁻ᵀ and AQ⁻¹Aᵀ = L_M L_Mᵀ, Y = GQ⁻¹Aᵀ L_M⁻ᵀ,
//
//     s = r + Sλ,   S = GQ⁻¹Gᵀ − YYᵀ,   r = h + GQ⁻¹q − Y L_M⁻¹(b + AQ⁻¹q)
//
// rows scaled so that S has a unit diagonal (ŝ = s∘scale, λ̂ = λ/scale) and r̂ largest entry 1.

import * as a from './state';
import {
  addProduct,
  backwardSolve,
  cholesky,
  forwardSolve,
  solveRows,
  subtractTimes,
  subtractTransposedTimes,
} from './matrix';
import { forwardQ } from './system';
import { copy, dot, fill, interleave, largest, multiply, negate } from './vector';

/** Least pivots, relative to the diagonal entries they come from; what is poorer is left to a more careful method. */
const POOR_Q: f64 = 1e-11;
const POOR_ROWS: f64 = 1e-10;
/** Slacks, relative to the largest number beside them, that are clearly positive. */
const CLEAR: f64 = 1e-6;
/** Asymmetry of Q, relative to its largest entry, that is rounding. */
const SYMMETRIC: f64 = 1e-7;

/** Whether every Q read since `expectSymmetry` is its own transpose to the bit. */
let symmetric: bool = true;

export function expectSymmetry(): void {
  symmetric = true;
}

export function isSymmetric(): bool {
  return symmetric;
}

/** Q of both problems, and its factor. */
export function factorQ(Q0: usize, Q1: usize, odd: usize, bad: usize): void {
  const N = a.N;
  readQ(Q0, Q1, odd);
  copy(a.L, a.Q, N * N);
  for (let i = 0; i < N; i++) {
    const at = a.L + <usize>i * (a.ldN + 16);
    if (i >= a.n) v128.store(at, f64x2.splat(1));
    v128.store(a.nReference + (<usize>i << 4), v128.load(at));
  }
  a.setDiagonal(hasDiagonal());
  if (a.isDiagonal()) invertDiagonal(bad);
  else cholesky(a.L, a.ldN, N, N, a.nReference, POOR_Q, bad);
}

function hasDiagonal(): bool {
  for (let i = 1; i < a.n; i++)
    for (let j = 0; j < i; j++) {
      const at = a.Q + <usize>i * a.ldN + (<usize>j << 4);
      if (load<f64>(at) != 0 || load<f64>(at, 8) != 0) return false;
    }
  return true;
}

/** The factor of a diagonal Q; entries far below the largest are left to a more careful method. */
function invertDiagonal(bad: usize): void {
  for (let lane: usize = 0; lane < 16; lane += 8) {
    let most: f64 = 0;
    for (let i = 0; i < a.n; i++) most = max(most, load<f64>(a.nReference + (<usize>i << 4) + lane));
    for (let i = 0; i < a.N; i++) {
      let entry = load<f64>(a.nReference + (<usize>i << 4) + lane);
      if (!(entry > POOR_Q * most) && i < a.n) {
        entry = 1;
        store<f64>(bad + lane, 1);
      }
      store<f64>(a.L + <usize>i * (a.ldN + 16) + lane, 1 / sqrt<f64>(entry));
    }
  }
}

/** Q ← ½(Q + Qᵀ) of both problems. */
export function readQ(Q0: usize, Q1: usize, odd: usize): void {
  interleave(Q0, Q1, a.n, a.n, a.Q, a.ldN, odd);
  const half = f64x2.splat(0.5);
  let apart = f64x2.splat(0);
  let diagonal = f64x2.splat(0);
  for (let i = 0; i < a.n; i++) {
    let row = a.Q + <usize>i * a.ldN;
    let column = a.Q + (<usize>i << 4);
    diagonal = f64x2.max(diagonal, v128.load(a.Q + <usize>i * (a.ldN + 16)));
    for (let j = 0; j < i; j++) {
      const x = v128.load(row);
      const y = v128.load(column);
      apart = f64x2.max(apart, f64x2.abs(f64x2.sub(x, y)));
      const mean = f64x2.mul(half, f64x2.add(x, y));
      v128.store(row, mean);
      v128.store(column, mean);
      row += 16;
      column += a.ldN;
    }
  }
  if (f64x2.extract_lane(apart, 0) != 0 || f64x2.extract_lane(apart, 1) != 0) symmetric = false;
  const limit = f64x2.mul(f64x2.splat(SYMMETRIC), diagonal);
  if (f64x2.extract_lane(apart, 0) > f64x2.extract_lane(limit, 0)) store<f64>(odd, 1);
  if (f64x2.extract_lane(apart, 1) > f64x2.extract_lane(limit, 1)) store<f64>(odd, 1, 8);
}

/** The rows of both problems. */
export function readRows(A0: usize, A1: usize, G0: usize, G1: usize, odd: usize): void {
  interleave(A0, A1, a.m, a.n, a.C, a.ldN, odd);
  interleave(G0, G1, a.p, a.n, a.C + <usize>a.M * a.ldN, a.ldN, odd);
  fill(a.largestOfC, a.T, 0);
  for (let i = 0; i < a.T; i++) largest(a.C + <usize>i * a.ldN, a.N, a.largestOfC + (<usize>i << 4));
}

/** What depends on the rows: X, E, S and scale. */
export function reduceRows(bad: usize): void {
  const M = a.M;
  const P = a.P;
  copy(a.X, a.C, a.T * a.N);
  if (a.isDiagonal()) scaleColumns();
  else solveRows(a.L, a.ldN, a.N, a.X, a.ldN, a.T);
  fill(a.E, a.T * M, 0);
  if (!a.condensed) fill(a.S, P * P, 0);
  const sparse = a.isDiagonal() && !a.condensed && listColumns();
  if (sparse) addOuter();
  if (M > 0) {
    if (!sparse) addProduct(a.E, a.ldM, a.X, a.ldN, a.X, a.ldN, a.T, M, a.N, true, false);
    for (let i = 0; i < M; i++) {
      const at = a.E + <usize>i * (a.ldM + 16);
      if (i >= a.m) v128.store(at, f64x2.splat(1));
      v128.store(a.mReference + (<usize>i << 4), v128.load(at));
    }
    cholesky(a.E, a.ldM, M, a.T, a.mReference, POOR_ROWS, bad);
  }
  if (P == 0) return;
  if (a.condensed) projectRows();
  else formS(sparse);
}

/**
 * What `scale` shall be of a row with diagonal entry `entry` in S, which was `whole` before the equalities took their part: 0 where they took
 * all and its slack is settled, and for padding.
 */
function scaleRow(i: i32, lane: usize, entry: f64, whole: f64): void {
  const free = i < a.p && entry > POOR_ROWS * whole;
  store<f64>(a.scale + (<usize>i << 4) + lane, free ? 1 / sqrt<f64>(entry) : 0);
}

/** Sets the slacks that the equalities settle to what does not bind; those that are not clearly positive are left to a more careful method. */
function settleSlacks(bad: usize): void {
  const most = a.scalars + 480;
  v128.store(most, f64x2.splat(0));
  largest(a.r, a.P, most);
  largest(a.d + (<usize>a.M << 4), a.P, most);
  for (let lane: usize = 0; lane < 16; lane += 8)
    for (let i = 0; i < a.p; i++)
      if (load<f64>(a.scale + (<usize>i << 4) + lane) == 0)
        if (!(load<f64>(a.r + (<usize>i << 4) + lane) > CLEAR * load<f64>(most + lane))) store<f64>(bad + lane, 1);
}

/** X̂ = X_G − Y L_M⁻¹ X_A, its rows scaled to length 1. */
function projectRows(): void {
  const M = a.M;
  const N = a.N;
  const whole = a.scalars + 480;
  const left = a.scalars + 496;
  for (let i = 0; i < a.P; i++) {
    const row = a.S + <usize>i * a.ldN;
    copy(row, a.X + <usize>(M + i) * a.ldN, N);
    dot(row, row, N, whole);
    if (M > 0) {
      copy(a.yq, a.E + <usize>(M + i) * a.ldM, M);
      backwardSolve(a.E, a.ldM, M, a.yq);
      subtractTransposedTimes(a.X, a.ldN, M, N, a.yq, row);
    }
    dot(row, row, N, left);
    for (let lane: usize = 0; lane < 16; lane += 8)
      scaleRow(i, lane, load<f64>(left + lane), load<f64>(whole + lane));
    const own = v128.load(a.scale + (<usize>i << 4));
    for (let j = 0; j < N; j++) {
      const at = row + (<usize>j << 4);
      v128.store(at, f64x2.mul(v128.load(at), own));
    }
  }
  turnRows();
}

/** The transpose of the rows of X̂, or, without equalities, of those of G, scaled alike, that are no bounds of one variable. */
function turnRows(): void {
  const M = a.M;
  let count = 0;
  for (let i = 0; i < a.p; i++) {
    const column = M > 0 ? -1 : onlyColumn(a.C + <usize>i * a.ldN);
    store<i32>(a.only + (<usize>i << 2), column);
    if (column >= 0) continue;
    count++;
    store<i32>(a.dense + (<usize>count << 2), i);
    const row = (M > 0 ? a.S : a.C) + <usize>i * a.ldN;
    const by = M > 0 ? f64x2.splat(1) : v128.load(a.scale + (<usize>i << 4));
    for (let j = 0; j < a.N; j++)
      v128.store(
        a.turned + <usize>j * a.ldP + (<usize>(count - 1) << 4),
        f64x2.mul(v128.load(row + (<usize>j << 4)), by),
      );
  }
  store<i32>(a.dense, count);
  for (let k = count; k < ((count + 3) & ~3); k++)
    for (let j = 0; j < a.N; j++) v128.store(a.turned + <usize>j * a.ldP + (<usize>k << 4), f64x2.splat(0));
}

/** The column of the only entry that a row has in both problems, or −1. */
function onlyColumn(row: usize): i32 {
  let found = -1;
  for (let j = 0; j < a.n; j++) {
    if (!hasEntry(row + (<usize>j << 4))) continue;
    if (found >= 0) return -1;
    found = j;
  }
  return found;
}

/** S, scaled to a unit diagonal. */
function formS(sparse: bool): void {
  const M = a.M;
  const P = a.P;
  const G = a.X + <usize>M * a.ldN;
  const Y = a.E + <usize>M * a.ldM;
  if (!sparse) addProduct(a.S, a.ldP, G, a.ldN, G, a.ldN, P, P, a.N, true, false);
  for (let i = 0; i < P; i++) v128.store(a.t + (<usize>i << 4), v128.load(a.S + <usize>i * (a.ldP + 16)));
  addProduct(a.S, a.ldP, Y, a.ldM, Y, a.ldM, P, P, M, true, true);
  for (let i = 0; i < P; i++) {
    const at = a.S + <usize>i * (a.ldP + 16);
    for (let lane: usize = 0; lane < 16; lane += 8)
      scaleRow(i, lane, load<f64>(at + lane), load<f64>(a.t + (<usize>i << 4) + lane));
  }
  for (let i = 0; i < P; i++) {
    let row = a.S + <usize>i * a.ldP;
    let column = a.S + (<usize>i << 4);
    const own = v128.load(a.scale + (<usize>i << 4));
    for (let j = 0; j <= i; j++) {
      const value = f64x2.mul(v128.load(row), f64x2.mul(own, v128.load(a.scale + (<usize>j << 4))));
      v128.store(row, value);
      v128.store(column, value);
      row += 16;
      column += a.ldP;
    }
  }
}

/** X ← X diag(L⁻¹). */
function scaleColumns(): void {
  for (let i = 0; i < a.T; i++) {
    let at = a.X + <usize>i * a.ldN;
    let by = a.L;
    for (let j = 0; j < a.N; j++) {
      v128.store(at, f64x2.mul(v128.load(at), v128.load(by)));
      at += 16;
      by += a.ldN + 16;
    }
  }
}

function hasEntry(at: usize): bool {
  return load<f64>(at) != 0 || load<f64>(at, 8) != 0;
}

/**
 * Lists the rows of X with an entry, column by column: where each column starts, then rows ascending. False where these are too many to
 * gain by it.
 */
function listColumns(): bool {
  const N = a.N;
  const starts = a.lists;
  const rows = starts + (<usize>(N + 1) << 2);
  const room = a.listed - N - 1;
  memory.fill(starts, 0, <usize>(N + 1) << 2);
  let count = 0;
  for (let i = 0; i < a.T; i++) {
    const row = a.X + <usize>i * a.ldN;
    for (let j = 0; j < N; j++) {
      if (!hasEntry(row + (<usize>j << 4))) continue;
      const at = starts + (<usize>j << 2);
      store<i32>(at, load<i32>(at) + 1);
      if (++count > room) return false;
    }
  }
  let work: f64 = 0;
  let sum = 0;
  for (let j = 0; j < N; j++) {
    const at = starts + (<usize>j << 2);
    const own = load<i32>(at);
    work += <f64>own * <f64>own;
    store<i32>(at, sum);
    sum += own;
  }
  // Entries one by one cost several times those of a dense product.
  if (work * 8 > <f64>a.T * <f64>a.T * <f64>N) return false;
  for (let i = 0; i < a.T; i++) {
    const row = a.X + <usize>i * a.ldN;
    for (let j = 0; j < N; j++) {
      if (!hasEntry(row + (<usize>j << 4))) continue;
      const at = starts + (<usize>j << 2);
      const place = load<i32>(at);
      store<i32>(rows + (<usize>place << 2), i);
      store<i32>(at, place + 1);
    }
  }
  // Each start is now that of the next column.
  memory.copy(starts + 4, starts, <usize>N << 2);
  store<i32>(starts, 0);
  return true;
}

/** XXᵀ, lower triangle, into E and S, from the lists of {@link listColumns}. */
function addOuter(): void {
  const N = a.N;
  const M = a.M;
  const rows = a.lists + (<usize>(N + 1) << 2);
  for (let k = 0; k < N; k++) {
    const start = load<i32>(a.lists + (<usize>k << 2));
    const end = load<i32>(a.lists + (<usize>k << 2), 4);
    const column = a.X + (<usize>k << 4);
    for (let u = start; u < end; u++) {
      const i = load<i32>(rows + (<usize>u << 2));
      const x = v128.load(column + <usize>i * a.ldN);
      const rowE = a.E + <usize>i * a.ldM;
      const rowS = a.S + <usize>(i - M) * a.ldP;
      for (let v = start; v <= u; v++) {
        const j = load<i32>(rows + (<usize>v << 2));
        const at = j < M ? rowE + (<usize>j << 4) : rowS + (<usize>(j - M) << 4);
        v128.store(at, f64x2.add(v128.load(at), f64x2.mul(x, v128.load(column + <usize>j * a.ldN))));
      }
    }
  }
}

/** The vectors of both problems, and r. The pair at `size` becomes what r̂ was divided by. */
export function reduceVectors(
  q0: usize,
  q1: usize,
  b0: usize,
  b1: usize,
  h0: usize,
  h1: usize,
  odd: usize,
  size: usize,
): void {
  const M = a.M;
  interleave(q0, q1, 1, a.n, a.q, a.ldN, odd);
  interleave(b0, b1, 1, a.m, a.d, a.ldM, odd);
  interleave(h0, h1, 1, a.p, a.d + (<usize>M << 4), a.ldP, odd);
  copy(a.w, a.q, a.N);
  forwardQ(a.w);
  copy(a.g, a.d, a.T);
  negate(a.w, a.N);
  subtractTimes(a.X, a.ldN, a.T, a.N, a.w, a.g);
  copy(a.yq, a.g, M);
  forwardSolve(a.E, a.ldM, M, a.yq);
  copy(a.r, a.g + (<usize>M << 4), a.P);
  subtractTimes(a.E + <usize>M * a.ldM, a.ldM, a.P, M, a.yq, a.r);
  settleSlacks(odd);
  multiply(a.r, a.scale, a.P);
  v128.store(size, f64x2.splat(1e-300));
  largest(a.r, a.P, size);
  const by = f64x2.div(f64x2.splat(1), v128.load(size));
  for (let i = 0; i < a.P; i++) {
    const at = a.r + (<usize>i << 4);
    v128.store(at, f64x2.mul(v128.load(at), by));
    for (let lane: usize = 0; lane < 16; lane += 8)
      if (i < a.p && load<f64>(a.scale + (<usize>i << 4) + lane) == 0) store<f64>(at + lane, 1);
  }
}
