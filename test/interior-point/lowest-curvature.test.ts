import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { LowestCurvature } from '../../solvers/interior-point/lowest-curvature.js';
import { openKkt } from '../../solvers/kkt/index.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import { Structure } from '../../src/core/structure/structure.js';
import { expectKkt } from '../kkt.js';
import * as problems from './problems.js';

/** Entries of a reflection: W and the rows below are known in its columns. */
const mirror = (n: number): ((i: number, j: number) => number) => {
  const v = Float64Array.from({ length: n }, (_, k) => Math.cos(1 + 3 * k));
  const size = v.reduce((sum, value) => sum + value * value, 0);
  return (i, j) => Number(i === j) - (2 * v[i]! * v[j]!) / size;
};

/** `W = Q diag(λ) Qᵀ`, rows `Aᵀ` the first `m` columns of Q: on their null space W has the other λ. */
function system(λ: readonly number[], m: number) {
  const n = λ.length;
  const q = mirror(n);
  const range = (length: number) => Int32Array.from({ length }, (_, k) => k);
  const shape = {
    n,
    core: n,
    m,
    jacobian: new Structure(m, n, false, [{ kind: 'dense', rows: range(m), columns: range(n) }]),
    hessian: new Structure(n, n, true, [{ kind: 'dense', rows: null, columns: range(n) }]),
    attachedRow: new Int32Array(0),
    attachedSign: new Float64Array(0),
  };
  const kkt = openKkt(shape, null, openLinearSolver, {});
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      kkt.values.H[at++] = λ.reduce((sum, value, k) => sum + value * q(i, k) * q(j, k), 0);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) kkt.values.J[i * n + j] = q(j, i);
  return { kkt, Σ: new Float64Array(n) };
}

describe('the lowest curvature', () => {
  const λ = [-9, 4, -2, 1, 2, 3, 5, 8, 13, 21, 34];

  it('is that of the Hessian where rows are kept, from above', () => {
    const { kkt, Σ } = system(λ, 2);
    expect(kkt.factor(Σ, 5, 0)).toBe('right');
    const lowest = new LowestCurvature(kkt);
    const found = Array.from({ length: 6 }, () => lowest.estimate(5, 1));
    for (const value of found) expect(value).toBeGreaterThan(-2 - 1e-9);
    expect(found.at(-1)).toBeCloseTo(-2, 2);
    kkt.dispose();
  });

  it('is no lower than that of the Hessian alone, which products tell', () => {
    for (const rows of [0, 2]) {
      const { kkt } = system(λ, rows);
      const lowest = new LowestCurvature(kkt);
      expect(lowest.ofHessian(11)).toBeCloseTo(-9, 6);
      expect(lowest.ofHessian(4)).toBeGreaterThan(-9);
      kkt.values.H.fill(0);
      expect(lowest.ofHessian(4)).toBeCloseTo(0, 12);
      kkt.values.H.fill(Number.NaN);
      expect(lowest.ofHessian(4)).toBe(Number.POSITIVE_INFINITY);
      kkt.dispose();
    }
  });

  it('is found from a factorization with the wrong inertia as well', () => {
    const { kkt, Σ } = system(λ, 2);
    for (const δw of [0, 1]) {
      expect(kkt.factor(Σ, δw, 0, 0, true)).toBe('too-many-negative');
      expect(new LowestCurvature(kkt).estimate(δw, 5)).toBeCloseTo(-2, 3);
    }
    kkt.dispose();
  });

  it('counts the rows where they are perturbed', () => {
    const { kkt, Σ } = system(λ, 2);
    expect(kkt.factor(Σ, 5, 1e-2)).toBe('right');
    expect(new LowestCurvature(kkt).estimate(5, 4)).toBeCloseTo(-2, 3);
    expect(kkt.factor(Σ, 1, 1, 1, true)).toBe('too-many-negative');
    // Row 1 adds 1/δ_c = 1 to the eigenvalue −9 there.
    expect(new LowestCurvature(kkt).estimate(1, 6)).toBeCloseTo(-8, 3);
    kkt.dispose();
  });

  it('is not a number where the matrix is not', () => {
    const { kkt } = system([1, 2, 3], 1);
    const lowest = new LowestCurvature({
      ...{ shape: kkt.shape },
      solve: (_: Float64Array, out: Float64Array) => out.fill(Number.NaN).length,
    } as unknown as typeof kkt);
    expect(lowest.estimate(1, 2)).not.toBeLessThan(0);
    kkt.dispose();
  });
});

describe('curvature instead of inertia', () => {
  const saddle = problems.small({
    start: [3, 0.05],
    objective: {
      value: ([x, y]) => 5 * x! ** 2 + y! ** 4 - y! ** 2,
      gradient: ([x, y]) => ({ 0: 10 * x!, 1: 4 * y! ** 3 - 2 * y! }),
      hessian: ([, y]) => ({ '0,0': 10, '1,1': 12 * y! ** 2 - 2 }),
    },
  });

  it('saves factorizations where the options ask for it, and may end at a saddle; by default it does not', () => {
    const byInertia = interiorPoint.solve(saddle, {});
    expectKkt(saddle, byInertia, 1e-6);
    expect(byInertia.objective).toBeCloseTo(-0.25, 8);
    expect(byInertia.evaluations.factorizations).toBeGreaterThan(byInertia.iterations);
    const byCurvature = interiorPoint.solve(saddle, { neg_curv_test_tol: 1e-8 });
    expectKkt(saddle, byCurvature, 1e-6);
    const first = (more: object): number =>
      interiorPoint.solve(saddle, { max_iter: 1, ...more }).evaluations.factorizations;
    expect(first({ neg_curv_test_tol: 1e-8 })).toBe(1);
    expect(first({ neg_curv_test_tol: 1e-8, neg_curv_test_reg: false })).toBe(1);
    expect(first({})).toBeGreaterThan(2);
    // d is mostly along x, of curvature 10: more than that no step has until δ_w counts or the inertia is right.
    expect(first({ neg_curv_test_tol: 11, neg_curv_test_reg: false })).toBe(first({}));
    expect(first({ neg_curv_test_tol: 9 })).toBe(1);
  });
});
