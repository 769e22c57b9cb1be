import { Structure } from '../../src/core/structure/structure.js';
import { type LinearSolver, openDense } from '../linear/index.js';
import type { Qp } from './element.js';
import { addTimes, addTransposedTimes } from './matrix.js';

/** Added to the diagonal, with the sign of the pivot; refinement takes it out again. */
const REGULARIZATION = 1e-9;
const STEPS = 8;
/** Residuals, relative to the right-hand side, that are as good as any. */
const ENOUGH = 1e-14;

/**
 * The Newton system of an interior-point iterate in augmented form,
 *
 *     [ Q  Aᵀ  Gᵀ ]
 *     [ A  0   0  ]      W = diag(s/λ), order n + m + p,
 *     [ G  0  −W  ]
 *
 * factored as LDLᵀ with a regularization that makes it quasi-definite (Vanderbei 1995), and solved with refinement
 * against the system itself.
 */
export class AugmentedKkt {
  readonly #solver: LinearSolver;
  readonly #values: Float64Array;
  readonly #qp: Qp;
  readonly #C: Float64Array;
  readonly #w: Float64Array;
  factorizations = 0;

  constructor(qp: Qp, C: Float64Array, open: (structure: Structure) => LinearSolver = openDense) {
    const { n, m, p } = qp;
    const order = n + m + p;
    this.#qp = qp;
    this.#C = C;
    this.#w = new Float64Array(m + p);
    const all = Int32Array.from({ length: order }, (_, k) => k);
    this.#solver = open(new Structure(order, order, true, [{ kind: 'dense', rows: null, columns: all }]));
    this.#values = new Float64Array((order * (order + 1)) / 2);
    let at = 0;
    for (let i = 0; i < order; i++) {
      if (i < n) for (let j = 0; j <= i; j++) this.#values[at + j] = qp.Q[i * n + j]!;
      else for (let j = 0; j < n; j++) this.#values[at + j] = C[(i - n) * n + j]!;
      if (i < n) this.#values[at + i] = this.#values[at + i]! + REGULARIZATION;
      at += i + 1;
    }
  }

  /** `w`: the diagonal of W, zeros at the m equalities first. */
  factor(w: Float64Array): void {
    const { n } = this.#qp;
    this.#w.set(w);
    for (let i = 0; i < w.length; i++) {
      const k = n + i;
      this.#values[(k * (k + 1)) / 2 + k] = -w[i]! - REGULARIZATION;
    }
    this.#solver.factor(this.#values);
    this.factorizations++;
  }

  /** Overwrites (z, y) with the solution. */
  solve(z: Float64Array, y: Float64Array): void {
    const { n } = this.#qp;
    const [gz, gy] = [z.slice(), y.slice()];
    const step = new Float64Array(n + y.length);
    z.fill(0);
    y.fill(0);
    let last = Infinity;
    const [keptZ, keptY] = [z.slice(), y.slice()];
    const size = Math.max(norm(gz), norm(gy));
    for (let k = 0; k <= STEPS; k++) {
      const [rz, ry] = this.#residual(gz, gy, z, y);
      const error = Math.max(norm(rz), norm(ry));
      // Where the system has no solution, that of the regularized one shows why.
      if (k > 1 && !(error < last)) {
        z.set(keptZ);
        y.set(keptY);
        return;
      }
      keptZ.set(z);
      keptY.set(y);
      if (error <= ENOUGH * size || k === STEPS || (k > 0 && error > 0.9 * last)) return;
      last = error;
      step.set(rz);
      step.set(ry, n);
      this.#solver.solve(step);
      for (let j = 0; j < n; j++) z[j] = z[j]! + step[j]!;
      for (let i = 0; i < y.length; i++) y[i] = y[i]! + step[n + i]!;
    }
  }

  #residual(
    gz: Float64Array,
    gy: Float64Array,
    z: Float64Array,
    y: Float64Array,
  ): [Float64Array, Float64Array] {
    const rz = gz.slice();
    const ry = gy.slice();
    addTimes(this.#qp.Q, z, -1, rz);
    addTransposedTimes(this.#C, y, -1, rz);
    addTimes(this.#C, z, -1, ry);
    for (let i = 0; i < ry.length; i++) ry[i] = ry[i]! + this.#w[i]! * y[i]!;
    return [rz, ry];
  }

  dispose(): void {
    this.#solver.dispose();
  }
}

function norm(x: Float64Array): number {
  let most = 0;
  for (let k = 0; k < x.length; k++) {
    const size = Math.abs(x[k]!);
    if (!(size <= most)) most = size;
  }
  return most;
}
