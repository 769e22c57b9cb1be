import { describe, expect, it } from 'vitest';
import { solveAgain, solveAndKeep, solveWith } from '../../solvers/interior-point/solve.js';
import type { ParameterDerivative } from '../../solvers/kkt/index.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import { network } from '../../src/formulate/index.js';
import { add, Model, multiply, power, subtract, sum } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { Graph } from '../formulate/networks.js';
import * as problems from '../interior-point/problems.js';
import { small } from '../interior-point/problems.js';
import { TanhBox } from '../nlp/tanh-box.js';

const tight = { tol: 1e-11, bound_relax_factor: 0 };
const INPUTS = 30;

/** A problem and its row `Σ x = 1 + p` with the parameter. */
interface Stated {
  readonly nlp: Nlp;
  readonly row: number;
}

/** Outputs close to given values at the least distance from a point; some bounds active. */
function stated(formulation: 'reduced' | 'full', through = false): Stated {
  const m = new Model();
  const x = m.variables('x', INPUTS, { lower: -0.4, upper: 0.4, start: 0.1 });
  const sums = sum([...x]);
  m.minimize(sum([...x].map((v, j) => power(subtract(v, 0.7 * Math.sin(1 + j)), 2))));
  const graph = new Graph();
  let at = graph.input(INPUTS);
  for (const width of [40, 40]) at = graph.elementwise(graph.affine(at, width), { name: 'tanh' });
  const net = graph.network(INPUTS, [graph.affine(at, 3)]);
  const y = network(net, x, { formulation: formulation === 'full' ? 'full' : 'reduced', name: 'y' });
  m.constrain(add(y.at(0), multiply(0.2, x.at(1))), { lower: 0.1, name: 'first' });
  m.constrain(y.at(1), { lower: -2, upper: 2, name: 'second' });
  m.constrain(sums, { equals: 1, name: 'sum' });
  const factor = {
    rank: 5,
    columns: INPUTS,
    data: Float64Array.from({ length: 5 * INPUTS }, (_, k) => Math.sin(3 * k)),
  };
  const box = new TanhBox(INPUTS, 3, true, Number.EPSILON, through ? factor : undefined);
  const nlp = assemble(m.problem(), formulation === 'full' ? [] : [box]);
  return { nlp, row: nlp.constraints.names!.indexOf('sum') };
}

/** The problem with the right-hand side of one row moved. */
function moved({ nlp, row }: Stated, p: number): Nlp {
  const { lower, upper } = nlp.constraints;
  const shift = (bound: Float64Array): Float64Array =>
    bound.map((value, i) => (i === row ? value + p : value));
  return { ...nlp, constraints: { ...nlp.constraints, lower: shift(lower), upper: shift(upper) } };
}

const byRow = ({ nlp, row }: Stated): ParameterDerivative => ({
  lagrangian: new Float64Array(nlp.variables.lower.length),
  constraints: Float64Array.from(nlp.constraints.lower, (_, i) => (i === row ? -1 : 0)),
});

