// The system of the rows held, K u = g with K = [Q Cᵀ; C 0] on the equalities and on the rows in `mask`, by the factors L of Q,
// E of the equalities and F of S on the rows held, and X = C L⁻ᵀ.

import * as a from './state';
import {
  backwardSolve,
  forwardSolve,
  subtractFourColumns,
  subtractFourRows,
  subtractTimes,
  subtractTransposedTimes,
} from './matrix';
import { solveHeld } from './held';
import { multiply, multiplyByDiagonal, negate } from './vector';

/** x ← L⁻¹ x. */
export function forwardQ(x: usize): void {
  if (a.isDiagonal()) multiplyByDiagonal(x, a.L, a.ldN, a.N);
  else forwardSolve(a.L, a.ldN, a.N, x);
}

/** x ← L⁻ᵀ x. */
export function backwardQ(x: usize): void {
  if (a.isDiagonal()) multiplyByDiagonal(x, a.L, a.ldN, a.N);
  else backwardSolve(a.L, a.ldN, a.N, x);
}

/** Lists the rows of G that either problem holds; returns how many there are. */
function listHeld(): i32 {
  let count = 0;
  for (let i = 0; i < a.p; i++) {
    const mask = a.mask + (<usize>i << 4);
    if (load<f64>(mask) == 0 && load<f64>(mask, 8) == 0) continue;
    store<i32>(a.either + (<usize>count << 2), i);
    count++;
  }
  return count;
}

/** The listed row k, or the last. */
function heldRow(k: i32, count: i32): usize {
  return <usize>load<i32>(a.either + (<usize>min(k, count - 1) << 2));
}

/** vG −= X_G x on the rows listed, or x −= X_Gᵀ vG, of which the others are zeros. */
function subtractHeld(x: usize, vG: usize, count: i32, transposed: bool): void {
  const X = a.X + <usize>a.M * a.ldN;
  const four = a.scalars + 256;
  for (let k = 0; k < count; k += 4) {
    const first = X + heldRow(k, count) * a.ldN;
    const m1 = X + heldRow(k + 1, count) * a.ldN - first;
    const m2 = X + heldRow(k + 2, count) * a.ldN - first;
    const m3 = X + heldRow(k + 3, count) * a.ldN - first;
    const own = min(4, count - k);
    memory.fill(four, 0, 64);
    for (let l = 0; l < own; l++)
      v128.store(four + (<usize>l << 4), v128.load(vG + (heldRow(k + l, count) << 4)));
    if (transposed) subtractFourColumns(first, m1, m2, m3, a.N, four, x);
    else {
      subtractFourRows(first, m1, m2, m3, a.N, x, four);
      for (let l = 0; l < own; l++)
        v128.store(vG + (heldRow(k + l, count) << 4), v128.load(four + (<usize>l << 4)));
    }
  }
}

/** Overwrites (x, v), N and T numbers, with the solution; v is zero off the rows held, before and after. */
export function solveSystem(x: usize, v: usize): void {
  const M = a.M;
  const P = a.P;
  const vG = v + (<usize>M << 4);
  const Y = a.E + <usize>M * a.ldM;
  // Products with the factors cost what it takes to read them.
  const count = listHeld();
  forwardQ(x);
  // −u_y up to the end, so that signs are those of subtractions.
  subtractTimes(a.X, a.ldN, M, a.N, x, v);
  subtractHeld(x, vG, count, false);
  forwardSolve(a.E, a.ldM, M, v);
  subtractTimes(Y, a.ldM, P, M, v, vG);
  multiply(vG, a.scale, P);
  solveHeld(vG);
  multiply(vG, a.scale, P);
  subtractTransposedTimes(Y, a.ldM, P, M, vG, v);
  backwardSolve(a.E, a.ldM, M, v);
  negate(v, a.T);
  subtractTransposedTimes(a.X, a.ldN, M, a.N, v, x);
  subtractHeld(x, vG, count, true);
  backwardQ(x);
}
