import { openDense } from '../solvers/linear/index.js';
import type { QuadraticProgram } from '../src/core/quadratic-program.js';
import { Structure } from '../src/core/structure/structure.js';

/** Of the iterates, relative to the sizes of what adds up. */
const ENOUGH = 1e-12;
const ITERATIONS = 200;

/**
 * The solution at a fixed barrier μ of one quadratic program, smooth in its data:
 *
 *     Qz + q + Aᵀν + Gᵀλ = 0,   Az = b,   Gz + s = h,   λᵢsᵢ = μ
 *
 * found by Newton's method with the barrier falling to μ; all its derivatives come from one factorization of
 * K = [Q Aᵀ Gᵀ; A 0 0; G 0 −diag(s/λ)], order n + m + p.
 */
export class SmoothSolution {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
  readonly found: boolean;
  readonly #order: number;
  readonly #values: Float64Array;
  readonly #solver: ReturnType<typeof openDense>;

  constructor(
    readonly data: QuadraticProgram,
    readonly barrier: number,
  ) {
    const { n, m, p, Q, A, G, h } = data;
    this.#order = n + m + p;
    const all = Int32Array.from({ length: this.#order }, (_, k) => k);
    this.#solver = openDense(
      new Structure(this.#order, this.#order, true, [{ kind: 'dense', rows: null, columns: all }]),
    );
    this.#values = new Float64Array((this.#order * (this.#order + 1)) / 2);
    for (let i = 0, at = 0; i < this.#order; at += ++i) {
      if (i < n) this.#values.set(Q.subarray(i * n, i * n + i + 1), at);
      else if (i < n + m) this.#values.set(A.subarray((i - n) * n, (i - n + 1) * n), at);
      else this.#values.set(G.subarray((i - n - m) * n, (i - n - m + 1) * n), at);
    }
    this.z = new Float64Array(n);
    this.nu = new Float64Array(m);
    this.lam = new Float64Array(p).fill(1);
    this.s = h.map((value) => Math.max(1, Math.abs(value)));
    this.found = this.#solve();
  }

  #factor(): boolean {
    const first = this.data.n + this.data.m;
    for (let i = 0; i < this.data.p; i++) {
      const k = first + i;
      this.#values[(k * (k + 1)) / 2 + k] = -this.s[i]! / this.lam[i]!;
    }
    return this.#values.every(Number.isFinite) && this.#solver.factor(this.#values).zero === 0;
  }

  /** `K⁻¹ r` for several right-hand sides, one after the other, in place. */
  solve(sides: Float64Array): Float64Array {
    if (sides.length > 0) this.#solver.solve(sides, sides.length / this.#order);
    return sides;
  }

  /** Residuals of the first three rows, and the largest, relative to the sizes of what adds up in them. */
  #residual(): { r: Float64Array; error: number } {
    const { n, m, p, Q, q, A, b, G, h } = this.data;
    const { z, nu, lam, s } = this;
    const [r, size] = [new Float64Array(this.#order), new Float64Array(this.#order)];
    const add = (i: number, value: number): void => {
      r[i]! += value;
      size[i] = Math.max(size[i]!, Math.abs(value));
    };
    for (let i = 0; i < n; i++) {
      add(i, q[i]!);
      for (let j = 0; j < n; j++) add(i, Q[i * n + j]! * z[j]!);
    }
    for (let k = 0; k < m; k++) {
      add(n + k, -b[k]!);
      for (let j = 0; j < n; j++) {
        add(j, A[k * n + j]! * nu[k]!);
        add(n + k, A[k * n + j]! * z[j]!);
      }
    }
    for (let k = 0; k < p; k++) {
      add(n + m + k, s[k]! - h[k]!);
      for (let j = 0; j < n; j++) {
        add(j, G[k * n + j]! * lam[k]!);
        add(n + m + k, G[k * n + j]! * z[j]!);
      }
    }
    let error = 0;
    r.forEach((value, i) => {
      error = Math.max(error, Math.abs(value) / Math.max(1e-300, size[i]!, 1e-8));
    });
    return { r, error };
  }

  #solve(): boolean {
    const { n, m, p } = this.data;
    const { z, nu, lam, s, barrier } = this;
    for (let k = 0; k < ITERATIONS; k++) {
      const { r, error } = this.#residual();
      let [gap, off] = [0, 0];
      for (let i = 0; i < p; i++) {
        gap += (lam[i]! * s[i]!) / p;
        off = Math.max(off, Math.abs(lam[i]! * s[i]! - barrier) / barrier);
      }
      if (!this.#factor()) return false;
      if (error < ENOUGH && off < 1e-10) return true;
      const target = Math.max(barrier, 0.1 * Math.min(gap, 1e300));
      // Third row: G dz − (s/λ) dλ = −r − (target − λs)/λ, from s dλ + λ ds = target − λs and G dz + ds = −r.
      const side = r.map((value, i) => {
        const row = i - n - m;
        return row < 0 ? -value : -value - (target / lam[row]! - s[row]!);
      });
      this.solve(side);
      if (!side.every(Number.isFinite)) return false;
      const dlam = side.subarray(n + m);
      const ds = dlam.map((change, i) => (target - s[i]! * change) / lam[i]! - s[i]!);
      let step = 1;
      for (let i = 0; i < p; i++) {
        if (dlam[i]! < 0) step = Math.min(step, (-0.995 * lam[i]!) / dlam[i]!);
        if (ds[i]! < 0) step = Math.min(step, (-0.995 * s[i]!) / ds[i]!);
      }
      for (let i = 0; i < n; i++) z[i]! += step * side[i]!;
      for (let i = 0; i < m; i++) nu[i]! += step * side[n + i]!;
      for (let i = 0; i < p; i++) {
        lam[i]! += step * dlam[i]!;
        s[i]! += step * ds[i]!;
      }
    }
    return false;
  }

  /**
   * Derivatives by q, b or h: `∂z`, `∂λ` and `∂s`, by columns of the data, one after the other (`width` of them, of n, p and
   * p numbers).
   */
  tangents(into: 'q' | 'b' | 'h'): {
    readonly width: number;
    readonly z: Float64Array;
    readonly lam: Float64Array;
    readonly s: Float64Array;
  } {
    const { n, m, p } = this.data;
    const width = { q: n, b: m, h: p }[into];
    const [first, sign] = { q: [0, -1], b: [n, 1], h: [n + m, 1] }[into] as [number, number];
    const sides = new Float64Array(width * this.#order);
    for (let j = 0; j < width; j++) sides[j * this.#order + first + j] = sign;
    this.solve(sides);
    const [z, lam, s] = [
      new Float64Array(width * n),
      new Float64Array(width * p),
      new Float64Array(width * p),
    ];
    for (let j = 0; j < width; j++) {
      const own = sides.subarray(j * this.#order, (j + 1) * this.#order);
      z.set(own.subarray(0, n), j * n);
      for (let i = 0; i < p; i++) {
        lam[j * p + i] = own[n + m + i]!;
        s[j * p + i] = (-this.s[i]! / this.lam[i]!) * own[n + m + i]!;
      }
    }
    return { width, z, lam, s };
  }

  /** The part of `K⁻¹(c, 0, 0)` that belongs to the inequalities. */
  adjoint(c: Float64Array): Float64Array {
    const side = new Float64Array(this.#order);
    side.set(c);
    return this.solve(side).subarray(this.data.n + this.data.m);
  }

  dispose(): void {
    this.#solver.dispose();
  }
}
