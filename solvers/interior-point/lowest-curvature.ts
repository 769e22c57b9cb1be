import type { KktSystem } from '../kkt/contract.js';
import { addScaled, dot } from './iterate.js';

/** A vector x and `p = K⁻¹x`, so that `p_iᵀ(K p_j) = p_iᵀx_j` costs no product. */
interface Pair {
  readonly x: Float64Array;
  readonly p: Float64Array;
}

/** What is left of a vector once others are taken out of it, below which it tells nothing new. */
const DEPENDENT = 1e-6;
/** Directions that a step looks along at once. */
const WIDTH = 2;

/**
 * How indefinite the Hessian of the barrier problem is where rows are kept: the least eigenvalue λ₁ of `Zᵀ(W + Σ)Z`, Z a basis
 * of the null space of A, from above, by inverse iteration and the Ritz values of what it visits (Parlett, The Symmetric
 * Eigenvalue Problem §4.5, §11.3). A factorization with any inertia serves: `K [p; q] = [x; 0]` makes `Ap = 0` and
 * `pᵀ(W + Σ + δ_w)p = pᵀx`; with δ_c > 0 the matrix is `W + Σ + AᵀA/δ_c`, whose eigenvalues K's inertia counts then.
 */
export class LowestCurvature {
  /** Directions of the latest estimate, the lowest first; length n each. */
  #directions: Float64Array[];
  readonly #rhs: Float64Array;

  constructor(private readonly kkt: KktSystem) {
    const { n, m } = kkt.shape;
    this.#directions = Array.from({ length: WIDTH }, (_, k) => scattered(n, k));
    this.#rhs = new Float64Array(WIDTH * (n + m));
  }

  /** An upper bound of λ₁ from the factorization that `kkt` holds, with `δw` in it, by so many steps. */
  estimate(δw: number, steps: number): number {
    const pairs: Pair[] = [];
    let ritz: Ritz = { least: Number.POSITIVE_INFINITY, directions: [] };
    for (let step = 0; step < steps; step++) {
      pairs.push(...this.#solve());
      const next = ritzOf(pairs, δw);
      if (!Number.isFinite(next.least)) break;
      ritz = next;
      for (const [k, d] of ritz.directions.slice(0, WIDTH).entries()) this.#directions[k] = d;
    }
    return ritz.least;
  }

  /**
   * About the least eigenvalue of H, no larger than λ₁ as far as it has converged, by so many steps of Lanczos (Parlett §13): whatever
   * rows and Σ are, δ_w beyond it is enough.
   */
  ofHessian(steps: number): number {
    const { n, m } = this.kkt.shape;
    const basis: Pair[] = [];
    let p = this.#directions[0]!.slice();
    let ritz = Number.POSITIVE_INFINITY;
    while (basis.length < steps) {
      const v = new Float64Array(n + m);
      v.set(scaledTo(p, 1 / Math.sqrt(dot(p, p))));
      const Hv = new Float64Array(n + m);
      this.kkt.addProduct(v, 1, Hv);
      const pair = { x: Hv.slice(0, n), p: v.slice(0, n) };
      p = pair.x.slice();
      basis.push(pair);
      const next = ritzOf(basis, 0).least;
      if (!Number.isFinite(next)) break;
      ritz = next;
      for (let pass = 0; pass < 2; pass++) for (const { p: q } of basis) addScaled(p, -dot(q, p), q);
      if (!(dot(p, p) > DEPENDENT ** 2 * dot(pair.x, pair.x))) break;
    }
    return ritz;
  }

  #solve(): Pair[] {
    const { n, m } = this.kkt.shape;
    const b = this.#rhs.fill(0);
    this.#directions.forEach((x, k) => {
      b.set(x, k * (n + m));
    });
    this.kkt.solve(b, b, WIDTH);
    return this.#directions.map((x, k) => ({ x, p: b.slice(k * (n + m), k * (n + m) + n) }));
  }
}

interface Ritz {
  readonly least: number;
  /** Unit vectors by their Ritz values. */
  readonly directions: Float64Array[];
}

/** Ritz values of K − δ_w over the span of p; not finite where the vectors are not. */
function ritzOf(pairs: readonly Pair[], δw: number): Ritz {
  const basis: Pair[] = [];
  for (const pair of pairs) {
    const own = scaled(pair, 1 / Math.sqrt(dot(pair.p, pair.p)));
    for (let pass = 0; pass < 2; pass++)
      for (const { x, p } of basis) {
        const share = dot(p, own.p);
        addScaled(own.p, -share, p);
        addScaled(own.x, -share, x);
      }
    const left = Math.sqrt(dot(own.p, own.p));
    if (left > DEPENDENT) basis.push(scaled(own, 1 / left));
  }
  const T = basis.map(({ p }, i) =>
    basis.map(({ x }, j) => 0.5 * (dot(p, x) + dot(basis[j]!.p, basis[i]!.x))),
  );
  const found = eigen(T);
  const directions = found.map(({ vector }) => {
    const sum = new Float64Array(basis[0]!.p.length);
    basis.forEach(({ p }, i) => {
      addScaled(sum, vector[i]!, p);
    });
    return sum;
  });
  return { least: (found[0]?.value ?? Number.NaN) - δw, directions };
}

const scaledTo = (x: Float64Array, by: number): Float64Array => {
  const out = new Float64Array(x.length);
  addScaled(out, by, x);
  return out;
};
const scaled = ({ x, p }: Pair, by: number): Pair => ({ x: scaledTo(x, by), p: scaledTo(p, by) });

/** Eigenvalues of a small symmetric matrix, which is overwritten, in rising order, by Jacobi's rotations. */
function eigen(T: number[][]): { readonly value: number; readonly vector: number[] }[] {
  const V = T.map((_, i) => T.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 20; sweep++)
    for (let i = 0; i < T.length; i++)
      for (let j = i + 1; j < T.length; j++) {
        if (!(Math.abs(T[i]![j]!) > 1e-15 * Math.hypot(T[i]![i]!, T[j]![j]!))) continue;
        const ratio = (T[j]![j]! - T[i]![i]!) / (2 * T[i]![j]!);
        const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cosine = 1 / Math.hypot(1, tangent);
        const rotate = (a: number[], b: number[]): void => {
          for (let k = 0; k < a.length; k++) {
            const [u, v] = [a[k]!, b[k]!];
            a[k] = cosine * (u - tangent * v);
            b[k] = cosine * (v + tangent * u);
          }
        };
        rotate(T[i]!, T[j]!);
        for (const row of T) {
          const pair = [[row[i]!], [row[j]!]] as const;
          rotate(...(pair as unknown as [number[], number[]]));
          row[i] = pair[0][0]!;
          row[j] = pair[1][0]!;
        }
        rotate(V[i]!, V[j]!);
      }
  return T.map((row, i) => ({ value: row[i]!, vector: V[i]! })).sort((a, b) => a.value - b.value);
}

/** Numbers without a pattern, the same in every run. */
function scattered(n: number, seed: number): Float64Array {
  let state = 0x9e3779b9 * (seed + 1);
  return Float64Array.from({ length: n }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  });
}
