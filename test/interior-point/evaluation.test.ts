import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { EvaluationError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { isSolved } from '../../src/nlp/result.js';
import { kktErrors } from '../kkt.js';
import * as problems from './problems.js';

/** The problem with every number rounded to f32, as an oracle on a graphics card would give it. */
function rounded(nlp: Nlp): Nlp {
  const round =
    <Given extends unknown[]>(fill: (...all: [...Given, Float64Array]) => void) =>
    (...all: [...Given, Float64Array]): void => {
      fill(...all);
      const out = all.at(-1) as Float64Array;
      for (let k = 0; k < out.length; k++) out[k] = Math.fround(out[k]!);
    };
  return {
    ...nlp,
    accuracy: 2 ** -23,
    objective: (x) => Math.fround(nlp.objective(x)),
    gradient: round(nlp.gradient),
    constraintValues: round(nlp.constraintValues),
    jacobianValues: round(nlp.jacobianValues),
    hessianValues: round(nlp.hessianValues),
  };
}

describe('an oracle of low accuracy', () => {
  it.each([
    ['HS71', problems.hs71],
    ['Rosenbrock', problems.rosenbrock],
    ['logarithms', problems.logarithm],
    ['badly scaled functions', problems.badlyScaled],
  ] as const)('solves %s to what f32 allows', (_, make) => {
    const nlp = problems.small(make());
    const result = interiorPoint.solve(rounded(nlp));
    expect(isSolved(result.status), `${result.status}: ${result.message}`).toBe(true);
    expect(result.iterations).toBeLessThan(100);
    const exact = interiorPoint.solve(nlp);
    expect(Math.abs(result.objective - exact.objective)).toBeLessThan(1e-4 * Math.max(1, exact.objective));
    if (result.status === 'acceptable') expect(result.message).toMatch(/1\.2e-7|acceptable tol|errors/);
    // What is called optimal must be so by the oracle's own numbers.
    if (result.status === 'optimal') {
      const errors = kktErrors(rounded(nlp), result);
      expect(errors.primal).toBeLessThan(1e-4);
    }
  });
});

describe('an oracle that dies', () => {
  it('ends the solve with the point and the values held', () => {
    const nlp = problems.small(problems.hs71());
    let calls = 0;
    const dying: Nlp = {
      ...nlp,
      constraintValues: (x, out) => {
        if (++calls > 6) throw new EvaluationError('the process is gone', 'gray box 0', true);
        nlp.constraintValues(x, out);
      },
    };
    const result = interiorPoint.solve(dying);
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toContain('the process is gone');
    expect(result.objective).toBeCloseTo(nlp.objective(result.x), 6);
    const errors = kktErrors(nlp, result);
    expect(result.errors.dual).toBeCloseTo(errors.dual, 6);
    expect(result.errors.primal).toBeCloseTo(errors.primal, 5);
  });
});

describe('undefined values', () => {
  it('shorten the step where only derivatives are undefined', () => {
    const problem = problems.logarithm();
    const gradient = (x: Float64Array): Record<number, number> =>
      x[0]! < 0.5 ? { 0: Number.NaN, 1: 0 } : problem.objective.gradient(x);
    const nlp = problems.small({ ...problem, objective: { ...problem.objective, gradient } });
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]).toBeCloseTo(1, 6);
  });

  it('shorten the step where only the Hessian is undefined', () => {
    const problem = problems.logarithm();
    let refused = 0;
    const hessian = (x: Float64Array): Record<string, number> => {
      if (x[0]! > 0.7) return problem.objective.hessian!(x);
      refused++;
      return { '0,0': Number.NaN };
    };
    const nlp = problems.small({ ...problem, start: [3, 1], objective: { ...problem.objective, hessian } });
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.evaluations.rejected).toBeGreaterThanOrEqual(refused);
  });

  it('are named by row and variable', () => {
    const nlp = problems.small({
      start: [1, 1],
      names: ['flow', 'head'],
      objective: { value: () => 0, gradient: () => ({}) },
      rows: [
        { name: 'balance', lower: 0, upper: 0, value: (x) => x[0]!, gradient: () => ({ 1: Number.NaN }) },
      ],
    });
    const result = interiorPoint.solve(nlp);
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toContain("row 'balance' by variable 'head'");
  });

  it('at a point an oracle refuses count as such', () => {
    const nlp = problems.small(problems.logarithm());
    const refusing: Nlp = {
      ...nlp,
      objective: (x) => {
        if (x[0]! <= 0) throw new EvaluationError('no logarithm', 'x');
        return nlp.objective(x);
      },
    };
    const result = interiorPoint.solve(refusing);
    expect(result.status, result.message).toBe('optimal');
    expect(result.evaluations.rejected).toBeGreaterThan(0);
  });

  it("lets the caller's own mistakes through", () => {
    const nlp = problems.small(problems.hs71());
    const broken: Nlp = {
      ...nlp,
      gradient: () => {
        throw new TypeError('a bug');
      },
    };
    expect(() => interiorPoint.solve(broken)).toThrow('a bug');
  });
});

describe('evaluations', () => {
  it('are not repeated, and the Hessian is announced with the multipliers it gets', () => {
    const nlp = problems.small(problems.hs71());
    const seen = new Map<string, number>();
    const announced: string[] = [];
    const key = (what: string, ...parts: readonly (Float64Array | number)[]): string =>
      `${what} ${parts.map((part) => (typeof part === 'number' ? part : Array.from(part).join())).join(' | ')}`;
    const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);
    let orphans = 0;
    const watched: Nlp = {
      ...nlp,
      ask: (x, order, σ, λ) => {
        if (order === 2) announced.push(key('H', x, σ, λ));
      },
      constraintValues: (x, out) => {
        count(key('g', x));
        nlp.constraintValues(x, out);
      },
      jacobianValues: (x, out) => {
        count(key('J', x));
        nlp.jacobianValues(x, out);
      },
      hessianValues: (x, σ, λ, out) => {
        if (!announced.includes(key('H', x, σ, λ))) orphans++;
        nlp.hessianValues(x, σ, λ, out);
      },
    };
    const { iterations, evaluations } = interiorPoint.solve(watched);
    expect(evaluations.hessian).toBe(iterations);
    // The first multipliers follow from the first Jacobian, so they are not announced before it.
    expect(orphans).toBe(1);
    expect(announced.length).toBe(iterations);
    expect([...seen.values()].filter((times) => times > 2)).toEqual([]);
  });
});
