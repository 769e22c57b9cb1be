import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { mendingRate } from './random/certificate.js';
import { classNames, randomProblem } from './random/index.js';
import { judgeRandom } from './random/judge.js';
import { nonnegativeLeastSquares } from './random/nnls.js';
import { modelOf, type Program } from './random/program.js';
import { affine, smooth } from './random/smooth.js';

/** Rounds through the classes, and how many problems of each may be left unsolved or only acceptable. */
const ROUNDS = 20;
const LEFT: Readonly<Record<string, number>> = {
  'weakly active': 1,
  'redundant rows': 1,
  'pinched rows': 1,
  'vacuous rows': 1,
  'inconsistent equations': 2,
  'infeasible NLP': 1,
  // Minima at an infinite derivative and minima without multipliers.
  'edges of a domain': 10,
  'no constraint qualification': 4,
  'convex NLP': 3,
  'nonconvex NLP': 2,
  equations: 1,
};

describe('random small problems', () => {
  it.each(
    classNames.map((name, index) => [name, index] as const),
  )('%s: nothing is claimed that errors do not bear out', (name, index) => {
    const left: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const seed = round * classNames.length + index;
      const problem = randomProblem(seed);
      const result = interiorPoint.solve(assemble(modelOf(problem.program).problem()), { max_iter: 500 });
      const { verdict, why } = judgeRandom(problem, result);
      expect(verdict, `seed ${seed}: ${why}`).not.toBe('wrong');
      if (verdict !== 'solved') left.push(`seed ${seed}: ${result.status}, ${why}`);
    }
    expect(left.length, left.join('\n')).toBeLessThanOrEqual(LEFT[name] ?? 0);
  });
});

describe('the judge of random problems', () => {
  const seed = classNames.indexOf('convex QP');
  const problem = randomProblem(seed);
  const result = interiorPoint.solve(assemble(modelOf(problem.program).problem()));

  it('accepts a solution and no other point', () => {
    expect(judgeRandom(problem, result).verdict).toBe('solved');
    const x = result.x.map((value, j) => (j === 0 ? value + 1e-3 : value));
    expect(judgeRandom(problem, { ...result, x }).verdict).toBe('wrong');
    const errors = { ...result.errors, dual: 1 };
    expect(judgeRandom(problem, { ...result, errors }).why).toContain('dual error 1');
  });

  it.each(['infeasible', 'unbounded'] as const)('knows that a solvable problem is not %s', (status) => {
    expect(judgeRandom(problem, { ...result, status }).verdict).toBe('wrong');
  });

  it('measures how far a point is from a least violation', () => {
    const away: Program = {
      lower: [-Infinity, 0],
      upper: [Infinity, Infinity],
      start: [0, 0],
      objective: smooth(affine([])),
      rows: [{ of: smooth(affine([[1, 1]])), lower: -Infinity, upper: -1 }],
    };
    // x₁ ≤ −1 with x₁ ≥ 0: violated by 1 at best.
    expect(mendingRate(away, [5, 0])).toBeLessThan(1e-12);
    expect(mendingRate(away, [5, 2])).toBeGreaterThan(0.5);
  });

  it('solves least squares over nonnegative numbers', () => {
    expect(
      nonnegativeLeastSquares(
        [
          [1, 0],
          [0, 1],
        ],
        [2, -3],
      ),
    ).toEqual([2, 0]);
    const [a, b] = nonnegativeLeastSquares(
      [
        [1, 1],
        [1, -1],
      ],
      [3, 1],
    );
    expect(a).toBeCloseTo(2, 12);
    expect(b).toBeCloseTo(1, 12);
  });
});
