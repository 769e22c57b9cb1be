import { expect, it } from 'vitest';
import { inputNames, solveBatch } from '../../solvers/batch/index.js';
import { QpSolutionMap } from '../../solvers/batch/qp-solution-map.js';
import { solutionMapContract } from '../kkt/solution-map.js';
import { hard } from './hard.js';
import { batchOf, normal, numbers, regular, uniform } from './problems.js';

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

solutionMapContract('a batch of quadratic programs', () => {
  const data = batchOf([1, 2, 3].map((seed) => regular(7, 2, 6, seed).problem));
  const solution = solveBatch(data);
  const held = (x: Float64Array) => x.map((value, at) => (solution.active[at] === 1 ? value : 0));
  return {
    map: new QpSolutionMap(data, solution, false),
    accuracy: 1e-12,
    point: (seed) => {
      const next = normal(uniform(seed));
      return { z: numbers(21, next), nu: numbers(6, next), lam: held(numbers(18, next)) };
    },
    direction: (seed) => {
      const next = normal(uniform(seed));
      return Object.fromEntries(inputNames.map((name) => [name, numbers(data[name].values.length, next)]));
    },
    copy: ({ z, nu, lam }) => ({ z: z.slice(), nu: nu.slice(), lam: lam.slice() }),
    dot: (a, b) => dot(a.z, b.z) + dot(a.nu, b.nu) + dot(held(a.lam), b.lam),
    pair: (gradient, directions) =>
      inputNames.reduce((sum, name) => sum + dot(gradient[name], directions[name]!), 0),
  };
});

it('leaves out elements without a solution', () => {
  const none = hard.find(({ status }) => status === 'infeasible')!.problem;
  const data = batchOf([none, none]);
  const map = new QpSolutionMap(data, solveBatch(data), false);
  expect(largest(map.residual().z)).toBe(0);
  const g = { z: new Float64Array(4).fill(1), nu: new Float64Array(0), lam: new Float64Array(6).fill(1) };
  map.solve(g);
  expect(largest(g.z) + largest(g.lam)).toBe(0);
});
