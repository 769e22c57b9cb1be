import { dot, maxNorm } from '../../src/core/vector.js';
import type { QpPoint } from './contract.js';
import { type Qp, rowsOf } from './element.js';
import { AugmentedKkt } from './kkt.js';
import { addTimes, addTransposedTimes, bilinear } from './matrix.js';

/** How far to the boundary a step goes. */
const FRACTION = 0.99;
/** Steps shorter than this get nowhere. */
const STALLED = 1e-5;
/**
 * Relative residuals at which a point is first shown, and those of a certificate, relative to bᵀν + hᵀλ, or of a ray, relative to qᵀray; and by
 * how much they fall until the next.
 */
const FIRST_TOLERANCE = 1e-8;
const FIRST_CERTAIN = 1e-9;
const NEXT_TOLERANCE = 100;

/** Right-hand sides, beside that in the middle, that are far away. */
export const FAR = 2 ** 10;

/** How the iteration ended, with the last iterate: a point of the program, a certificate or a ray, not yet scaled. */
export interface EmbeddingEnd {
  readonly status: 'solved' | 'stalled' | 'infeasible' | 'unbounded' | 'iteration-limit';
  readonly point: QpPoint;
  readonly iterations: number;
  readonly factorizations: number;
}

interface State {
  z: Float64Array;
  y: Float64Array;
  s: Float64Array;
  τ: number;
  κ: number;
}

/**
 * A predictor–corrector method on the homogeneous embedding of a quadratic program with its objective (Andersen & Ye 1999;
 * Goulart & Chen, Clarabel, arXiv 2405.12762), C = [A; G], d = [b; h], y = (ν, λ), s zero at equalities:
 *
 *     Qz + Cᵀy + qτ = 0,   Cz + s − dτ = 0,   zᵀQz/τ + qᵀz + dᵀy + κ = 0,   s∘λ = 0,  τκ = 0
 *
 * τ > 0 at the end gives a solution, κ > 0 a certificate that there is none, or a ray. What is good to 1e-8, 1e-10, … of either is shown to
 * `accept`, which says whether that will do.
 */
export function solveEmbedding(
  qp: Qp,
  maxIterations: number,
  accept: (end: EmbeddingEnd) => boolean,
): EmbeddingEnd {
  const { n, m, p, Q, q } = qp;
  const { C, d, E } = near(qp);
  const k = m + p;
  const largest = { Q: maxNorm(Q), C: maxNorm(C) };
  const kkt = new AugmentedKkt(qp, C);
  try {
    const x = start(qp, d, kkt);
    const w = new Float64Array(k);
    const end = (status: EmbeddingEnd['status'], iterations: number): EmbeddingEnd => {
      const by = status === 'infeasible' || status === 'unbounded' || x.κ > x.τ ? 1 : x.τ;
      return {
        status,
        point: {
          z: x.z.map((value) => value / by),
          nu: x.y.slice(0, m).map((value, i) => (value * E[i]!) / by),
          lam: x.y.slice(m).map((value, i) => (value * E[m + i]!) / by),
          s: x.s.slice(m).map((value, i) => value / (by * E[m + i]!)),
        },
        iterations,
        factorizations: kkt.factorizations,
      };
    };
    let stalled = 0;
    let tolerance = FIRST_TOLERANCE;
    let certain = FIRST_CERTAIN;
    for (let iteration = 0; ; iteration++) {
      // Residuals.
      const Qz = new Float64Array(n);
      addTimes(Q, x.z, 1, Qz);
      const Cy = new Float64Array(n);
      addTransposedTimes(C, x.y, 1, Cy);
      const Cz = new Float64Array(k);
      addTimes(C, x.z, 1, Cz);
      const rz = Qz.map((value, j) => value + Cy[j]! + q[j]! * x.τ);
      const ry = Cz.map((value, i) => value + x.s[i]! - d[i]! * x.τ);
      const zQz = dot(x.z, Qz);
      const [qz, dy] = [dot(q, x.z), dot(d, x.y)];
      const rτ = zQz / x.τ + qz + dy + x.κ;
      let sλ = 0;
      for (let i = m; i < k; i++) sλ += x.s[i]! * x.y[i]!;
      const μ = (sλ + x.τ * x.κ) / (p + 1);
      // Tests.
      const sizes = {
        primal: Math.max(maxNorm(Cz), maxNorm(x.s), maxNorm(d) * x.τ, x.τ),
        dual: Math.max(maxNorm(Qz), maxNorm(Cy), maxNorm(q) * x.τ, x.τ),
      };
      const objective = Math.abs(0.5 * (zQz / x.τ) + qz);
      const gap = Math.abs(zQz / x.τ + qz + dy);
      const best =
        maxNorm(ry) <= tolerance * sizes.primal &&
        maxNorm(rz) <= tolerance * sizes.dual &&
        gap <= tolerance * Math.max(x.τ, objective, Math.abs(dy)) &&
        sλ <= tolerance * Math.max(x.τ * x.τ, sizes.primal * sizes.dual);
      if (best && x.κ <= x.τ) {
        const now = end('solved', iteration);
        if (accept(now)) return now;
        tolerance /= NEXT_TOLERANCE;
      }
      const proves = (status: EmbeddingEnd['status']): boolean => {
        certain /= NEXT_TOLERANCE;
        return accept(end(status, iteration));
      };
      if (dy < 0 && maxNorm(Cy) <= certain * Math.min(-dy, largest.C * maxNorm(x.y)) && proves('infeasible'))
        return end('infeasible', iteration);
      if (qz < 0) {
        const off = Cz.map((value, i) => value + x.s[i]!);
        const along = maxNorm(x.z);
        const isRay =
          maxNorm(Qz) <= certain * Math.min(-qz, largest.Q * along) &&
          maxNorm(off) <= certain * Math.min(-qz, largest.C * along);
        if (isRay && proves('unbounded')) return end('unbounded', iteration);
      }
      if (iteration === maxIterations) return end('iteration-limit', iteration);
      if (stalled >= 3 || !Number.isFinite(μ)) return end('stalled', iteration);

      // The system, and the direction that τ takes along.
      for (let i = m; i < k; i++) w[i] = x.s[i]! / x.y[i]!;
      kkt.factor(w);
      const u2 = { z: q.map((value) => -value), y: d.slice() };
      kkt.solve(u2.z, u2.y);
      const ξ = x.z.map((value) => value / x.τ);
      const off = u2.z.map((value, j) => value - ξ[j]!);
      let denominator = -bilinear(Q, off, off) - x.κ / x.τ;
      for (let i = m; i < k; i++) denominator -= w[i]! * u2.y[i]! ** 2;
      const c = Qz.map((value, j) => (2 * value) / x.τ + q[j]!);

      const direction = (σ: number, rs: Float64Array, rκ: number): State => {
        const z = rz.map((value) => -(1 - σ) * value);
        const y = ry.map((value, i) => -(1 - σ) * value + (i < m ? 0 : rs[i]! / x.y[i]!));
        kkt.solve(z, y);
        const τ = (-(1 - σ) * rτ + rκ / x.τ - dot(c, z) - dot(d, y)) / denominator;
        for (let j = 0; j < n; j++) z[j] = z[j]! + τ * u2.z[j]!;
        for (let i = 0; i < k; i++) y[i] = y[i]! + τ * u2.y[i]!;
        const s = new Float64Array(k);
        for (let i = m; i < k; i++) s[i] = -(rs[i]! + x.s[i]! * y[i]!) / x.y[i]!;
        return { z, y, s, τ, κ: -(rκ + x.κ * τ) / x.τ };
      };

      const rs = x.s.map((value, i) => value * x.y[i]!);
      const affine = direction(0, rs, x.κ * x.τ);
      const αAffine = step(x, affine, m, 1);
      const σ = (1 - αAffine) ** 3;
      for (let i = m; i < k; i++) rs[i] = rs[i]! + affine.s[i]! * affine.y[i]! - σ * μ;
      const Δ = direction(σ, rs, x.κ * x.τ + affine.κ * affine.τ - σ * μ);
      const α = step(x, Δ, m, FRACTION);
      stalled = α < STALLED ? stalled + 1 : 0;
      for (let j = 0; j < n; j++) x.z[j] = x.z[j]! + α * Δ.z[j]!;
      for (let i = 0; i < k; i++) {
        x.y[i] = x.y[i]! + α * Δ.y[i]!;
        x.s[i] = x.s[i]! + α * Δ.s[i]!;
      }
      x.τ += α * Δ.τ;
      x.κ += α * Δ.κ;
      // Homogeneous: only ratios count.
      const size = Math.max(x.τ, x.κ);
      if (size < 1e-6 || size > 1e6) rescale(x, 1 / size);
    }
  } finally {
    kkt.dispose();
  }
}

