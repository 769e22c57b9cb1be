import { describe, expect, it } from 'vitest';
import { differentiate, solveBatch } from '../../solvers/batch/index.js';
import {
  type Answer,
  batchOf,
  normal,
  numbers,
  type Problem,
  times,
  transposedTimes,
  uniform,
  withAnswer,
} from './problems.js';

/** Numbers that are whole after a few doublings: sums and products of them are exact, and so is what is made of them. */
const dyadic = (length: number, next: () => number, parts = 4): Float64Array =>
  numbers(length, () => Math.round((2 * next() - 1) * 2 * parts) / parts);

const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const zeros = (length: number): Float64Array => new Float64Array(length);

function exactly(
  n: number,
  m: number,
  rows: readonly { readonly lam?: number; readonly s?: number }[],
  seed: number,
) {
  const next = uniform(seed);
  const L = dyadic(n * n, next);
  const Q = zeros(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      Q[i * n + j] = i === j ? 0.125 : 0;
      for (let k = 0; k < n; k++) Q[i * n + j] = Q[i * n + j]! + L[i * n + k]! * L[j * n + k]!;
    }
  const [A, G] = [dyadic(m * n, next), dyadic(rows.length * n, next)];
  const answer = {
    z: dyadic(n, next),
    nu: dyadic(m, next),
    lam: Float64Array.from(rows, ({ lam = 0 }) => lam),
    s: Float64Array.from(rows, ({ s = 0 }) => s),
  };
  return { answer, problem: withAnswer(Q, A, G, answer) };
}

const withMore = (list: Float64Array, more: ArrayLike<number>): Float64Array =>
  Float64Array.from([...list, ...Array.from(more)]);

/** Solved, regular, and at the point it was made for. */
function expectAnswer(problem: Problem, answer: Answer) {
  const data = batchOf([problem]);
  const solution = solveBatch(data);
  expect(solution.statuses).toEqual(['optimal']);
  expect(solution.flags[0]).toEqual(['refined']);
  for (const part of ['z', 'nu', 'lam', 's'] as const)
    expect(largest(solution[part].map((value, k) => value - answer[part][k]!))).toBeLessThan(
      1e-9 * Math.max(1, largest(answer[part])),
    );
  return { data, solution };
}

const rows = [{ lam: 1 }, { lam: 0.5 }, { s: 1 }, { s: 2 }, { s: 0.5 }];

