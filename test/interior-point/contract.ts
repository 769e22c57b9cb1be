import { describe, expect, it } from 'vitest';
import type { Iteration, Solver } from '../../src/nlp/solver.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';
import * as problems from './problems.js';

/** What a solver may not be able to do by its nature. */
export interface Abilities {
  /** Solves problems with more equations than variables. Default true. */
  readonly overdetermined?: boolean;
  /** Works around functions that are undefined at the start. Default true. */
  readonly recoversStart?: boolean;
  /** Reports counts of factorizations. Default true. */
  readonly countsFactorizations?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: any solver, whatever its options.
type AnySolver = Solver<any>;

/** The contract of every {@link Solver}, on small problems written by hand. */
export function solverContract(name: string, solver: AnySolver, abilities: Abilities = {}): void {
  const solve = (problem: problems.Small, ...rest: unknown[]) => {
    const nlp = problems.small(problem);
    // biome-ignore lint/suspicious/noExplicitAny: the tail of solve's parameters.
    return { nlp, result: solver.solve(nlp, ...(rest as any[])) };
  };

  describe(`${name} as a solver`, () => {
    it.each([
      ['HS71', problems.hs71, 17.0140172891],
      ['Rosenbrock', problems.rosenbrock, 0],
      ['a quadratic program with an equality', problems.equalityQp, 4 / 3],
      ['a fixed variable and a free row', problems.fixedVariable, 17.0140172891],
      ['a square system', problems.square, 0],
      ['dependent equalities', problems.degenerate, 2],
      ['a region where functions are undefined', problems.logarithm, 0.75],
      ['badly scaled functions', problems.badlyScaled, 1701401.72891],
      ['only fixed variables', problems.allFixed, 5],
      ['a solution that is the zero vector', problems.zeroMinimizer, 0],
      ['a zero solution on a line', problems.zeroOnLine, 0],
      ['a start that is the zero solution', problems.zeroThroughout, 0],
    ] as const)('solves %s', (_, make, objective) => {
      const { nlp, result } = solve(make());
      expect(result.status, result.message).toBe('optimal');
      expect(result.objective).toBeCloseTo(objective, objective > 1e3 ? 0 : 5);
      const size = Math.max(1, Math.abs(objective)) * (objective > 1e3 ? 1e-2 : 1);
      expectKkt(nlp, result, tolerances.kkt * size);
      expect(result.constraints.length).toBe(nlp.constraints.lower.length);
      expect(nlp.objective(result.x)).toBe(result.objective);
    });

    it.runIf(abilities.overdetermined ?? true)('solves more equations than variables', () => {
      const { nlp, result } = solve(problems.overdetermined());
      expect(result.status, result.message).toBe('optimal');
      expect(result.x[0]).toBeCloseTo(1, 5);
      expect(result.x[1]).toBeCloseTo(2, 5);
      expectKkt(nlp, result, tolerances.kkt);
    });

    it.runIf(abilities.overdetermined ?? true)('calls contradicting equations infeasible', () => {
      expect(solve(problems.contradictory()).result.status).toBe('infeasible');
    });

    it('calls an infeasible problem infeasible and names a row', () => {
      const { result } = solve(problems.infeasible());
      expect(result.status).toBe('infeasible');
      expect(result.message).toMatch(/disc|beyond/);
      expect(result.errors.primal).toBeGreaterThan(0.1);
    });

    it('names the variable whose bounds cross', () => {
      const { result } = solve(problems.crossed());
      expect(['infeasible', 'invalid-problem']).toContain(result.status);
      expect(result.message).toContain('wrong');
      expect(result.x).toHaveLength(2);
    });

    it('calls an unbounded problem unbounded', () => {
      expect(solve(problems.unbounded()).result.status).toBe('unbounded');
    });

    it('counts undefined trial points', () => {
      const { result } = solve(problems.logarithm());
      expect(result.evaluations.rejected).toBeGreaterThan(0);
    });

    it('says what is undefined where it can go nowhere', () => {
      const { result } = solve({
        start: [1],
        names: ['only'],
        objective: { value: () => Number.NaN, gradient: () => ({ 0: Number.NaN }) },
      });
      expect(result.status).toBe('evaluation-error');
      expect(result.message).toMatch(/objective|only/);
    });

    it('leaves the start, the bounds and the warm start untouched', () => {
      const nlp = problems.small(problems.hs71());
      const before = structuredClone([nlp.variables.start, nlp.variables.lower, nlp.constraints.upper]);
      const first = solver.solve(nlp);
      const warm = { x: first.x, multipliers: first.multipliers };
      const copy = structuredClone(warm);
      solver.solve(nlp, {}, {}, warm);
      expect([nlp.variables.start, nlp.variables.lower, nlp.constraints.upper]).toEqual(before);
      expect(warm).toEqual(copy);
    });

    it('stops at the iteration limit with the point it holds', () => {
      const { result } = solve(problems.hs71(), { max_iter: 3 });
      expect(result.status).toBe('iteration-limit');
      expect(result.iterations).toBe(3);
      expect(Number.isFinite(result.objective)).toBe(true);
      expect(Number.isFinite(result.errors.dual)).toBe(true);
    });

    it('reports every iteration and stops when the callback says so', () => {
      const rows: Iteration[] = [];
      const { result } = solve(problems.hs71(), {}, { iteration: (row: Iteration) => rows.push(row) < 4 });
      expect(result.status).toBe('interrupted');
      expect(rows.map((row) => row.iteration)).toEqual([0, 1, 2, 3]);
      expect(rows[0]!.step).toBe(0);
      expect(rows[3]!.alphaPrimal).toBeGreaterThan(0);
    });

    it('stops when asked to', () => {
      let polls = 0;
      const { result } = solve(problems.rosenbrock(), {}, { stopRequested: () => ++polls > 5 });
      expect(result.status).toBe('interrupted');
    });

    it('stops at the time limit', () => {
      const problem = problems.rosenbrock();
      const slow = { ...problem.objective, value: (x: Float64Array) => wait(5) + problem.objective.value(x) };
      const { result } = solve({ ...problem, objective: slow }, { max_wall_time: 0.02 });
      expect(result.status).toBe('time-limit');
    });

    it('needs fewer iterations from a solution with multipliers', () => {
      const { nlp, result: cold } = solve(problems.hs71());
      const warm = solver.solve(nlp, {}, {}, { x: cold.x, multipliers: cold.multipliers });
      expect(warm.status).toBe('optimal');
      expect(warm.iterations).toBeLessThan(cold.iterations);
    });

    it.each([
      ['HS71', problems.hs71],
      ['Rosenbrock', problems.rosenbrock],
      ['a quadratic program', problems.equalityQp],
      ['logarithms', problems.logarithm],
    ] as const)('solves %s without second derivatives', (_, make) => {
      const { nlp, result } = solve({ ...make(), secondDerivatives: false });
      expect(result.status, result.message).toBe('optimal');
      expectKkt(nlp, result, 10 * tolerances.kkt);
      expect(result.evaluations.hessian).toBe(0);
    });

    it('solves with an adaptive barrier parameter', () => {
      const { nlp, result } = solve(problems.hs71(), { mu_strategy: 'adaptive' });
      expect(result.status).toBe('optimal');
      expectKkt(nlp, result, tolerances.kkt);
    });

    it('refuses an unknown option by its nearest name and a value out of range', () => {
      expect(() => solve(problems.hs71(), { max_itre: 3 })).toThrow(/max_iter/);
      expect(() => solve(problems.hs71(), { tol: -1 })).toThrow(/tol/);
    });

    it('accounts for its time', () => {
      const { seconds } = solve(problems.hs71()).result;
      expect(seconds.total).toBeGreaterThan(0);
      expect(seconds.oracle + seconds.linear + seconds.other).toBeCloseTo(seconds.total, 9);
    });

    it.runIf(abilities.countsFactorizations ?? true)('counts factorizations', () => {
      const { result } = solve(problems.hs71());
      expect(result.evaluations.factorizations).toBeGreaterThanOrEqual(result.iterations);
    });

    it.runIf(abilities.recoversStart ?? true)('finds a start where functions are defined', () => {
      const { nlp, result } = solve({ ...problems.logarithm(), start: [0, 0] });
      expect(result.status, result.message).toBe('optimal');
      expectKkt(nlp, result, tolerances.kkt);
    });
  });
}

/** Busy for so many milliseconds; 0. */
function wait(milliseconds: number): 0 {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return 0;
}