/** The rows and right-hand sides, those far beyond the others times E, a power of two: what is of order one stays exact beside them. */
function near(qp: Qp) {
  const { n } = qp;
  const { C, d } = rowsOf(qp);
  const sizes = d
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort();
  const most = FAR * Math.max(1, sizes[sizes.length >> 1] ?? 0);
  const E = d.map((value) => 2 ** -Math.max(0, Math.ceil(Math.log2(Math.abs(value) / most))));
  return {
    C: C.map((value, at) => value * E[Math.floor(at / n)]!),
    d: d.map((value, i) => value * E[i]!),
    E,
  };
}

function rescale(x: State, by: number): void {
  for (const part of [x.z, x.y, x.s]) for (let k = 0; k < part.length; k++) part[k] = part[k]! * by;
  x.τ *= by;
  x.κ *= by;
}

/**
 * The least-squares point (Vandenberghe, The CVXOPT linear and quadratic cone program solvers, §5.3), moved into the cone row by row, to
 * sλ = 1: a row far away takes none of the others along.
 */
function start({ m, p, q }: Qp, d: Float64Array, kkt: AugmentedKkt): State {
  const w = new Float64Array(m + p);
  w.fill(1, m);
  kkt.factor(w);
  const z = q.map((value) => -value);
  const y = d.slice();
  kkt.solve(z, y);
  const s = new Float64Array(m + p);
  for (let i = m; i < m + p; i++) {
    const size = Math.max(1, Math.abs(y[i]!));
    [s[i], y[i]] = y[i]! < 0 ? [size, 1 / size] : [1 / size, size];
  }
  return { z, y, s, τ: 1, κ: 1 };
}

/** The longest step ≤ 1 that keeps a share `1 − fraction` of the way to the boundary. */
function step(x: State, Δ: State, m: number, fraction: number): number {
  let α = 1;
  const limit = (value: number, change: number): void => {
    if (change < 0) α = Math.min(α, (-fraction * value) / change);
  };
  for (let i = m; i < x.y.length; i++) {
    limit(x.y[i]!, Δ.y[i]!);
    limit(x.s[i]!, Δ.s[i]!);
  }
  limit(x.τ, Δ.τ);
  limit(x.κ, Δ.κ);
  return α;
}
