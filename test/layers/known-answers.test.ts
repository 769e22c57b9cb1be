import { describe, expect, it } from 'vitest';
import { qpLayer } from '../../index.js';
import { random } from '../../models/train/random.js';
import { tolerances } from '../tolerances.js';
import { dot } from './problems.js';

const source = random(11);
const normal = (length: number): Float64Array => Float64Array.from({ length }, () => source.normal());
const eye = (n: number, factor = 1): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? factor : 0)));
const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void => {
  expect(a.length).toBe(b.length);
  for (let k = 0; k < a.length; k++)
    expect(Math.abs(a[k]! - b[k]!), `entry ${k}`).toBeLessThan(tolerance * (1 + Math.abs(b[k]!)));
};

describe('quadratic programs whose solution is known', () => {
  it('ReLU(Wx + b) is the projection of Wx + b onto z ≥ 0', () => {
    const [n, inputs, batch] = [6, 4, 5];
    const [W, b, x, g] = [normal(n * inputs), normal(n), normal(batch * inputs), normal(batch * n)];
    const u = Float64Array.from({ length: batch * n }, (_, k) => {
      const [e, i] = [Math.floor(k / n), k % n];
      return b[i]! + dot(W.subarray(i * inputs, (i + 1) * inputs), x.subarray(e * inputs, (e + 1) * inputs));
    });
    const layer = qpLayer({ n, p: n });
    const { z } = layer.forward({
      Q: eye(n),
      q: u.map((value) => -value),
      G: eye(n, -1),
      h: new Float64Array(n),
    });
    close(
      z,
      u.map((value) => Math.max(value, 0)),
      1e-10,
    );
    const { q } = layer.backward({ z: g });
    close(
      q,
      g.map((value, k) => (u[k]! > 0 ? -value : 0)),
      1e-10,
    );
  });

  it('the projection onto the simplex is that of the sorting formula', () => {
    const [n, batch] = [9, 7];
    const [y, g] = [normal(batch * n), normal(batch * n)];
    const layer = qpLayer({ n, m: 1, p: n });
    const ones = new Array<number>(n).fill(1);
    const { z, nu } = layer.forward({
      Q: eye(n),
      q: y.map((value) => -value),
      A: [ones],
      b: [1],
      G: eye(n, -1),
      h: new Float64Array(n),
    });
    const { q } = layer.backward({ z: g });
    for (let e = 0; e < batch; e++) {
      const own = y.subarray(e * n, (e + 1) * n);
      const sorted = [...own].sort((a, b) => b - a);
      // Held, Wolfe & Crowder 1974: the largest k with u_k + (1 − Σ_{j ≤ k} u_j)/k > 0.
      let [sum, threshold] = [0, 0];
      sorted.forEach((value, k) => {
        sum += value;
        if (value + (1 - sum) / (k + 1) > 0) threshold = (sum - 1) / (k + 1);
      });
      const wanted = own.map((value) => Math.max(value - threshold, 0));
      close(z.subarray(e * n, (e + 1) * n), wanted, 1e-9);
      expect(nu[e]).toBeCloseTo(threshold, 9);
      // The Jacobian is the projection onto sum zero among the positive entries.
      const free = [...wanted.keys()].filter((k) => wanted[k]! > 0);
      const mean = free.reduce((total, k) => total + g[e * n + k]!, 0) / free.length;
      const slope = wanted.map((value, k) => (value > 0 ? -(g[e * n + k]! - mean) : 0));
      close(q.subarray(e * n, (e + 1) * n), slope, 1e-8);
    }
  });

  it('the largest of three linear functions is the least t above them', () => {
    // min ½·10⁻⁶ t² + t s.t. aᵢᵀx + cᵢ ≤ t.
    const [inputs, batch] = [3, 6];
    const [a, c, x] = [normal(3 * inputs), normal(3), normal(batch * inputs)];
    const values = Float64Array.from({ length: batch * 3 }, (_, k) => {
      const [e, i] = [Math.floor(k / 3), k % 3];
      return c[i]! + dot(a.subarray(i * inputs, (i + 1) * inputs), x.subarray(e * inputs, (e + 1) * inputs));
    });
    const layer = qpLayer({ n: 1, p: 3 });
    const { z, lam } = layer.forward({
      Q: [[1e-6]],
      q: [1],
      G: [[-1], [-1], [-1]],
      h: values.map((value) => -value),
    });
    const { h } = layer.backward({ z: new Float64Array(batch).fill(1) });
    for (let e = 0; e < batch; e++) {
      const own = [...values.subarray(3 * e, 3 * e + 3)];
      const largest = Math.max(...own);
      expect(z[e]).toBeCloseTo(largest, 9);
      close(
        h.subarray(3 * e, 3 * e + 3),
        own.map((value) => (value === largest ? -1 : 0)),
        1e-8,
      );
      expect(lam[3 * e + own.indexOf(largest)]).toBeCloseTo(1 + 1e-6 * largest, 8);
    }
  });

  it('ridge regression is a quadratic program without rows', () => {
    const [n, samples, ρ] = [4, 12, 0.3];
    const [X, y, g] = [normal(samples * n), normal(samples), normal(n)];
    const Q = eye(n).map((_, i) =>
      Array.from({ length: n }, (_, j) => {
        let sum = i === j ? ρ : 0;
        for (let k = 0; k < samples; k++) sum += X[k * n + i]! * X[k * n + j]!;
        return sum;
      }),
    );
    const q = Float64Array.from({ length: n }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < samples; k++) sum -= X[k * n + j]! * y[k]!;
      return sum;
    });
    const layer = qpLayer({ n });
    const { z } = layer.forward({ Q, q });
    // The normal equations hold.
    close(
      Q.map((row) => dot(row, z)),
      q.map((value) => -value),
      1e-10,
    );
    // gᵀz = −gᵀQ⁻¹q: its slope by q is −Q⁻¹g, by Q the symmetric part of Q⁻¹q zᵀ… of rank two.
    const back = layer.backward({ z: g });
    close(
      Q.map((row) => dot(row, back.q)),
      g.map((value) => -value),
      1e-10,
    );
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        expect(back.Q[i * n + j]).toBeCloseTo((back.q[i]! * z[j]! + z[i]! * back.q[j]!) / 2, 10);
    const step = 1e-6;
    const slope = (k: number): number => {
      const at = (by: number): number =>
        dot(g, qpLayer({ n }).forward({ Q, q: q.map((value, j) => value + (j === k ? by : 0)) }).z);
      return (at(step) - at(-step)) / (2 * step);
    };
    for (let k = 0; k < n; k++)
      expect(Math.abs(slope(k) - back.q[k]!)).toBeLessThan(
        tolerances.difference * (1 + Math.abs(back.q[k]!)),
      );
  });
});