describe('a solution that keeps its KKT system', () => {
  it.each([
    ['with a gray box', () => stated('reduced'), 'augmented'],
    ['with a gray box through a narrow factor', () => stated('reduced', true), 'bordered'],
    ['with a network in full space', () => stated('full'), 'schur'],
  ] as const)('has the derivatives that solves nearby show: %s', (_, make, form) => {
    const problem = make();
    const opened: string[] = [];
    const { result, kept } = solveAndKeep(
      (matrix, options) => {
        const solver = openLinearSolver(matrix, options);
        opened.push(solver.name);
        return solver;
      },
      problem.nlp,
      { ...tight, kkt: form },
    );
    expect(result.kkt!.form).toBe(form);
    const used = opened.length;
    const [found] = kept!.forward([byRow(problem)]);
    const h = 1e-4;
    const at = (p: number) => {
      const nearby = solveWith(openLinearSolver, moved(problem, p), tight);
      expect(nearby.status, nearby.message).toBe('optimal');
      return nearby;
    };
    const [above, below] = [at(h), at(-h)];
    const expectSlope = (slope: Float64Array, of: (r: typeof above) => Float64Array): void => {
      const [a, b] = [of(above), of(below)];
      slope.forEach((value, k) => {
        const difference = (a[k]! - b[k]!) / (2 * h);
        expect(Math.abs(value - difference)).toBeLessThan(1e-4 * Math.max(1, Math.abs(difference)));
      });
    };
    expectSlope(found!.x, ({ x }) => x);
    expectSlope(found!.constraints, ({ multipliers }) => multipliers.constraints);
    // The scalar cᵀx + dᵀλ by the adjoint.
    const seed = {
      x: found!.x.map((_value, j) => Math.cos(j)),
      constraints: found!.constraints.map((_value, i) => Math.sin(2 + i)),
    };
    const [u] = kept!.adjoint([seed]);
    const { lagrangian, constraints } = byRow(problem);
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, v, k) => total + v * b[k]!, 0);
    expect(dot(u!.lagrangian, lagrangian) + dot(u!.constraints, constraints)).toBeCloseTo(
      dot(seed.x, found!.x) + dot(seed.constraints, found!.constraints),
      8,
    );
    // The analysis of the solve served: nothing was opened anew.
    expect(opened.length).toBe(used);
    kept!.dispose();
    kept!.dispose();
    expect(() => kept!.forward([byRow(problem)])).toThrow(/disposed of/);
  });

  it.each([
    ['with a gray box', () => stated('reduced'), 'augmented'],
    ['with a gray box through a narrow factor', () => stated('reduced', true), 'bordered'],
    ['with a network in full space', () => stated('full'), 'schur'],
  ] as const)('serves the next solve, to the bit: %s', (_, make, form) => {
    const problem = make();
    const opened: string[] = [];
    const open: typeof openLinearSolver = (matrix, options) => {
      const solver = openLinearSolver(matrix, options);
      opened.push(solver.name);
      return solver;
    };
    const options = { kkt: form };
    const first = solveAgain(open, problem.nlp, options, undefined, undefined, null);
    first.kept!.forward([byRow(problem)]);
    const used = opened.length;
    const second = solveAgain(open, problem.nlp, options, undefined, undefined, first.kept);
    expect(opened.length).toBe(used);
    expect(second.result.x).toEqual(first.result.x);
    expect(second.result.multipliers).toEqual(first.result.multipliers);
    expect(second.result.evaluations).toEqual(first.result.evaluations);
    expect(second.result.kernels).toEqual(first.result.kernels);
    expect(second.result.kkt).toEqual(first.result.kkt);
    expect(() => first.kept!.forward([byRow(problem)])).toThrow(/disposed of/);
    // What is opened in another way is another system, and so is that of other fixed variables.
    const careful = { ...options, linear_solver_options: { pivotTolerance: 1e-6 } };
    const third = solveAgain(open, problem.nlp, careful, undefined, undefined, second.kept);
    expect(opened.length).toBeGreaterThan(used);
    expect(third.result.objective).toBeCloseTo(first.result.objective, 6);
    const { variables } = problem.nlp;
    [variables.lower[0], variables.upper[0]] = [0.2, 0.2];
    const fixed = solveAgain(open, problem.nlp, careful, undefined, undefined, third.kept);
    expect(fixed.result.x).toEqual(solveWith(openLinearSolver, problem.nlp, careful).x);
    fixed.kept!.dispose();
  });

  it('does without what the solve left out, and with what it scaled', () => {
    // Scaled objective and rows: the derivatives are of the problem as stated.
    const nlp = small(problems.hs71());
    const { kept } = solveAndKeep(openLinearSolver, nlp, { ...tight, obj_scaling_factor: 100 });
    const plain = solveAndKeep(openLinearSolver, nlp, tight).kept!;
    const by = { lagrangian: new Float64Array(4), constraints: Float64Array.of(-1, 0) };
    const [one, other] = [kept!.forward([by])[0]!, plain.forward([by])[0]!];
    one.x.forEach((value, j) => {
      expect(value).toBeCloseTo(other.x[j]!, 6);
    });
    kept!.dispose();
    plain.dispose();
  });

  it('is none where there is no solution', () => {
    const { result, kept } = solveAndKeep(openLinearSolver, small(problems.infeasible()));
    expect(result.status).toBe('infeasible');
    expect(kept).toBeNull();
    const limited = { hessian_approximation: 'limited-memory' as const };
    expect(solveAndKeep(openLinearSolver, small(problems.hs71()), limited).kept).toBeNull();
  });
});
