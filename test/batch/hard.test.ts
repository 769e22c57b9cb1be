import { describe, expect, it } from 'vitest';
import { type Certificate, differentiate, inputNames, solveBatch } from '../../solvers/batch/index.js';
import { type Hard, hard } from './hard.js';
import { batchOf, normal, numbers, type Problem, times, transposedTimes, uniform } from './problems.js';

const largest = (x: Iterable<number>): number => {
  let most = 0;
  for (const value of x) most = Math.max(most, Math.abs(value));
  return most;
};
const apart = (a: Float64Array, b: Float64Array): number => largest(a.map((value, k) => value - b[k]!));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

/** Gaussian elimination with pivots by the largest share of a row, and three steps of refinement. */
function solved(M: Float64Array, g: Float64Array): Float64Array {
  const n = g.length;
  const x = new Float64Array(n);
  for (let pass = 0; pass < 4; pass++) {
    const rows = Array.from({ length: n }, (_, i) => M.slice(i * n, (i + 1) * n));
    const r = g.slice();
    const Mx = times(M, x);
    for (let i = 0; i < n; i++) {
      const scale = 1 / largest(rows[i]!);
      r[i] = (r[i]! - Mx[i]!) * scale;
      rows[i] = rows[i]!.map((value) => value * scale);
    }
    for (let k = 0; k < n; k++) {
      let best = k;
      for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      [r[k], r[best]] = [r[best]!, r[k]!];
      for (let i = k + 1; i < n; i++) {
        const factor = rows[i]![k]! / rows[k]![k]!;
        for (let j = k; j < n; j++) rows[i]![j] = rows[i]![j]! - factor * rows[k]![j]!;
        r[i] = r[i]! - factor * r[k]!;
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = r[i]!;
      for (let j = i + 1; j < n; j++) sum -= rows[i]![j]! * r[j]!;
      r[i] = sum / rows[i]![i]!;
      x[i] = x[i]! + r[i]!;
    }
  }
  return x;
}

/** dq, db, dh of a cotangent, from the KKT matrix of the active rows that the problem was made with. */
function reference({ Q, A, G }: Problem, active: readonly number[], gz: Float64Array, gλ: Float64Array) {
  const n = gz.length;
  const m = A.length / n;
  const order = n + m + active.length;
  const C = [
    ...Array.from({ length: m }, (_, i) => A.slice(i * n, (i + 1) * n)),
    ...active.map((i) => G.slice(i * n, (i + 1) * n)),
  ];
  const K = new Float64Array(order * order);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) K[i * order + j] = Q[i * n + j]!;
  C.forEach((row, k) => {
    for (let j = 0; j < n; j++) K[(n + k) * order + j] = K[j * order + n + k] = row[j]!;
  });
  const g = new Float64Array(order);
  g.set(gz);
  active.forEach((i, k) => {
    g[n + m + k] = gλ[i]!;
  });
  const u = solved(K, g);
  const dh = new Float64Array(gλ.length);
  active.forEach((i, k) => {
    dh[i] = u[n + m + k]!;
  });
  return { q: u.slice(0, n).map((value) => -value), b: u.slice(n, n + m), h: dh };
}

function expectCertificate({ Q, q, A, b, G, h }: Problem, certificate: Certificate | null): void {
  expect(certificate).not.toBeNull();
  if ('ray' in certificate!) {
    const { ray } = certificate;
    const size = largest(ray);
    expect(dot(q, ray)).toBeCloseTo(-1, 9);
    expect(largest(times(Q, ray))).toBeLessThan(1e-8 * size);
    expect(largest(times(A, ray))).toBeLessThan(1e-8 * size);
    expect(Math.max(0, ...times(G, ray))).toBeLessThan(1e-8 * size);
  } else {
    const { nu, lam } = certificate!;
    expect(dot(b, nu) + dot(h, lam)).toBeCloseTo(-1, 9);
    expect(Math.min(0, ...lam)).toBe(0);
    const sum = transposedTimes(G, lam, q.length);
    const rest = transposedTimes(A, nu, q.length);
    expect(largest(sum.map((value, j) => value + rest[j]!))).toBeLessThan(
      1e-8 * Math.max(largest(nu), largest(lam)),
    );
  }
}

describe(`${hard.length} hard problems`, () => {
  it.each(hard.map((one) => [one.name, one] as [string, Hard]))('%s', (_, {
    problem,
    status,
    answer,
    active,
    flags,
  }) => {
    const data = batchOf([problem]);
    const solution = solveBatch(data);
    expect(solution.statuses).toEqual([status]);
    if (status !== 'optimal') {
      expectCertificate(problem, solution.certificates[0]!);
      return;
    }
    for (const part of ['z', 'nu', 'lam', 's'] as const) {
      const wanted = answer?.[part];
      if (wanted)
        expect(apart(solution[part], wanted), part).toBeLessThan(1e-6 * Math.max(1, largest(wanted)));
    }
    if (flags) expect(solution.flags[0]).toEqual(expect.arrayContaining([expect.toBeOneOf([...flags])]));
    expect(solution.flags[0]).not.toContain('inaccurate');
    if (!active) return;
    expect(solution.flags[0]).toEqual(['refined']);
    const next = normal(uniform(7));
    const cotangents = { z: numbers(data.n, next), lam: numbers(data.p, next) };
    const gradient = differentiate(data, solution).backward(cotangents);
    const wanted = reference(problem, active, cotangents.z, cotangents.lam);
    // Where equalities alone settle z, dq is zero to rounding.
    const rounding = 1e-14 * Math.max(largest(wanted.q), largest(wanted.b), largest(wanted.h));
    for (const name of ['q', 'b', 'h'] as const)
      expect(apart(gradient[name], wanted[name]), name).toBeLessThan(rounding + 1e-5 * largest(wanted[name]));
    for (const name of inputNames) expect(gradient[name].every(Number.isFinite)).toBe(true);
  });
});
