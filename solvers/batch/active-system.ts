import { maxNorm } from '../../src/core/vector.js';
import { addSizes, addTimes, addTransposedSizes, addTransposedTimes } from './matrix.js';
import { Orthogonal } from './orthogonal.js';
import { Semidefinite } from './semidefinite.js';

/** Remainder of a row, relative to the row, from which it counts as dependent on others. */
const DEPENDENT = 1e-11;
/** Times order and rounding unit: pivots of the reduced Hessian, relative to the largest of Q, that count as zero. */
const FLAT = 10;

/** A right-hand side or solution: part of the variables and part of the rows. */
export interface Pair {
  readonly z: Float64Array;
  readonly y: Float64Array;
}

/**
 * The system of a set of active rows,
 *
 *     [ Q  Cᵀ ] [ u_z ]   [ g_z ]     Q n × n symmetric, C k × n
 *     [ C  0  ] [ u_y ] = [ g_y ]
 *
 * solved by the null-space method (Nocedal & Wright, §16.2) with orthogonal factors, `Cᵀ P = H [R; 0]`, `HᵀQH` apart in
 * range and null space. Dependent rows, and Q without curvature along the rows, are found; the solution is then that of
 * least norm, of the nearest right-hand side that has one.
 */
export class ActiveSystem {
  /** Independent rows among the k. */
  readonly rank: number;
  /** Directions along the rows in which Q has no curvature. */
  readonly flat: number;
  /** An estimate of the reciprocal condition. */
  readonly reciprocalCondition: number;
  readonly #n: number;
  readonly #k: number;
  readonly #Q: Float64Array;
  readonly #C: Float64Array;
  readonly #range: Orthogonal;
  /** Of Rᵀ, k × rank, where rows are dependent. */
  readonly #least: Orthogonal | undefined;
  /** HᵀQH. */
  readonly #turned: Float64Array;
  readonly #reduced: Semidefinite;

