import { dot, maxNorm } from '../../src/core/vector.js';
import { ActiveSystem } from './active-system.js';
import { identity } from './certify.js';
import type { QpPoint } from './contract.js';
import { type Qp, unitOf } from './element.js';
import { type EmbeddingEnd, solveEmbedding } from './embedding.js';
import { addSizes, addTimes, addTransposedTimes, rowSizes } from './matrix.js';
import { nonnegative } from './nonnegative.js';
import { Orthogonal } from './orthogonal.js';
import { Semidefinite } from './semidefinite.js';
import { guess, settle } from './settle.js';

/** Remainders of rows of Q and A, relative to the row, times n, that are rounding; of rows of A alone. */
const FLAT = 100 * Number.EPSILON;
const DEPENDENT = 1e-11;
/** Share of a row, or of what adds up in a slack, that is rounding. */
const ROUNDING = 1e-12;
/** What q falls by along a ray of length 1, relative to it, and what is left of a right-hand side, relative to the row, that are not rounding. */
const FALLS = 1e-11;
const LEFT = 1e-13;
/** Distance of 0 from the rows' combinations that is rounding; a feasible point nearer than the inverse of this is none of a program without one. */
const MEETS = 1e-9;

/**
 * A ray along which the objective falls, as a point with the rows that keep it from falling faster: the rest of q in the null space of Q and A
 * when what the rows G can take of it is taken away, −Nᵀq = NᵀGᵀλ + ρ. Undefined where there is none: q is then −Aᵀν − Gᵀλ − Qw with λ ≥ 0.
 */
export function recession({ n, m, p, Q, q, A, G }: Qp): QpPoint | undefined {
  // Mostly there is none; this is the cheap way to see it.
  if (new Semidefinite(Q.slice(), n, FLAT * n * maxNorm(Q)).rank === n) return undefined;
  const rows = new Float64Array((n + m) * n);
  rows.set(Q);
  rows.set(A, n * n);
  const N = nullSpace(rows, n, n + m, FLAT * n);
  if (N.length === 0) return undefined;
  const free = N.length;
  const side = Float64Array.from(N, (column) => -dot(column, q));
  if (!(maxNorm(side) > FALLS * maxNorm(q))) return undefined;
  const found = nonnegative(inBasis(G, N, n, p), p, side);
  if (found === undefined || !(maxNorm(found.rest) > FALLS * maxNorm(q))) return undefined;
  const z = new Float64Array(n);
  for (let k = 0; k < free; k++) for (let j = 0; j < n; j++) z[j] = z[j]! + found.rest[k]! * N[k]![j]!;
  return { z, nu: new Float64Array(m), lam: found.x, s: new Float64Array(p) };
}

/** Multipliers that may prove that the rows have no solution: exact ones, then those that the embedding of the rows alone ends with. */
export function* separations(qp: Qp, maxIterations: number): Generator<Omit<EmbeddingEnd, 'status'>> {
  const point = separation(qp);
  if (point) yield { point, iterations: 0, factorizations: 0 };
  const flat = { ...qp, Q: new Float64Array(qp.n * qp.n), q: new Float64Array(qp.n) };
  yield solveEmbedding(
    flat,
    maxIterations,
    ({ status, point }) => status !== 'solved' || settle(flat, point, guess(point)) !== undefined,
  );
}

/**
 * Multipliers (ν, λ) that prove that Az = b, Gz ≤ h has no solution; undefined where it has one: with z = z₀ + Nw, N the null space of A, by the
 * distance of (0, 1) from the cone of the (−NᵀGᵢ, Gᵢz₀ − hᵢ), which is 1/√(1 + ‖w‖²) for the least w (Lawson & Hanson, ch. 23.4).
 */
function separation(qp: Qp): QpPoint | undefined {
  const { n, m, p, A, b, G, h } = qp;
  const system = new ActiveSystem(identity(n), A, n, m);
  const base = { z: new Float64Array(n), y: b.slice() };
  system.solve(base);
  const left = b.slice();
  addTimes(A, base.z, -1, left);
  const zeros = { z: base.z, s: new Float64Array(p) };
  const aSize = rowSizes(A, b, base.z, unitOf(qp));
  if (left.some((value, i) => Math.abs(value) > LEFT * aSize[i]!))
    return { ...zeros, nu: left.map((value) => -value), lam: new Float64Array(p) };
  if (p === 0) return undefined;
  const [gap, sizes] = [h.slice(), h.map(Math.abs)];
  addTimes(G, base.z, -1, gap);
  addSizes(G, base.z, sizes);
  for (let i = 0; i < p; i++) if (Math.abs(gap[i]!) <= ROUNDING * sizes[i]!) gap[i] = 0;
  const N = nullSpace(A, n, m, DEPENDENT);
  const free = N.length;
  const size = maxNorm(gap) || 1;
  const turned = inBasis(G, N, n, p);
  const columns = new Float64Array(p * (free + 1));
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < free; k++) columns[i * (free + 1) + k] = -turned[i * free + k]!;
    columns[i * (free + 1) + free] = -gap[i]! / size;
  }
  const side = new Float64Array(free + 1);
  side[free] = 1;
  const found = nonnegative(columns, p, side);
  if (found === undefined || maxNorm(found.rest) > MEETS) return undefined;
  const g = { z: new Float64Array(n), y: new Float64Array(m) };
  addTransposedTimes(G, found.x, -1, g.z);
  system.solve(g);
  return { ...zeros, nu: g.y, lam: found.x };
}

/** An orthonormal basis of what all of `count` rows map to 0. */
function nullSpace(rows: Float64Array, n: number, count: number, tolerance: number): Float64Array[] {
  const range = new Orthogonal(rows, n, count, tolerance);
  return Array.from({ length: n - range.rank }, (_, k) => {
    const column = new Float64Array(n);
    column[range.rank + k] = 1;
    range.backward(column);
    return column;
  });
}

/** GN, p rows; zeros for those of which rounding is left. */
function inBasis(G: Float64Array, N: readonly Float64Array[], n: number, p: number): Float64Array {
  const out = new Float64Array(p * N.length);
  for (let i = 0; i < p; i++) {
    const row = G.subarray(i * n, (i + 1) * n);
    const own = Float64Array.from(N, (column) => dot(row, column));
    if (maxNorm(own) > ROUNDING * maxNorm(row)) out.set(own, i * N.length);
  }
  return out;
}
