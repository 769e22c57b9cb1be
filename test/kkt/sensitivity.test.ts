import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { type ParameterDerivative, sensitivity } from '../../solvers/kkt/index.js';
import type { Result } from '../../src/nlp/result.js';
import * as problems from '../interior-point/problems.js';

const tight = { tol: 1e-11, bound_relax_factor: 0 };

/**
 * Compares with central differences of solves at p ± h. `make(p)` states the problem, `by(result)` how its functions
 * depend on p at p = 0.
 */
function expectDerivatives(
  make: (p: number) => problems.Small,
  by: (result: Result) => ParameterDerivative,
  h = 1e-4,
): void {
  const nlp = problems.small(make(0));
  const at = (p: number): Result => {
    const result = interiorPoint.solve(problems.small(make(p)), tight);
    expect(result.status, result.message).toMatch(/optimal|acceptable/);
    return result;
  };
  const result = at(0);
  const found = sensitivity(nlp, result, [by(result)])[0]!;
  const [above, below] = [at(h), at(-h)];
  const difference = (a: Float64Array, b: Float64Array): number[] =>
    Array.from(a, (value, j) => (value - b[j]!) / (2 * h));
  const close = (values: Float64Array, wanted: number[]): void => {
    values.forEach((value, j) => {
      expect(Math.abs(value - wanted[j]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted[j]!)));
    });
  };
  close(found.x, difference(above.x, below.x));
  close(found.constraints, difference(above.multipliers.constraints, below.multipliers.constraints));
  close(found.lower, difference(above.multipliers.lower, below.multipliers.lower));
  close(found.upper, difference(above.multipliers.upper, below.multipliers.upper));
}

describe('sensitivity of a solution', () => {
  it('follows the right-hand sides of HS71', () => {
    const moved = (row: number) => (p: number) => {
      const problem = problems.hs71();
      const rows = problem.rows!.map((line, i) =>
        i === row
          ? {
              ...line,
              lower: line.lower! + p,
              ...(line.upper === undefined ? {} : { upper: line.upper + p }),
            }
          : line,
      );
      return { ...problem, rows };
    };
    const by = (row: number) => () => ({
      lagrangian: new Float64Array(4),
      constraints: Float64Array.from([0, 1], (i) => (i === row ? -1 : 0)),
    });
    expectDerivatives(moved(0), by(0));
    expectDerivatives(moved(1), by(1));
  });

  it('follows a parameter of the objective, with a fixed variable', () => {
    const make = (p: number): problems.Small => {
      const problem = problems.fixedVariable();
      const { value, gradient, hessian } = problem.objective;
      return {
        ...problem,
        objective: {
          value: (x) => value(x) + p * (x[0]! * x[1]! + x[2]! ** 2),
          gradient: (x) => {
            const g = gradient(x);
            return { 0: g[0]! + p * x[1]!, 1: g[1]! + p * x[0]!, 2: g[2]! + 2 * p * x[2]!, 3: g[3]! };
          },
          hessian: (x) => {
            const H = hessian!(x);
            return { ...H, '1,0': H['1,0']! + p, '2,2': 2 * p };
          },
        },
      };
    };
    expectDerivatives(make, ({ x }) => ({
      lagrangian: Float64Array.from([x[1]!, x[0]!, 2 * x[2]!, 0]),
      constraints: new Float64Array(3),
    }));
  });

  it('gives the exact answer for a quadratic program', () => {
    const nlp = problems.small(problems.equalityQp());
    const result = interiorPoint.solve(nlp);
    const [derivative] = sensitivity(nlp, result, [
      { lagrangian: new Float64Array(3), constraints: Float64Array.of(-1) },
    ]);
    derivative!.x.forEach((value) => {
      expect(value).toBeCloseTo(1 / 3, 12);
    });
    expect(derivative!.constraints[0]).toBeCloseTo(-2 / 3, 12);
  });

  it('refuses what is no solution, and lengths that do not fit', () => {
    const nlp = problems.small(problems.infeasible());
    const none = { lagrangian: new Float64Array(2), constraints: new Float64Array(2) };
    expect(() => sensitivity(nlp, interiorPoint.solve(nlp), [none])).toThrow(/infeasible/);
    const other = problems.small(problems.equalityQp());
    expect(() => sensitivity(other, interiorPoint.solve(other), [none])).toThrow(/lengths/);
  });
});
