import { dot, maxNorm } from '../../src/core/vector.js';
import { ActiveSystem } from './active-system.js';
import type { Certificate, QpPoint } from './contract.js';
import { rowsOf } from './element.js';
import { addSizes, addTimes, addTransposedSizes, addTransposedTimes, pick } from './matrix.js';
import type { Scaled } from './scale.js';

/** Relative residual of what is accepted as a certificate: rounding. */
const EXACT = 1e-10;
/** What bᵀν + hᵀλ, or qᵀray, is below zero, relative to what adds up in it, that is more than rounding. */
const FALLS = 1e-13;
/** How many times as far as the rows are from the origin all points are that a residual would let in. */
const REACH = 10;
/** Multipliers beside the largest that may be rounding. */
const ROUNDING = 1e-14;

const sizeOf = (x: Float64Array, y: Float64Array): number =>
  x.reduce((sum, value, k) => sum + Math.abs(value * y[k]!), 0);

export const identity = (n: number): Float64Array => {
  const I = new Float64Array(n * n);
  for (let i = 0; i < n; i++) I[i * n + i] = 1;
  return I;
};

/**
 * Certificate (ν, λ) of infeasibility, in the units of the program, from multipliers in scaled ones that are nearly one, made exact on its
 * support; null where it is none. What is left of Aᵀν + Gᵀλ lets in points z with rᵀz ≤ −1 alone: these must be far away.
 */
export function infeasibility({ qp, rows }: Scaled, point: QpPoint): Certificate | null {
  const { n, m, p } = qp;
  const { C, d } = rowsOf(qp);
  const support = guessSupport(point.lam, point.s);
  const held = [...Array(m).keys(), ...support.map((i) => m + i)];
  const own = pick(C, n, held);
  const right = Float64Array.from(held, (i) => d[i]!);
  const given = new Float64Array(m + p);
  given.set(point.nu);
  given.set(
    point.lam.map((value) => Math.max(0, value)),
    m,
  );
  const system = new ActiveSystem(identity(n), own, n, held.length);
  const y = Float64Array.from(held, (i) => given[i]!);
  for (let pass = 0; pass < 2; pass++) {
    const g = { z: new Float64Array(n), y: new Float64Array(y.length) };
    addTransposedTimes(own, y, 1, g.z);
    system.solve(g);
    for (let k = 0; k < y.length; k++) y[k] = y[k]! - g.y[k]!;
  }
  const exact = new Float64Array(m + p);
  held.forEach((i, k) => {
    exact[i] = i < m ? y[k]! : Math.max(0, y[k]!);
  });
  // The point that comes nearest to all of the rows, for what rounding of the data may make of their right-hand sides.
  const near = { z: new Float64Array(n), y: right.slice() };
  system.solve(near);
  const sizes = d.map(Math.abs);
  addSizes(C, near.z, sizes);
  const far = REACH * Math.max(maxNorm(near.z), maxNorm(right));
  // Rounding may be all that a row of zeros is mixed with.
  for (const candidate of [exact, given].flatMap((one) => [one, withoutRounding(one)])) {
    const value = dot(d, candidate);
    if (!(value < -FALLS * sizeOf(sizes, candidate))) continue;
    const [r, size] = [new Float64Array(n), new Float64Array(n)];
    addTransposedTimes(C, candidate, 1, r);
    addTransposedSizes(C, candidate, size);
    if (maxNorm(r) > EXACT * maxNorm(size)) continue;
    if (far * r.reduce((sum, one) => sum + Math.abs(one), 0) > -value) continue;
    const scaled = candidate.map((one, i) => (one * rows[i]!) / -value);
    return { nu: scaled.slice(0, m), lam: scaled.slice(m) };
  }
  return null;
}

function withoutRounding(y: Float64Array): Float64Array {
  const least = ROUNDING * maxNorm(y);
  return y.map((value) => (Math.abs(value) > least ? value : 0));
}

const guessSupport = (lam: Float64Array, s: Float64Array): number[] =>
  [...lam.keys()].filter((i) => lam[i]! > s[i]!);

/** A ray along which the objective falls for ever, in the units of the program, from a direction in scaled ones that is nearly one; null where it is none. */
export function unboundedness({ qp, columns, objective }: Scaled, point: QpPoint): Certificate | null {
  const { n, m, Q, q, A, G } = qp;
  const tight = guessSupport(point.lam, point.s);
  const C = new Float64Array((n + m + tight.length) * n);
  C.set(Q);
  C.set(A, n * n);
  C.set(pick(G, n, tight), (n + m) * n);
  const system = new ActiveSystem(identity(n), C, n, n + m + tight.length);
  const along = { z: point.z.slice(), y: new Float64Array(n + m + tight.length) };
  system.solve(along);
  for (const ray of [along.z, point.z]) {
    const value = dot(q, ray);
    if (!(value < -FALLS * sizeOf(q, ray))) continue;
    // The largest part along each row, which must be 0 but for rounding.
    const rise = (M: Float64Array, sign: (value: number) => number): boolean => {
      const y = new Float64Array(M.length / n);
      addTimes(M, ray, 1, y);
      const rest = EXACT * maxNorm(ray);
      return y.every((one, i) => sign(one) <= rest * maxNorm(M.subarray(i * n, (i + 1) * n)));
    };
    if (!(rise(G, (one) => one) && rise(A, Math.abs) && rise(Q, Math.abs))) continue;
    return { ray: ray.map((one, j) => (one * columns[j]! * objective) / -value) };
  }
  return null;
}
