import { describe, expect, it } from 'vitest';
import { type BatchSolution, solveBatch } from '../../solvers/batch/index.js';
import { tolerances } from '../tolerances.js';
import { batchOf, numbers, type Problem, times, transposedTimes, uniform } from './problems.js';

const largest = (...lists: Float64Array[]): number =>
  lists.reduce((most, list) => list.reduce((own, value) => Math.max(own, Math.abs(value)), most), 0);
const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, k) => sum + value * y[k]!, 0);

/** How far an answer is from what it says, from the data alone; numbers of the problems are small and whole. */
function shortfall(
  { Q, q, A, b, G, h }: Problem,
  { statuses, certificates, z, nu, lam }: BatchSolution,
): number {
  const n = q.length;
  const [certificate] = certificates;
  const above = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
  const sum = (...lists: Float64Array[]): Float64Array =>
    lists[0]!.map((_, j) => lists.reduce((total, list) => total + list[j]!, 0));
  switch (statuses[0]) {
    case 'optimal':
      return Math.max(
        largest(sum(times(Q, z), q, transposedTimes(A, nu, n), transposedTimes(G, lam, n))),
        largest(times(A, z).map((value, i) => value - b[i]!)),
        above(times(G, z).map((value, i) => value - h[i]!)),
        above(lam.map((value) => -value)),
        largest(times(G, z).map((value, i) => (value - h[i]!) * lam[i]!)),
      );
    case 'infeasible': {
      if (certificate === null || !('lam' in certificate!)) return Infinity;
      const { nu: ν, lam: λ } = certificate;
      const left = largest(sum(transposedTimes(A, ν, n), transposedTimes(G, λ, n)));
      return Math.max(
        left / largest(ν, λ),
        above(λ.map((value) => -value)),
        Math.abs(dot(b, ν) + dot(h, λ) + 1),
      );
    }
    case 'unbounded': {
      if (certificate === null || !('ray' in certificate!)) return Infinity;
      const { ray } = certificate;
      const left = Math.max(largest(times(Q, ray), times(A, ray)), above(times(G, ray)));
      // And there is a point to begin from.
      const I = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
      const nearest = solveBatch(batchOf([{ Q: I, q: new Float64Array(n), A, b, G, h }]));
      if (nearest.statuses[0] !== 'optimal') return Infinity;
      return Math.max(left / largest(ray), Math.abs(dot(q, ray) + 1));
    }
    default:
      return Infinity;
  }
}

/** Small whole numbers: Q of any rank, rows that repeat, contradict and are zero, none or both of the two reasons to have no solution. */
function degenerate(seed: number): Problem {
  const next = uniform(seed);
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const [n, m, p] = [whole(1, 5), whole(0, 2), whole(0, 7)];
  const rank = seed % 4 === 0 ? 0 : whole(0, n);
  const L = numbers(n * rank, () => whole(-2, 2));
  const Q = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return dot(L.slice(i * rank, (i + 1) * rank), L.slice(j * rank, (j + 1) * rank));
  });
  const q = seed % 5 === 0 ? times(Q, numbers(n, next)) : numbers(n, () => whole(-2, 2));
  return {
    Q,
    q,
    A: numbers(m * n, () => whole(-1, 1)),
    b: numbers(m, () => whole(-1, 1)),
    G: numbers(p * n, () => whole(-1, 1)),
    h: numbers(p, () => whole(-1, 2)),
  };
}

describe('degenerate problems end with an answer that proves itself', () => {
  it('whatever it is', () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= 300; seed++) {
      const problem = degenerate(seed);
      const solution = solveBatch(batchOf([problem]));
      const [status] = solution.statuses;
      seen.set(status!, (seen.get(status!) ?? 0) + 1);
      expect(shortfall(problem, solution), `seed ${seed}, ${status}`).toBeLessThan(tolerances.kkt);
    }
    for (const status of ['optimal', 'infeasible', 'unbounded']) expect(seen.get(status)).toBeGreaterThan(30);
  });

  const flat = (problem: { [Name in keyof Problem]: number[] }): Problem =>
    Object.fromEntries(
      Object.entries(problem).map(([name, list]) => [name, Float64Array.from(list)]),
    ) as Problem;
  it.each([
    ['a ray beside a row that does not matter', 'unbounded', [0, 0, 0, 0], [-1, 0], [], [], [0, 1], [1]],
    [
      'curvature that rounding alone gives along the ray',
      'unbounded',
      [4, -4, -4, -4, 8, 8, -4, 8, 8],
      [-1, -2, 2],
      [],
      [],
      [-1, 0, 0, 1, 1, 1, -1, -1, -1],
      [1, 2, 1],
    ],
    [
      'a row of zeros that says 0 = 1, and a ray',
      'infeasible',
      [0, 0, 0, 0],
      [2, 2],
      [1, 1, 0, 0],
      [1, -1],
      [0, 1],
      [0],
    ],
    ['no objective, and rows of zeros', 'optimal', [0, 0, 0, 0], [0, 0], [1, 1], [1], [0, 0, 1, 0], [0, 1]],
  ] as const)('%s: %s', (_, status, Q, q, A, b, G, h) => {
    const problem = flat({ Q: [...Q], q: [...q], A: [...A], b: [...b], G: [...G], h: [...h] });
    const solution = solveBatch(batchOf([problem]));
    expect(solution.statuses).toEqual([status]);
    expect(shortfall(problem, solution)).toBeLessThan(tolerances.kkt);
  });
});