describe('quadratic programs with exact answers', () => {
  it.each([20, 30, 40, 53])('are not disturbed by an idle row with the right-hand side 2^%i', (exponent) => {
    for (const [n, m] of [
      [2, 0],
      [3, 0],
      [6, 2],
      [15, 3],
    ] as const) {
      const { problem, answer } = exactly(n, m, rows, 10 * n + exponent);
      const row = dyadic(n, uniform(exponent));
      const h = withMore(problem.h, [2 ** exponent]);
      const s = withMore(answer.s, [2 ** exponent - times(row, answer.z)[0]!]);
      expectAnswer(
        { ...problem, G: withMore(problem.G, row), h },
        { ...answer, lam: withMore(answer.lam, [0]), s },
      );
    }
  });

  it.each([10, 20, 29, 33])('tell sides of a slit of width 2^-%i', (exponent) => {
    for (const n of [4, 9, 22]) {
      const width = 2 ** -exponent;
      const { problem, answer } = exactly(n, 1, [...rows, { lam: 0.25 }], 7 * n + exponent);
      const row = problem.G.slice(5 * n);
      const { data, solution } = expectAnswer(
        {
          ...problem,
          G: withMore(
            problem.G,
            row.map((value) => -value),
          ),
          h: withMore(problem.h, [width - problem.h[5]!]),
        },
        { ...answer, lam: withMore(answer.lam, [0]), s: withMore(answer.s, [width]) },
      );
      expect(solution.margin[0]! / width).toBeCloseTo(1, 4);
      expect(differentiate(data, solution).flags).toEqual([[]]);
    }
  });

  it.each([
    13, 26,
  ])('have gradients that are not called inaccurate for rows and columns scaled by 2^±%i', (most) => {
    const next = uniform(most);
    const scales = (length: number) => numbers(length, () => 2 ** Math.round((2 * next() - 1) * most));
    for (const n of [5, 12]) {
      const { problem, answer } = exactly(n, 2, rows, n);
      const [D, E, F] = [scales(n), scales(2), scales(5)];
      const by = (M: Float64Array, R: Float64Array) =>
        M.map((value, k) => value * R[Math.floor(k / n)]! * D[k % n]!);
      const { Q, q, A, b, G, h } = problem;
      const data = batchOf([
        {
          Q: by(Q, D),
          q: q.map((value, j) => value * D[j]!),
          A: by(A, E),
          b: b.map((value, i) => value * E[i]!),
          G: by(G, F),
          h: h.map((value, i) => value * F[i]!),
        },
      ]);
      const solution = solveBatch(data);
      expect(solution.statuses).toEqual(['optimal']);
      const derivative = differentiate(data, solution);
      const g = numbers(n, normal(next));
      const gradient = derivative.backward({ z: g });
      expect(derivative.flags).toEqual([[]]);
      // The same program in even units.
      const even = batchOf([problem]);
      const wanted = differentiate(even, solveBatch(even)).backward({
        z: g.map((value, j) => value / D[j]!),
      });
      const own = gradient.q.map((value, j) => value * D[j]!);
      expect(largest(own.map((value, j) => value - wanted.q[j]!))).toBeLessThan(1e-9 * largest(wanted.q));
      expect(largest(solution.z.map((value, j) => value * D[j]! - answer.z[j]!))).toBeLessThan(1e-9);
    }
  });
});

describe('rows that contradict each other by little', () => {
  const faults = (problem: Problem): string[] => {
    const { statuses, certificates } = solveBatch(batchOf([problem]));
    if (statuses[0] !== 'infeasible') return [`${statuses[0]}`];
    const [certificate] = certificates;
    if (certificate === null || !('lam' in certificate!)) return ['no certificate'];
    const { nu, lam } = certificate;
    const n = problem.q.length;
    const [a, g] = [transposedTimes(problem.A, nu, n), transposedTimes(problem.G, lam, n)];
    const left = largest(a.map((value, j) => value + g[j]!));
    return [
      ...(left <= 1e-9 * Math.max(largest(nu), largest(lam)) ? [] : [`Aᵀν + Gᵀλ = ${left}`]),
      ...(lam.every((value) => value >= 0) ? [] : ['λ is below 0']),
    ];
  };

  it.each([10, 20, 27, 30])('have no solution, by 2^-%i', (exponent) => {
    const little = 2 ** -exponent;
    for (const n of [1, 3, 10, 20]) {
      const next = uniform(100 * n + exponent);
      const { problem } = exactly(n, Math.min(3, n), rows, 3 * n + exponent);
      const { A, b, G, h } = problem;
      const row = G.slice(0, n);
      if (largest(row) === 0) row[0] = 1;
      const side = times(row, dyadic(n, next))[0]!;
      const flat = { Q: zeros(n * n), q: dyadic(n, next) };
      const list: Record<string, Problem> = {
        'a slit turned over': {
          ...problem,
          G: withMore(
            withMore(G, row),
            row.map((value) => -value),
          ),
          h: withMore(h, [side, -side - little]),
        },
        'an equality twice': { ...problem, A: withMore(A, A.slice(0, n)), b: withMore(b, [b[0]! + little]) },
        'an equality twice, beside a ray': {
          ...problem,
          ...flat,
          A: withMore(A, A.slice(0, n)),
          b: withMore(b, [b[0]! + little]),
        },
        'an equality beyond a bound': {
          ...problem,
          G: withMore(G, A.slice(0, n)),
          h: withMore(h, [b[0]! - little]),
        },
        '0 = a little': { ...problem, A: withMore(A, zeros(n)), b: withMore(b, [little]) },
      };
      // All rows together, each weighed by a whole number.
      const lam = numbers(5, () => 1 + Math.floor(4 * next()));
      const sum = transposedTimes(G, lam, n).map((value) => -value);
      const value = lam.reduce((total, weight, i) => total + weight * h[i]!, 0);
      list['a combination of rows'] = { ...problem, G: withMore(G, sum), h: withMore(h, [-value - little]) };
      list['a combination of rows, beside a ray'] = { ...list['a combination of rows'], ...flat };
      for (const [name, one] of Object.entries(list)) expect(faults(one), `${name}, n = ${n}`).toEqual([]);
    }
  });
});

