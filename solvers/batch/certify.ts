import { dot, maxNorm } from '../../src/core/vector.js';
import { ActiveSystem } from './active-system.js';
import type { Certificate, QpPoint } from './contract.js';
import type { Qp } from './element.js';
import { addTimes, addTransposedSizes, addTransposedTimes, pick } from './matrix.js';

/** Relative residual of what is accepted as a certificate. */
const ACCEPTED = 1e-7;
/** Multipliers beside the largest that may be rounding. */
const ROUNDING = 1e-14;
/** What bᵀν + hᵀλ, or qᵀray, is below zero, relative to what adds up in it, that is more than rounding. */
const FALLS = 1e-12;

const sizeOf = (x: Float64Array, y: Float64Array): number =>
  x.reduce((sum, value, k) => sum + Math.abs(value * y[k]!), 0);

export const identity = (n: number): Float64Array => {
  const I = new Float64Array(n * n);
  for (let i = 0; i < n; i++) I[i * n + i] = 1;
  return I;
};

/** Certificate (ν, λ) of infeasibility from multipliers that are nearly one, made exact on its support; null where it is none. */
export function infeasibility(qp: Qp, point: QpPoint): Certificate | null {
  const { n, m, A, G, b, h } = qp;
  const support = Int32Array.from([...guessSupport(point.lam, point.s)]);
  const C = new Float64Array((m + support.length) * n);
  C.set(A);
  C.set(pick(G, n, support), m * n);
  const y = new Float64Array(m + support.length);
  y.set(point.nu);
  support.forEach((i, k) => {
    y[m + k] = point.lam[i]!;
  });
  const system = new ActiveSystem(identity(n), C, n, y.length);
  for (let pass = 0; pass < 2; pass++) {
    const g = { z: new Float64Array(n), y: new Float64Array(y.length) };
    addTransposedTimes(C, y, 1, g.z);
    system.solve(g);
    for (let i = 0; i < y.length; i++) y[i] = y[i]! - g.y[i]!;
  }
  const lam = new Float64Array(qp.p);
  support.forEach((i, k) => {
    lam[i] = Math.max(0, y[m + k]!);
  });
  const nu = y.slice(0, m);
  const given = { nu: point.nu.slice(), lam: point.lam.map((value) => Math.max(0, value)) };
  // Rounding may be all that a row of zeros is mixed with.
  for (const candidate of [{ nu, lam }, given].flatMap((one) => [one, withoutRounding(one)])) {
    const value = dot(b, candidate.nu) + dot(h, candidate.lam);
    if (!(value < -FALLS * (sizeOf(b, candidate.nu) + sizeOf(h, candidate.lam)))) continue;
    for (let i = 0; i < m; i++) candidate.nu[i] = candidate.nu[i]! / -value;
    for (let i = 0; i < lam.length; i++) candidate.lam[i] = candidate.lam[i]! / -value;
    const r = new Float64Array(n);
    addTransposedTimes(A, candidate.nu, 1, r);
    addTransposedTimes(G, candidate.lam, 1, r);
    const size = new Float64Array(n);
    addTransposedSizes(A, candidate.nu, size);
    addTransposedSizes(G, candidate.lam, size);
    if (maxNorm(r) <= ACCEPTED * maxNorm(size)) return candidate;
  }
  return null;
}

function withoutRounding({ nu, lam }: { nu: Float64Array; lam: Float64Array }) {
  const least = ROUNDING * Math.max(maxNorm(nu), maxNorm(lam));
  const kept = (value: number): number => (Math.abs(value) > least ? value : 0);
  return { nu: nu.map(kept), lam: lam.map(kept) };
}

function* guessSupport(lam: Float64Array, s: Float64Array): Generator<number> {
  for (let i = 0; i < lam.length; i++) if (lam[i]! > s[i]!) yield i;
}

/** A ray along which the objective falls for ever, from a direction that is nearly one; null where it is none. */
export function unboundedness(qp: Qp, point: QpPoint): Certificate | null {
  const { n, m, p, Q, q, A, G } = qp;
  const tight = Int32Array.from([...guessSupport(point.lam, point.s)]);
  const C = new Float64Array((n + m + tight.length) * n);
  C.set(Q);
  C.set(A, n * n);
  C.set(pick(G, n, tight), (n + m) * n);
  const system = new ActiveSystem(identity(n), C, n, n + m + tight.length);
  const along = { z: point.z.slice(), y: new Float64Array(n + m + tight.length) };
  system.solve(along);
  for (const ray of [along.z, point.z.slice()]) {
    const value = dot(q, ray);
    if (!(value < -FALLS * sizeOf(q, ray))) continue;
    for (let j = 0; j < n; j++) ray[j] = ray[j]! / -value;
    const [rQ, rA, rG] = [new Float64Array(n), new Float64Array(m), new Float64Array(p)];
    addTimes(Q, ray, 1, rQ);
    addTimes(A, ray, 1, rA);
    addTimes(G, ray, 1, rG);
    const unit = maxNorm(ray);
    const zero = (r: number, M: Float64Array): boolean => r <= ACCEPTED * maxNorm(M) * unit;
    const falls = rG.every((value, i) => zero(value, G.subarray(i * n, (i + 1) * n)));
    if (
      falls &&
      zero(maxNorm(rQ), Q) &&
      rA.every((value, i) => zero(Math.abs(value), A.subarray(i * n, (i + 1) * n)))
    )
      return { ray };
  }
  return null;
}
