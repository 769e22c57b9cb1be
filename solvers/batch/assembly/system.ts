// The system of the rows held, K u = g with K = [Q Cᵀ; C 0] on the equalities and on the rows in `mask`, by the factors L of Q,
// E of the equalities and F of S on the rows held.

import * as a from './state';
import { backwardSolve, forwardSolve, subtractTimes, subtractTransposedTimes } from './matrix';
import { solveHeld } from './held';
import { addWhere, copy, fill, largest, multiply } from './vector';

/** x ← Q⁻¹ x. */
export function solveQ(x: usize): void {
  forwardSolve(a.L, a.ldN, a.N, x);
  backwardSolve(a.L, a.ldN, a.N, x);
}

/** Overwrites (x, v), N and T numbers, with the solution; v is zero off the rows held, before and after. */
export function solveSystem(x: usize, v: usize): void {
  const M = a.M;
  const P = a.P;
  const vG = v + (<usize>M << 4);
  const Y = a.E + <usize>M * a.ldM;
  solveQ(x);
  // −(C Q⁻¹ g_z − g_y), so that signs are those of subtractions.
  subtractTimes(a.C, a.ldN, a.T, a.N, x, v);
  forwardSolve(a.E, a.ldM, M, v);
  subtractTimes(Y, a.ldM, P, M, v, vG);
  multiply(vG, a.scale, P);
  solveHeld(vG);
  multiply(vG, a.scale, P);
  subtractTransposedTimes(Y, a.ldM, P, M, vG, v);
  backwardSolve(a.E, a.ldM, M, v);
  // v is −u_y: x = Q⁻¹(g_z − Cᵀu_y).
  const t = a.zWork2;
  fill(t, a.N, 0);
  subtractTransposedTimes(a.C, a.ldN, a.T, a.N, v, t);
  solveQ(t);
  const zero = f64x2.splat(0);
  for (let i = 0; i < a.N; i++) {
    const at = x + (<usize>i << 4);
    v128.store(at, f64x2.sub(v128.load(at), v128.load(t + (<usize>i << 4))));
  }
  for (let i = 0; i < a.T; i++) {
    const at = v + (<usize>i << 4);
    v128.store(at, f64x2.sub(zero, v128.load(at)));
  }
}

/** (rz, ry) ← (g_z − Q x − Cᵀv, g_y − C x), the latter on the rows held. */
export function residual(x: usize, v: usize, gz: usize, gy: usize, rz: usize, ry: usize): void {
  copy(rz, gz, a.N);
  subtractTimes(a.Q, a.ldN, a.N, a.N, x, rz);
  subtractTransposedTimes(a.C, a.ldN, a.T, a.N, v, rz);
  copy(ry, gy, a.T);
  subtractTimes(a.C, a.ldN, a.T, a.N, x, ry);
  multiply(ry + (<usize>a.M << 4), a.mask, a.P);
}

/** Solves for (gz, gy) into (x, v), refined until the residual, relative to the right-hand side and at `error`, is below `enough`. */
export function solveRefined(
  gz: usize,
  gy: usize,
  x: usize,
  v: usize,
  enough: f64,
  steps: i32,
  size: usize,
  error: usize,
): void {
  multiply(gy + (<usize>a.M << 4), a.mask, a.P);
  v128.store(size, f64x2.splat(1e-300));
  largest(gz, a.N, size);
  largest(gy, a.T, size);
  copy(x, gz, a.N);
  copy(v, gy, a.T);
  solveSystem(x, v);
  for (let step = 0; ; step++) {
    residual(x, v, gz, gy, a.zResidual, a.yResidual);
    v128.store(error, f64x2.splat(0));
    largest(a.zResidual, a.N, error);
    largest(a.yResidual, a.T, error);
    v128.store(error, f64x2.div(v128.load(error), v128.load(size)));
    const open0 = load<f64>(error) > enough;
    const open1 = load<f64>(error, 8) > enough;
    if (step == steps || (!open0 && !open1)) return;
    solveSystem(a.zResidual, a.yResidual);
    store<f64>(error, open0 ? 1 : 0);
    store<f64>(error, open1 ? 1 : 0, 8);
    addWhere(x, a.zResidual, error, a.N);
    addWhere(v, a.yResidual, error, a.T);
  }
}
