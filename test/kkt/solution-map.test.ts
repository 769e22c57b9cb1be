import { interiorPoint } from '../../solvers/interior-point/index.js';
import { openKkt } from '../../solvers/kkt/index.js';
import { NlpSolutionMap, type SolutionPoint } from '../../solvers/kkt/nlp-solution-map.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import * as problems from '../interior-point/problems.js';
import { type MappedSolution, solutionMapContract } from './solution-map.js';

const numbers = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, k) => Math.sin(seed + 3 * k));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

type Directions = Parameters<NlpSolutionMap['pushforward']>[0];
type Gradients = ReturnType<NlpSolutionMap['pullback']>;

/** Two of everything, so that one solve serves several. */
function mapped(problem: problems.Small): MappedSolution<SolutionPoint[], Directions, Gradients> {
  const nlp = problems.small(problem);
  const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
  const result = interiorPoint.solve(nlp, { tol: 1e-10, bound_relax_factor: 0 });
  const map = new NlpSolutionMap(nlp, result, (shape) => openKkt(shape, null, openLinearSolver, {}));
  const both = <T>(of: (seed: number) => T, seed: number): T[] => [of(seed), of(seed + 100)];
  const held = (list: Int32Array, length: number): Float64Array =>
    Float64Array.from({ length }, (_, k) => Number(list.includes(k)));
  const [free, rows] = [held(map.free, n), held(map.rows, m)];
  const masked = (values: Float64Array, mask: Float64Array) => values.map((value, k) => value * mask[k]!);
  return {
    map,
    accuracy: 1e-7,
    point: (seed) =>
      both(
        (own) => ({ x: masked(numbers(n, own), free), constraints: masked(numbers(m, own + 1), rows) }),
        seed,
      ),
    direction: (seed) =>
      both(
        (own) => ({
          lagrangian: numbers(n, own),
          constraints: numbers(m, own + 1),
          lower: numbers(n, own + 2),
          upper: numbers(n, own + 3),
        }),
        seed,
      ),
    copy: (points) =>
      points.map(({ x, constraints }) => ({ x: x.slice(), constraints: constraints.slice() })),
    dot: (a, b) =>
      a.reduce(
        (sum, { x, constraints }, p) => sum + dot(x, b[p]!.x) + dot(constraints, b[p]!.constraints),
        0,
      ),
    pair: (gradients, directions) =>
      gradients.reduce((sum, gradient, p) => {
        const { lagrangian, constraints, lower, upper } = directions[p]!;
        const functions = dot(gradient.lagrangian, lagrangian) + dot(gradient.constraints, constraints);
        return sum + functions + dot(gradient.lower, lower!) + dot(gradient.upper, upper!);
      }, 0),
  };
}

solutionMapContract('bounds and rows of both kinds', () => mapped(problems.hs71()));
solutionMapContract('equality rows', () => mapped(problems.equalityQp()));
solutionMapContract('a fixed variable', () => mapped(problems.fixedVariable()));
solutionMapContract('no rows', () => mapped(problems.rosenbrock()));
