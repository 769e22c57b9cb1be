import { describe, expect, it } from 'vitest';
import { differentiate, inputNames, type QpBatch, solveBatch } from '../../solvers/batch/index.js';
import { tolerances } from '../tolerances.js';
import { batchOf, normal, numbers, regular, uniform } from './problems.js';

const shapes: [n: number, m: number, p: number][] = [
  [1, 0, 0],
  [1, 1, 0],
  [1, 0, 1],
  [2, 1, 1],
  [5, 2, 6],
  [10, 0, 10],
  [12, 5, 0],
  [8, 3, 20],
  [30, 7, 25],
];
const parts = ['z', 'nu', 'lam', 's'] as const;

const apart = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);
const inner = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0);

describe.each(shapes)('quadratic programs with n = %i, m = %i, p = %i', (n, m, p) => {
  const made = [1, 2, 3].map((seed) => regular(n, m, p, seed * 100 + n));
  const data = batchOf(made.map(({ problem }) => problem));
  const solution = solveBatch(data);

  it('are solved to rounding', () => {
    expect(solution.statuses).toEqual(['optimal', 'optimal', 'optimal']);
    made.forEach(({ answer }, e) => {
      for (const part of parts) {
        const one = answer[part].length;
        expect(apart(solution[part].slice(e * one, (e + 1) * one), answer[part])).toBeLessThan(1e-9);
      }
    });
    expect(Math.max(...solution.primalError, ...solution.dualError)).toBeLessThan(1e-11);
    for (const flags of solution.flags) expect(flags).toEqual(['refined']);
    for (const condition of solution.condition) {
      expect(condition).toBeGreaterThanOrEqual(1);
      expect(condition).toBeLessThan(1e9);
    }
  });

  it('have derivatives that agree forward, reverse and by differences', () => {
    const next = normal(uniform(n + 7));
    const cotangents = Object.fromEntries(
      parts.map((part) => [part, numbers(solution[part].length, next)]),
    ) as Record<(typeof parts)[number], Float64Array>;
    const directions = Object.fromEntries(
      inputNames.map((name) => [name, numbers(data[name].values.length, next)]),
    );
    const map = differentiate(data, solution);
    const tangents = map.forward(directions);
    const gradients = map.backward(cotangents);
    const forward = parts.reduce((sum, part) => sum + inner(tangents[part], cotangents[part]), 0);
    const reverse = inputNames.reduce((sum, name) => sum + inner(gradients[name], directions[name]!), 0);
    expect(Math.abs(forward - reverse)).toBeLessThan(tolerances.f64 * Math.max(1, Math.abs(forward)));

    const ε = 1e-6;
    const moved = (sign: number): QpBatch => {
      const at = { ...data };
      for (const name of inputNames)
        at[name] = {
          shared: false,
          values: data[name].values.map((value, k) => value + sign * ε * directions[name]![k]!),
        };
      // Symmetric, as Q is read.
      const Q = at.Q.values;
      for (let e = 0; e < data.batch; e++)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < i; j++) {
            const [a, b] = [e * n * n + i * n + j, e * n * n + j * n + i];
            Q[a] = Q[b] = 0.5 * (Q[a]! + Q[b]!);
          }
      return at;
    };
    const [up, down] = [solveBatch(moved(1)), solveBatch(moved(-1))];
    for (const part of parts) {
      const difference = up[part].map((value, k) => (value - down[part][k]!) / (2 * ε));
      const size = Math.max(1, ...difference.map(Math.abs));
      expect(apart(difference, tangents[part]) / size).toBeLessThan(tolerances.difference);
    }
  });
});

it('sums the gradients of shared data over the batch', () => {
  const { problem } = regular(6, 2, 5, 3);
  const each = batchOf([problem, problem, problem]);
  const shared: QpBatch = { ...each };
  for (const name of inputNames) Object.assign(shared, { [name]: { values: problem[name], shared: true } });
  const cotangents = { z: numbers(18, normal(uniform(5))) };
  const own = differentiate(each, solveBatch(each)).backward(cotangents);
  const one = differentiate(shared, solveBatch(shared)).backward(cotangents);
  for (const name of inputNames) {
    const length = problem[name].length;
    const sum = Float64Array.from(
      { length },
      (_, k) => own[name][k]! + own[name][k + length]! + own[name][k + 2 * length]!,
    );
    expect(apart(one[name], sum)).toBeLessThan(1e-12);
  }
});

it('takes a batch of none', () => {
  const none = { values: new Float64Array(0), shared: false };
  const data: QpBatch = { batch: 0, n: 3, m: 1, p: 2, Q: none, q: none, A: none, b: none, G: none, h: none };
  const solution = solveBatch(data);
  expect(solution.statuses).toEqual([]);
  expect(differentiate(data, solution).backward({}).Q).toHaveLength(0);
});

it('iterates no more often than it is told', () => {
  const data = batchOf([1, 2, 3, 4, 5, 6].map((seed) => regular(30, 7, 60, seed).problem));
  expect(Math.max(...solveBatch(data).iterations)).toBeGreaterThan(2);
  const { iterations, statuses } = solveBatch(data, { maxIterations: 2 });
  expect(Math.max(...iterations)).toBeLessThanOrEqual(2);
  for (const status of statuses) expect(['optimal', 'acceptable', 'iteration-limit']).toContain(status);
});
