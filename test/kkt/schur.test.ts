import { describe, expect, it } from 'vitest';
import { solveWith } from '../../solvers/interior-point/solve.js';
import { type KktShape, type KktSystem, openAugmented, openKkt, openSchur } from '../../solvers/kkt/index.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import { network } from '../../src/formulate/index.js';
import { add, Model, multiply, power, subtract, sum } from '../../src/model/index.js';
import type { Network } from '../../src/network/graph.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { Graph } from '../formulate/networks.js';
import { expectKkt } from '../kkt.js';

/** A network of affine layers and tanh, with what a graph offers besides: a sum, a product, softmax at the end. */
function net(widths: readonly number[], rich = false): Network {
  const graph = new Graph();
  let at = graph.input(widths[0]!);
  for (const width of widths.slice(1, -1)) {
    const before = at;
    at = graph.elementwise(graph.affine(at, width), { name: 'tanh' });
    if (!rich) continue;
    const gate = graph.elementwise(graph.affine(before, width), { name: 'sigmoid' });
    const product = graph.add({ kind: 'multiply' }, [width], at, gate);
    at = graph.add({ kind: 'add' }, [width], product, graph.affine(at, width));
  }
  at = graph.affine(at, widths.at(-1)!);
  return graph.network(widths[0]!, [rich ? graph.add({ kind: 'softmax' }, [widths.at(-1)!], at) : at]);
}

/** Several networks in full space on common inputs. */
function problem(nets: readonly Network[], inputs: number): Nlp {
  const m = new Model();
  const x = m.variables('x', inputs, {
    lower: -1,
    upper: 1,
    start: Float64Array.from({ length: inputs }, (_, i) => 0.3 * Math.sin(i)),
  });
  const outputs = nets.flatMap((own, k) => [...network(own, x, { formulation: 'full', name: `net ${k}` })]);
  outputs.forEach((y, k) => {
    m.constrain(add(y, multiply(0.1, x.at(k % inputs))), { lower: -0.2, upper: 0.45 });
  });
  m.minimize(
    add(
      sum(Array.from({ length: inputs }, (_, i) => power(subtract(x.at(i), Math.cos(3 * i)), 2))),
      sum(outputs.map((y) => power(y, 2))),
    ),
  );
  return assemble(m.problem());
}

/** The shape of the problem's KKT system with a slack for every inequality. */
function shapeOf(nlp: Nlp): KktShape {
  const { lower, upper } = nlp.constraints;
  const attachedRow = Int32Array.from([...lower.keys()].filter((i) => lower[i] !== upper[i]));
  const core = nlp.variables.lower.length;
  return {
    n: core + attachedRow.length,
    core,
    m: lower.length,
    jacobian: nlp.jacobian,
    hessian: nlp.hessian,
    attachedRow,
    attachedSign: new Float64Array(attachedRow.length).fill(-1),
    partition: nlp.partition!,
  };
}

function fill({ values }: KktSystem, nlp: Nlp): void {
  const x = nlp.variables.start;
  const λ = Float64Array.from({ length: nlp.constraints.lower.length }, (_, i) => Math.cos(2 * i));
  nlp.ask(x, 2, 1, λ);
  nlp.jacobianValues(x, values.J);
  nlp.hessianValues(x, 1, λ, values.H);
}

const Σ = ({ n }: KktShape, weight: number): Float64Array =>
  Float64Array.from({ length: n }, (_, j) => weight + 0.5 + 0.4 * Math.sin(5 * j));

const wide = () => problem([net([40, 6, 6, 3])], 40);
const narrow = () => problem([net([4, 9, 12, 3])], 4);
const rich = () => problem([net([5, 7, 6, 4], true)], 5);
const several = () => problem([net([6, 8, 8, 2]), net([6, 5, 3], true), net([6, 10, 2])], 6);

