// S of the complementarity problems, and S + diag(t): formed and factored, order P; or in condensed form, by S = X̂X̂ᵀ with X̂ P × N,
//
//     (X̂X̂ᵀ + T)⁻¹ = D − D X̂ (I + X̂ᵀDX̂)⁻¹ X̂ᵀ D = D − D Ĝ (Q + ĜᵀDĜ)⁻¹ Ĝᵀ D,   D = T⁻¹,
//
// order N: the first in the variables Lᵀz on the equalities' null space, the second without equalities, where Ĝ are the rows of G scaled as
// those of X̂, and bounds of one variable touch the diagonal alone.

import * as a from './state';
import { addProduct, backwardSolve, cholesky, forwardSolve, subtractTimes, subtractTransposedTimes } from './matrix';
import { copy, fill, multiply, negate } from './vector';

/** y ← y − S x. */
export function subtractS(x: usize, y: usize): void {
  if (!a.condensed) {
    subtractTimes(a.S, a.ldP, a.P, a.P, x, y);
    return;
  }
  fill(a.nWork, a.N, 0);
  subtractTransposedTimes(a.S, a.ldN, a.P, a.N, x, a.nWork);
  negate(a.nWork, a.N);
  subtractTimes(a.S, a.ldN, a.P, a.N, a.nWork, y);
}

/** Factors S + diag(t) in F; the pair at `failed` becomes 1 where that cannot be. */
export function factorWith(failed: usize): void {
  const order = a.order;
  v128.store(failed, f64x2.splat(0));
  if (a.condensed) {
    const one = f64x2.splat(1);
    for (let i = 0; i < a.P; i++)
      v128.store(
        a.weights + (<usize>i << 4),
        i < a.p ? f64x2.div(one, v128.load(a.t + (<usize>i << 4))) : f64x2.splat(0),
      );
    const count = load<i32>(a.dense);
    const depth = (count + 3) & ~3;
    fill(a.pWork, depth, 0);
    for (let k = 0; k < count; k++)
      v128.store(
        a.pWork + (<usize>k << 4),
        v128.load(a.weights + (<usize>load<i32>(a.dense + (<usize>(k + 1) << 2)) << 4)),
      );
    for (let j = 0; j < order; j++) {
      const row = a.room + <usize>j * a.ldP;
      copy(row, a.turned + <usize>j * a.ldP, depth);
      multiply(row, a.pWork, depth);
      const own = a.F + <usize>j * a.ldF;
      fill(own, order, 0);
      if (a.M == 0 && j < a.n) copy(own, a.Q + <usize>j * a.ldN, j + 1);
      else v128.store(own + (<usize>j << 4), one);
    }
    for (let i = 0; i < a.p; i++) {
      const column = load<i32>(a.only + (<usize>i << 2));
      if (column < 0) continue;
      const entry = f64x2.mul(
        v128.load(a.C + <usize>i * a.ldN + (<usize>column << 4)),
        v128.load(a.scale + (<usize>i << 4)),
      );
      const diagonal = a.F + <usize>column * (a.ldF + 16);
      const own = f64x2.mul(v128.load(a.weights + (<usize>i << 4)), f64x2.mul(entry, entry));
      v128.store(diagonal, f64x2.add(v128.load(diagonal), own));
    }
    if (depth > 0) addProduct(a.F, a.ldF, a.room, a.ldP, a.turned, a.ldP, order, order, depth, true, false);
  } else {
    for (let i = 0; i < order; i++) copy(a.F + <usize>i * a.ldF, a.S + <usize>i * a.ldP, i + 1);
    for (let i = 0; i < order; i++) {
      const diagonal = a.F + <usize>i * (a.ldF + 16);
      const t = v128.load(a.t + (<usize>i << 4));
      v128.store(diagonal, i < a.p ? f64x2.add(v128.load(diagonal), t) : f64x2.splat(1));
    }
  }
  cholesky(a.F, a.ldF, order, order, a.ones, 1e-300, failed);
}

/** x ← (S + diag(t))⁻¹ x by the factor in F. */
export function solveWith(x: usize): void {
  if (!a.condensed) {
    forwardSolve(a.F, a.ldF, a.P, x);
    backwardSolve(a.F, a.ldF, a.P, x);
    return;
  }
  multiply(x, a.weights, a.P);
  fill(a.nWork, a.N, 0);
  const rows = a.M == 0 ? a.C : a.S;
  copy(a.pWork, x, a.P);
  if (a.M == 0) multiply(a.pWork, a.scale, a.P);
  subtractTransposedTimes(rows, a.ldN, a.P, a.N, a.pWork, a.nWork);
  forwardSolve(a.F, a.ldF, a.N, a.nWork);
  backwardSolve(a.F, a.ldF, a.N, a.nWork);
  fill(a.pWork, a.P, 0);
  subtractTimes(rows, a.ldN, a.P, a.N, a.nWork, a.pWork);
  if (a.M == 0) multiply(a.pWork, a.scale, a.P);
  multiply(a.pWork, a.weights, a.P);
  for (let i = 0; i < a.P; i++) {
    const at = x + (<usize>i << 4);
    v128.store(at, f64x2.sub(v128.load(at), v128.load(a.pWork + (<usize>i << 4))));
  }
}
