import { expect, it } from 'vitest';
import { inputNames, solveBatch } from '../../solvers/batch/index.js';
import { QpSolutionMap } from '../../solvers/batch/qp-solution-map.js';
import { hard } from './hard.js';
import { batchOf, normal, numbers, regular, uniform } from './problems.js';

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

it('is one: small residual, pullback and pushforward adjoint to each other, K symmetric', () => {
  const data = batchOf([1, 2, 3].map((seed) => regular(7, 2, 6, seed).problem));
  const solution = solveBatch(data);
  const map = new QpSolutionMap(data, solution, false);
  const { z, nu, lam } = map.residual();
  expect(Math.max(largest(z), largest(nu), largest(lam))).toBeLessThan(1e-12);

  const next = normal(uniform(3));
  const point = () => ({ z: numbers(21, next), nu: numbers(6, next), lam: numbers(18, next) });
  const held = (x: Float64Array) => x.map((value, at) => (solution.active[at] === 1 ? value : 0));
  const u = point();
  const own = { ...u, lam: held(u.lam) };
  const directions = Object.fromEntries(
    inputNames.map((name) => [name, numbers(data[name].values.length, next)]),
  );
  const gradient = map.pullback({ z: own.z.slice(), nu: own.nu.slice(), lam: own.lam.slice() });
  const pushed = map.pushforward(directions);
  const left = inputNames.reduce((sum, name) => sum + dot(gradient[name], directions[name]!), 0);
  const right = dot(own.z, pushed.z) + dot(own.nu, pushed.nu) + dot(own.lam, pushed.lam);
  expect(Math.abs(left - right)).toBeLessThan(1e-11 * Math.abs(left));

  const [a, b] = [point(), point()];
  const solved = (g: ReturnType<typeof point>) => {
    const x = { z: g.z.slice(), nu: g.nu.slice(), lam: g.lam.slice() };
    expect(largest(map.solve(x))).toBeLessThan(1e-12);
    return x;
  };
  const [x, y] = [solved(a), solved(b)];
  const product = (g: typeof a, v: typeof a): number =>
    dot(g.z, v.z) + dot(g.nu, v.nu) + dot(held(g.lam), v.lam);
  expect(product(b, x)).toBeCloseTo(product(a, y), 9);
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
