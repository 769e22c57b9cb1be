// Two quadratic programs at a time: reduced to complementarity problems, solved, refined and judged.

import * as a from './state';
import { factorizations, solveComplementarity } from './complementarity';
import { backwardSolve, subtractTimes, subtractTransposedTimes } from './matrix';
import { factorQ, readRows, reduceRows, reduceVectors } from './reduce';
import { backwardQ, solveSystem } from './system';
import { address } from './table';
import { addWhere, copy, dot, extract, fill, interleave, largest, multiply, negate } from './vector';

export { checkSystems } from './check';
export { outerProducts } from './outer';
export { expectSymmetry, isSymmetric } from './reduce';
export { factorBytes, layOut, pairBytes, rowsBytes } from './state';

/** Largest residual, relative to the sizes of what adds up in it, of an answer; from ENOUGH on it is not refined further. */
const ACCURATE: f64 = 1e-12;
const ENOUGH: f64 = 1e-14;
const STEPS: i32 = 3;
/** Multipliers and slacks, scaled, below which their row is looked at more carefully. */
const CLEAR: f64 = 1e-9;

function at(x: usize, i: i32): usize {
  return x + (<usize>i << 4);
}

/**
 * Solves problems 0 … count − 1. The table: Q q A b G h, guess of active rows; z ν λ s, active rows, report; kept factors of Q, of the rows, of
 * pairs (these from pair to pair). `sharedQ`, `sharedRows`: whether the factor of Q, and what depends on matrices alone, is that of every
 * problem; `fresh`: whether it is still to be had. `warm`: whether there are guesses.
 */
export function solvePairs(
  table: usize,
  count: i32,
  sharedQ: bool,
  sharedRows: bool,
  fresh: bool,
  warm: bool,
  most: i32,
): void {
  const scalars = a.scalars;
  // What is shared and bad is so for all.
  const badShared = scalars;
  const bad = scalars + 16;
  const size = scalars + 32;
  const ended = scalars + 48;
  const counted = scalars + 64;
  const places = scalars + 80;
  for (let k = 0; k < count; k += 2) {
    const second = min(k + 1, count - 1);
    const pair = k >> 1;
    a.hold(address(table, 13, pair), address(table, 14, pair), address(table, 15, pair));
    if (fresh && k == 0) v128.store(badShared, f64x2.splat(0));
    v128.store(bad, f64x2.splat(0));
    if (!sharedQ || (fresh && k == 0))
      factorQ(address(table, 0, k), address(table, 0, second), sharedQ ? badShared : bad, sharedQ ? badShared : bad);
    if (!sharedRows || (fresh && k == 0)) {
      const mine = sharedRows ? badShared : bad;
      readRows(address(table, 2, k), address(table, 2, second), address(table, 4, k), address(table, 4, second), mine);
      reduceRows(mine);
    }
    reduceVectors(
      address(table, 1, k),
      address(table, 1, second),
      address(table, 3, k),
      address(table, 3, second),
      address(table, 5, k),
      address(table, 5, second),
      bad,
      size,
    );
    if (warm) readGuess(address(table, 6, k), address(table, 6, second));
    solveComplementarity(places, ended, counted, most, warm);
    finish(size, ended, places);
    for (let l: usize = 0; l < 2; l++) {
      const problem = l == 0 ? k : second;
      if (l == 1 && second == k) break;
      const well = lane(bad, l) == 0 && lane(badShared, l) == 0 && lane(ended, l) == 1;
      write(table, problem, l, well, size, counted, places);
    }
  }
}

function readGuess(first: usize, second: usize): void {
  for (let i = 0; i < a.p; i++) {
    store<f64>(at(a.mask, i), load<u8>(first + <usize>i) == 1 ? 1 : 0);
    store<f64>(at(a.mask, i), load<u8>(second + <usize>i) == 1 ? 1 : 0, 8);
  }
}

