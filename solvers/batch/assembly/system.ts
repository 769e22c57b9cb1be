// The system of the rows held, K u = g with K = [Q Cᵀ; C 0] on the equalities and on the rows in `mask`, by the factors L of Q,
// E of the equalities and F of S on the rows held, and X = C L⁻ᵀ.

import * as a from './state';
import { backwardSolve, forwardSolve, subtractTimes, subtractTransposedTimes } from './matrix';
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

/** Overwrites (x, v), N and T numbers, with the solution; v is zero off the rows held, before and after. */
export function solveSystem(x: usize, v: usize): void {
  const M = a.M;
  const P = a.P;
  const vG = v + (<usize>M << 4);
  const Y = a.E + <usize>M * a.ldM;
  forwardQ(x);
  // −u_y up to the end, so that signs are those of subtractions.
  subtractTimes(a.X, a.ldN, a.T, a.N, x, v);
  forwardSolve(a.E, a.ldM, M, v);
  subtractTimes(Y, a.ldM, P, M, v, vG);
  multiply(vG, a.scale, P);
  solveHeld(vG);
  multiply(vG, a.scale, P);
  subtractTransposedTimes(Y, a.ldM, P, M, vG, v);
  backwardSolve(a.E, a.ldM, M, v);
  negate(v, a.T);
  subtractTransposedTimes(a.X, a.ldN, a.T, a.N, v, x);
  backwardQ(x);
}