it.each([
  [
    'a vertex of a linear program',
    [0, 0, 0, 0],
    [-1, -2],
    [1, 1, 0, 1, -1, 0],
    [2 ** 53, 1, 0],
    [2 ** 53 - 1, 1],
  ],
  ['a bound of a linear program', [0, 0, 0, 0], [1, 1], [-1, 0, 0, -1], [2 ** 53, 1], [-(2 ** 53), -1]],
  ['a bound', [1, 0, 0, 1], [0, 0], [-1, 0, 0, 1], [-(2 ** 53), 2 ** 53], [2 ** 53, 0]],
])('finds %s far away', (_, Q, q, G, h, z) => {
  const list = { Q, q, A: [], b: [], G, h };
  const problem = Object.fromEntries(
    Object.entries(list).map(([name, values]) => [name, Float64Array.from(values)]),
  ) as unknown as Problem;
  const solution = solveBatch(batchOf([problem]));
  expect(solution.statuses).toEqual(['optimal']);
  expect(Array.from(solution.z)).toEqual(z);
});

it.each([
  ['no', [1, 0, 1, 0, 1, 0]],
  ['more than one', [1, 0, -1, 0, 1, 0]],
])('finds that there are %s multipliers beside those of weakly active rows that are 0', (others, G) => {
  const list = { Q: [1, 0, 0, 1], q: [0, 0], A: [], b: [], G, h: [0, 0, 0] };
  const problem = Object.fromEntries(
    Object.entries(list).map(([name, values]) => [name, Float64Array.from(values)]),
  ) as unknown as Problem;
  const [flags] = solveBatch(batchOf([problem])).flags;
  expect(flags).toEqual(expect.arrayContaining(['weakly-active', 'dependent-rows']));
  expect(flags!.includes('dual-not-unique')).toBe(others !== 'no');
});

it('condenses bounds of one variable beside rows of many to the answers that were made', () => {
  const n = 10;
  for (const seed of [1, 2, 3]) {
    const bounded = (j: number, sign: number) =>
      Float64Array.from({ length: n }, (_, k) => (k === j ? sign * 2 : 0));
    const list = [...Array(2 * n).keys()];
    const chosen = [
      ...list.map((k) => (k < n ? { lam: k % 3 === 0 ? 0.5 : 0, s: k % 3 === 0 ? 0 : 1.5 } : { s: 0.75 })),
      ...Array.from({ length: 12 }, (_, k) => (k < 2 ? { lam: 0.25 } : { s: 1 })),
    ];
    const { problem, answer } = exactly(n, 0, chosen, seed);
    const G = problem.G.slice();
    for (const k of list) G.set(bounded(k % n, k < n ? 1 : -1), k * n);
    const made = withAnswer(problem.Q, problem.A, G, answer);
    const other = exactly(n, 0, chosen, seed + 50).problem;
    // Beside one without bounds, in the other lane, and beside itself.
    for (const pair of [
      [made, made],
      [made, other],
      [other, made],
    ]) {
      const solution = solveBatch(batchOf(pair));
      expect(solution.statuses).toEqual(['optimal', 'optimal']);
      const at = pair.indexOf(made);
      const own = solution.z.slice(at * n, (at + 1) * n);
      expect(largest(own.map((value, j) => value - answer.z[j]!))).toBeLessThan(1e-9);
    }
  }
});