describe('networks in full space, eliminated as blocks', () => {
  it.each([
    ['wider than their first layer', wide],
    ['narrower', narrow],
    ['with sums, products and softmax', rich],
    ['several on common inputs', several],
  ])('give the verdicts and solutions of the whole: %s', (_, make) => {
    const nlp = make();
    const shape = shapeOf(nlp);
    const whole = openAugmented(shape, null, openLinearSolver, {});
    const blocks = openSchur(shape, null, openLinearSolver, {});
    expect(blocks.form).toBe('schur');
    const verdicts = new Set<string>();
    for (const weight of [0, 1, 8])
      for (const δw of [0, 1e-4, 30]) {
        fill(whole, nlp);
        fill(blocks, nlp);
        const verdict = whole.factor(Σ(shape, weight), δw, 0);
        expect(blocks.factor(Σ(shape, weight), δw, 0)).toBe(verdict);
        verdicts.add(verdict);
        if (verdict !== 'right') continue;
        const rhs = Float64Array.from({ length: 2 * (shape.n + shape.m) }, (_, k) => Math.sin(k * k));
        const [one, other] = [new Float64Array(rhs.length), new Float64Array(rhs.length)];
        expect(blocks.solve(rhs, other, 2)).toBeLessThan(1e-13);
        whole.solve(rhs, one, 2);
        const size = one.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        one.forEach((value, k) => {
          expect(Math.abs(other[k]! - value)).toBeLessThan(1e-9 * size);
        });
      }
    expect(verdicts).toContain('right');
    expect(blocks.statistics.inGeneral).toBe(0);
    expect(blocks.statistics.factorizations).toBe(9);
    whole.dispose();
    blocks.dispose();
  });

  it('tell a wrong inertia that comes from inside a block', () => {
    const nlp = narrow();
    const shape = shapeOf(nlp);
    const system = openSchur(shape, null, openLinearSolver, {});
    fill(system, nlp);
    nlp.hessian.pieces.forEach(({ first, count }) => {
      system.values.H.fill(-1e3, first, first + count);
    });
    expect(system.factor(Σ(shape, 0), 0, 0)).toBe('too-many-negative');
    expect(system.factor(Σ(shape, 0), 1e8, 0)).toBe('right');
    expect(system.statistics.inGeneral).toBe(0);
    system.dispose();
  });

  it('eliminate in general, and count it, where rows are perturbed or a pivot vanishes', () => {
    const nlp = narrow();
    const shape = shapeOf(nlp);
    const system = openSchur(shape, null, openLinearSolver, {});
    fill(system, nlp);
    expect(system.factor(Σ(shape, 8), 0, 1e-8)).toBe('right');
    expect(system.statistics.inGeneral).toBe(1);
    expect(system.factor(Σ(shape, 8), 0, 0)).toBe('right');
    expect(system.statistics.inGeneral).toBe(1);
    // The pivots of the first layer: its rows hold nothing but zeros besides the inputs.
    const { row, column, length } = shape.jacobian.triplets();
    for (let k = 0; k < length; k++)
      if (row[k] === 0 && shape.partition![column[k]!]! >= 0) system.values.J[k] = 0;
    const rhs = new Float64Array(shape.n + shape.m).fill(1);
    const verdict = system.factor(Σ(shape, 8), 0, 0);
    expect(system.statistics.inGeneral).toBe(2);
    const whole = openAugmented(shape, null, openLinearSolver, {});
    whole.values.J.set(system.values.J);
    whole.values.H.set(system.values.H);
    expect(verdict).toBe(whole.factor(Σ(shape, 8), 0, 0));
    if (verdict === 'right') expect(system.solve(rhs, rhs)).toBeLessThan(1e-12);
    whole.dispose();
    system.dispose();
  });

  it('are found by themselves, and solved in the same iterations', () => {
    const nlp = problem([net([6, 40, 40, 3]), net([6, 24, 2])], 6);
    const shape = shapeOf(nlp);
    const chosen = openKkt(shape, null, openLinearSolver, {});
    expect(chosen.form).toBe('schur');
    chosen.dispose();
    const small = openKkt(shapeOf(narrow()), null, openLinearSolver, {});
    expect(small.form).toBe('augmented');
    small.dispose();
    const options = { tol: 1e-9 };
    const found = solveWith(openLinearSolver, nlp, options);
    const whole = solveWith(openLinearSolver, nlp, { ...options, kkt: 'augmented' });
    expectKkt(nlp, found, 1e-7);
    expect(found.kkt).toEqual({ form: 'schur', inGeneral: 0 });
    expect(whole.kkt).toEqual({ form: 'augmented', inGeneral: 0 });
    expect(found.iterations).toBe(whole.iterations);
    expect(found.objective).toBeCloseTo(whole.objective, 9);
  });
});