/** From λ̂ to the point, refined: z, y = (ν, λ), s in `s`; errors and sizes at `places`. */
function finish(size: usize, ended: usize, places: usize): void {
  const M = a.M;
  const P = a.P;
  const N = a.N;
  const T = a.T;
  const yG = a.y + (<usize>M << 4);
  // λ = λ̂ ∘ scale · size.
  const by = v128.load(size);
  for (let i = 0; i < P; i++) {
    const λ = f64x2.mul(v128.load(at(a.Δλ, i)), f64x2.mul(v128.load(at(a.scale, i)), by));
    v128.store(at(yG, i), λ);
  }
  multiply(yG, a.mask, P);
  // ν = −L_M⁻ᵀ(y_q + Yᵀλ).
  const Y = a.E + <usize>M * a.ldM;
  copy(a.y, a.yq, M);
  negate(a.y, M);
  subtractTransposedTimes(Y, a.ldM, P, M, yG, a.y);
  backwardSolve(a.E, a.ldM, M, a.y);
  // z = −Q⁻¹(q + Cᵀy); w is −L⁻¹q.
  copy(a.z, a.w, N);
  subtractTransposedTimes(a.X, a.ldN, T, N, a.y, a.z);
  backwardQ(a.z);

  const zSize = places;
  const rz = places + 32;
  const ry = places + 48;
  for (let step = 0; ; step++) {
    // Qz and Cᵀy apart, for their sizes.
    v128.store(zSize, f64x2.splat(1e-300));
    v128.store(rz, f64x2.splat(0));
    v128.store(ry, f64x2.splat(0));
    fill(a.zWork, N, 0);
    subtractTimes(a.Q, a.ldN, N, N, a.z, a.zWork);
    largest(a.zWork, N, zSize);
    largest(a.q, N, zSize);
    copy(a.zResidual, a.zWork, N);
    subtractTransposedTimes(a.C, a.ldN, T, N, a.y, a.zResidual);
    for (let i = 0; i < N; i++)
      v128.store(at(a.zResidual, i), f64x2.sub(v128.load(at(a.zResidual, i)), v128.load(at(a.q, i))));
    largest(a.zResidual, N, rz);
    copy(a.yResidual, a.d, T);
    subtractTimes(a.C, a.ldN, T, N, a.z, a.yResidual);
    v128.store(places + 96, f64x2.splat(0));
    largest(a.z, N, places + 96);
    // Slacks, before the rows not held are left out.
    copy(a.s, a.yResidual + (<usize>M << 4), P);
    multiply(a.yResidual + (<usize>M << 4), a.mask, P);
    // Each row by its own size: one that is huge and idle excuses none of the others.
    for (let i = 0; i < T; i++) {
      const size = f64x2.max(
        f64x2.abs(v128.load(at(a.d, i))),
        f64x2.mul(v128.load(at(a.largestOfC, i)), v128.load(places + 96)),
      );
      const share = f64x2.div(f64x2.abs(v128.load(at(a.yResidual, i))), f64x2.max(size, f64x2.splat(1e-300)));
      v128.store(ry, f64x2.max(v128.load(ry), share));
    }
    v128.store(places + 64, f64x2.max(f64x2.div(v128.load(rz), v128.load(zSize)), v128.load(ry)));
    const open0 = load<f64>(ended) == 1 && load<f64>(places + 64) > ENOUGH;
    const open1 = load<f64>(ended, 8) == 1 && load<f64>(places + 64, 8) > ENOUGH;
    if (step == STEPS || (!open0 && !open1)) break;
    solveSystem(a.zResidual, a.yResidual);
    // What is good stays as it is, whatever the other problem needs.
    store<f64>(places + 64, open0 ? 1 : 0);
    store<f64>(places + 64, open1 ? 1 : 0, 8);
    addWhere(a.z, a.zResidual, places + 64, N);
    addWhere(a.y, a.yResidual, places + 64, T);
  }
  // ½zᵀQz + qᵀz; zWork holds −Qz.
  dot(a.zWork, a.z, N, places + 80);
  dot(a.q, a.z, N, places + 96);
}

/** Least pivot of a factor relative to the diagonal entry it comes from, or `least`. */
function leastPivot(l: usize, ld: usize, n: i32, reference: usize, k: usize, least: f64): f64 {
  for (let i = 0; i < n; i++) {
    const reciprocal = lane(l + <usize>i * (ld + 16), k);
    least = min(least, 1 / (reciprocal * reciprocal * lane(at(reference, i), k)));
  }
  return least;
}

function lane(pair: usize, k: usize): f64 {
  return load<f64>(pair + (k << 3));
}

/**
 * The answer of one problem out of its lane. The report: solved, iterations, factorizations, objective, primal, dual and
 * complementarity error, margin, relative error, condition.
 */