  constructor(Q: Float64Array, C: Float64Array, n: number, k: number) {
    this.#n = n;
    this.#k = k;
    this.#Q = Q;
    this.#C = C;
    const range = new Orthogonal(C, n, k, DEPENDENT);
    const r = range.rank;
    this.#range = range;
    this.rank = r;
    if (r < k) {
      const R = new Float64Array(r * k);
      for (let i = 0; i < r; i++) for (let j = i; j < k; j++) R[i * k + j] = range.entry(i, j);
      this.#least = new Orthogonal(R, k, r, 0);
    }
    this.#turned = turn(Q, n, range);
    const free = n - r;
    const M = new Float64Array(free * free);
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(Q[i * n + i]!));
    for (let i = 0; i < free; i++)
      for (let j = 0; j < free; j++)
        M[i * free + j] = 0.5 * (this.#turned[(r + i) * n + r + j]! + this.#turned[(r + j) * n + r + i]!);
    this.#reduced = new Semidefinite(M, free, FLAT * n * Number.EPSILON * largest);
    this.flat = free - this.#reduced.rank;
    this.reciprocalCondition = Math.min(range.ratio, this.#reduced.ratio);
  }

  /** Whether it has one solution for every right-hand side. */
  get regular(): boolean {
    return this.rank === this.#k && this.flat === 0;
  }

  /** Overwrites g with the solution, refined; returns the residual left of either part, relative to the sizes of what adds up in it. */
  solve(g: Pair, steps = 3): number {
    const [z, y] = [g.z.slice(), g.y.slice()];
    this.#solve(g);
    let error = this.#residual(g, z, y).error;
    for (let step = 0; step < steps && error > Number.EPSILON; step++) {
      const { pair } = this.#residual(g, z, y);
      this.#solve(pair);
      for (let j = 0; j < z.length; j++) pair.z[j] = g.z[j]! + pair.z[j]!;
      for (let i = 0; i < y.length; i++) pair.y[i] = g.y[i]! + pair.y[i]!;
      const next = this.#residual(pair, z, y).error;
      if (!(next < error)) break;
      error = next;
      g.z.set(pair.z);
      g.y.set(pair.y);
    }
    return error;
  }

  #residual(u: Pair, z: Float64Array, y: Float64Array): { pair: Pair; error: number } {
    const pair = { z: z.slice(), y: y.slice() };
    addTimes(this.#Q, u.z, -1, pair.z);
    addTransposedTimes(this.#C, u.y, -1, pair.z);
    addTimes(this.#C, u.z, -1, pair.y);
    const [zSize, ySize] = [z.map(Math.abs), y.map(Math.abs)];
    addSizes(this.#Q, u.z, zSize);
    addTransposedSizes(this.#C, u.y, zSize);
    addSizes(this.#C, u.z, ySize);
    const share = (r: Float64Array, size: Float64Array): number =>
      maxNorm(r) / Math.max(maxNorm(size), Number.MIN_VALUE);
    return { pair, error: Math.max(share(pair.z, zSize), share(pair.y, ySize)) };
  }

  #solve({ z, y }: Pair): void {
    const [n, r] = [this.#n, this.rank];
    // In the turned basis u_z = H [a; c]: Rᵀ a = Pᵀ g_y, the rest from the rows of HᵀQH.
    const a = this.#rangePart(y);
    this.#range.forward(z);
    const c = z.slice(r);
    for (let i = 0; i < n - r; i++)
      for (let j = 0; j < r; j++) c[i] = c[i]! - this.#turned[(r + i) * n + j]! * a[j]!;
    this.#reduced.solve(c);
    const v = z.slice(0, r);
    const u = z;
    u.set(a);
    u.set(c, r);
    for (let i = 0; i < r; i++) for (let j = 0; j < n; j++) v[i] = v[i]! - this.#turned[i * n + j]! * u[j]!;
    this.#range.backward(u);
    this.#rowPart(v, y);
  }

  /** The a with Rᵀ a = Pᵀ g, in the least-squares sense. */
  #rangePart(g: Float64Array): Float64Array {
    const [r, k, range] = [this.rank, this.#k, this.#range];
    const x = Float64Array.from({ length: k }, (_, i) => g[range.order[i]!]!);
    const least = this.#least;
    if (least === undefined) {
      for (let i = 0; i < r; i++) {
        let sum = x[i]!;
        for (let j = 0; j < i; j++) sum -= range.entry(j, i) * x[j]!;
        x[i] = sum / range.entry(i, i);
      }
      return x;
    }
    // Rᵀ P₂ = U [T; 0]: T (P₂ᵀ a) = (Uᵀ x) in its first r.
    least.forward(x);
    const a = new Float64Array(r);
    for (let i = r - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let j = i + 1; j < r; j++) sum -= least.entry(i, j) * a[least.order[j]!]!;
      a[least.order[i]!] = sum / least.entry(i, i);
    }
    return a;
  }

  /** The least y with R Pᵀ y = v, into `y`. */
  #rowPart(v: Float64Array, y: Float64Array): void {
    const [r, k, range] = [this.rank, this.#k, this.#range];
    const x = new Float64Array(k);
    const least = this.#least;
    if (least === undefined) {
      for (let i = r - 1; i >= 0; i--) {
        let sum = v[i]!;
        for (let j = i + 1; j < r; j++) sum -= range.entry(i, j) * x[j]!;
        x[i] = sum / range.entry(i, i);
      }
    } else {
      for (let i = 0; i < r; i++) {
        let sum = v[least.order[i]!]!;
        for (let j = 0; j < i; j++) sum -= least.entry(j, i) * x[j]!;
        x[i] = sum / least.entry(i, i);
      }
      least.backward(x);
    }
    for (let i = 0; i < k; i++) y[range.order[i]!] = x[i]!;
  }
}

/** HᵀQH. */
function turn(Q: Float64Array, n: number, range: Orthogonal): Float64Array {
  const half = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = Q.slice(i * n, (i + 1) * n);
    range.forward(row);
    for (let j = 0; j < n; j++) half[j * n + i] = row[j]!;
  }
  for (let j = 0; j < n; j++) range.forward(half.subarray(j * n, (j + 1) * n));
  return half;
}