function write(table: usize, problem: i32, k: usize, well: bool, size: usize, counted: usize, places: usize): void {
  const yG = a.y + (<usize>a.M << 4);
  extract(a.z, a.n, k, address(table, 7, problem));
  extract(a.y, a.m, k, address(table, 8, problem));
  const λOut = address(table, 9, problem);
  const sOut = address(table, 10, problem);
  const activeOut = address(table, 11, problem);
  const unit = lane(size, k);
  // Of what adds up to r, in units of its largest entry.
  let largestλ: f64 = 1;
  for (let i = 0; i < a.p; i++) {
    const row = a.M + i;
    const terms = max(abs(lane(at(a.d, row), k)), abs(lane(at(a.g, row), k) + lane(at(a.d, row), k)));
    largestλ = max(largestλ, (terms * lane(at(a.scale, i), k)) / unit);
  }
  for (let i = 0; i < a.p; i++) {
    const scale = lane(at(a.scale, i), k);
    if (scale > 0) largestλ = max(largestλ, abs(lane(at(yG, i), k)) / (scale * unit));
  }
  const clear = CLEAR * largestλ;
  let primal: f64 = 0;
  let complementarity: f64 = 0;
  let margin: f64 = Infinity;
  for (let i = 0; i < a.m; i++) primal = max(primal, abs(lane(at(a.yResidual, i), k)));
  for (let i = 0; i < a.p; i++) {
    const scale = lane(at(a.scale, i), k);
    const held = lane(at(a.mask, i), k) != 0;
    const λ = held ? lane(at(yG, i), k) : 0;
    const slack = lane(at(a.s, i), k);
    const s = held ? 0 : slack;
    // The slack of a row without a scale is settled, and was looked at.
    const settled = scale == 0 && !held && s > 0;
    if (!settled && !(held ? λ / (scale * unit) > clear : (s * scale) / unit > clear)) well = false;
    primal = max(primal, -slack);
    complementarity = max(complementarity, abs(λ * slack));
    margin = min(margin, max(λ, s));
    store<f64>(λOut + (<usize>i << 3), λ);
    store<f64>(sOut + (<usize>i << 3), s);
    store<u8>(activeOut + <usize>i, held ? 1 : 0);
  }
  const relative = lane(places + 64, k);
  if (!(relative <= ACCURATE)) well = false;
  const report = address(table, 12, problem);
  store<f64>(report, well ? 1 : 0);
  store<f64>(report, lane(counted, k), 8);
  store<f64>(report, <f64>factorizations, 16);
  store<f64>(report, lane(places + 96, k) - 0.5 * lane(places + 80, k), 24);
  store<f64>(report, primal, 32);
  store<f64>(report, lane(places + 32, k), 40);
  store<f64>(report, complementarity, 48);
  store<f64>(report, margin, 56);
  store<f64>(report, relative, 64);
  let pivot = a.isDiagonal() ? 1 : leastPivot(a.L, a.ldN, a.n, a.nReference, k, 1);
  pivot = leastPivot(a.E, a.ldM, a.m, a.mReference, k, pivot);
  pivot = leastPivot(a.F, a.ldF, load<i32>(a.held + (k << 2)), a.ones, k, pivot);
  store<f64>(report, 1 / pivot, 72);
}

/**
 * Overwrites g, at the places of z, ν and λ in the table, with the u of K u = g on the rows that `solvePairs` left held, of pairs
 * in which a problem's byte at the place of the guess is not 0.
 */
export function solveSystems(table: usize, count: i32): void {
  const odd = a.scalars + 16;
  const yG = a.y + (<usize>a.M << 4);
  fill(a.y, a.T, 0);
  fill(a.z, a.N, 0);
  for (let k = 0; k < count; k += 2) {
    const second = min(k + 1, count - 1);
    if (load<u8>(address(table, 6, k)) == 0 && load<u8>(address(table, 6, second)) == 0) continue;
    const pair = k >> 1;
    a.hold(address(table, 13, pair), address(table, 14, pair), address(table, 15, pair));
    interleave(address(table, 7, k), address(table, 7, second), 1, a.n, a.z, a.ldN, odd);
    interleave(address(table, 8, k), address(table, 8, second), 1, a.m, a.y, a.ldM, odd);
    interleave(address(table, 9, k), address(table, 9, second), 1, a.p, yG, a.ldP, odd);
    multiply(yG, a.mask, a.P);
    solveSystem(a.z, a.y);
    for (let l: usize = 0; l < 2; l++) {
      const problem = l == 0 ? k : second;
      if (l == 1 && second == k) break;
      extract(a.z, a.n, l, address(table, 7, problem));
      extract(a.y, a.m, l, address(table, 8, problem));
      extract(yG, a.p, l, address(table, 9, problem));
    }
  }
}
