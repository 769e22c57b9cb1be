import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { expr, linear, Model, sum, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { Contributions, mergeContributions } from '../../src/nlp/merge.js';
import { tolerances } from '../tolerances.js';
import { TanhBox } from './tanh-box.js';

/** Every position occurs once where no gray boxes overlap; in any case each counts once. */
const expectCounted = (structure: Structure, overlap = false): void => {
  const { row, column, length } = structure.triplets();
  const positions = new Set(Array.from(row, (i, k) => i * structure.columns + column[k]!));
  expect(positions.size).toBe(structure.nonzeros);
  if (!overlap) expect(positions.size).toBe(length);
  if (structure.symmetric) expect(row.every((i, k) => i >= column[k]!)).toBe(true);
};

const expectCorrect = (nlp: Nlp, x: Float64Array, overlap = false): void => {
  expectCounted(nlp.jacobian);
  expectCounted(nlp.hessian, overlap);
  const check = checkDerivatives(nlp, x, { σ: 0.7 });
  for (const kind of [check.gradient, check.jacobian, check.hessian])
    expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
};

/** Everything at once: rows and an objective that meet a gray box on its inputs and outputs. */
function mixed(inputs: (x: readonly Variable[]) => Variable[]) {
  const m = new Model('mixed');
  const x = m.variables('x', 4, { start: [0.3, -0.4, 0.5, 0.9] });
  const y = m.variables('y', 2, { start: 0.2 });
  const [a, b, c, d] = x.elements as [Variable, Variable, Variable, Variable];
  m.minimize(expr`${a}*${b} + 2*${a} + exp(${y.at(0)}*${c}) + 4 + 3*${a}*${d}`);
  m.constrain(expr`${a} + 2*${b} - ${a}*${c}^2`, { lower: -1, upper: 3, name: 'first' });
  const rows = m.addGrayBox({ box: 'net', inputs: inputs(x.elements), outputs: y, name: 'net' });
  m.constrain(expr`${y.at(0)} - ${a}`, { lower: 0.5 });
  m.constrain(expr`sin(${a})*${b} + ${a} + 1`, { equals: 3, name: 'last' });
  return { m, x, y, rows, problem: m.problem() };
}

describe('assemble', () => {
  it('merges linear rows, elements and a gray box', () => {
    const { problem, rows } = mixed(([a, b, , d]) => [d!, a!, b!]);
    const box = new TanhBox(3, 2);
    const nlp = assemble(problem, [box]);
    expect(rows.map((row) => row.index)).toEqual([1, 2]);
    expect(nlp.constraints.names).toEqual(['first', 'net[0]', 'net[1]', 'row[3]', 'last']);
    expect([...nlp.constraints.upper]).toEqual([3, 0, 0, Number.POSITIVE_INFINITY, 2]);
    expectCorrect(nlp, problem.variables.start);
    expect(nlp.jacobian.nonzeros).toBe(3 + 6 + 2 + 2 + 2);
    // Gray box on (a, b, d): 6; a·c, c², y₀·c, y₀², c² once: (c,a) (c,c) (y,c) (y,y).
    expect(nlp.hessian.nonzeros).toBe(6 + 4);
    expect(nlp.oracleSeconds?.()).toBe(0.25);
  });

  it('states y − NN(x): the Hessian asks the box for −λ', () => {
    const { problem } = mixed(([a, b, , d]) => [d!, a!, b!]);
    const box = new TanhBox(3, 2);
    const nlp = assemble(problem, [box]);
    const λ = Float64Array.of(1, 2, -3, 4, 5);
    const out = new Float64Array(nlp.hessian.length);
    nlp.ask(problem.variables.start, 2, 1, λ);
    nlp.hessianValues(problem.variables.start, 1, λ, out);
    nlp.hessianValues(problem.variables.start, 1, new Float64Array(5), out);
    expect(box.asked).toEqual([{ order: 2, λ: [-2, 3] }]);
  });

  it('accepts an input that enters twice and boxes that overlap', () => {
    const { m, x, problem } = mixed(([a, b]) => [a!, b!, a!]);
    expectCorrect(assemble(problem, [new TanhBox(3, 2)]), problem.variables.start);
    const z = m.variables('z', 2, { start: 0.1 });
    m.addGrayBox({ box: 'net', inputs: [x.at(1), x.at(0), x.at(3)], outputs: z });
    expect(m.grayBoxes).toEqual(['net']);
    const twice = m.problem();
    const nlp = assemble(twice, [new TanhBox(3, 2)]);
    expectCorrect(nlp, twice.variables.start, true);
    expect(nlp.oracleSeconds?.()).toBe(0.25);
  });

  it('states derivatives through a constant factor, of inputs that enter twice as well', () => {
    const data = Float64Array.from({ length: 6 }, (_, k) => Math.cos(2 * k));
    const through = { rank: 2, columns: 3, data };
    for (const [a, b, c] of [
      [3, 0, 1],
      [0, 2, 0],
    ] as const) {
      const { problem } = mixed((x) => [x[a]!, x[b]!, x[c]!]);
      const nlp = assemble(problem, [new TanhBox(3, 2, true, Number.EPSILON, through)]);
      expect(nlp.jacobian.pieces[0]!.count).toBe(2 * 2);
      expect(nlp.hessian.pieces[0]!.count).toBe(3);
      expectCorrect(nlp, problem.variables.start, true);
    }
  });

  it('passes on what a box cannot do', () => {
    const { problem } = mixed(([a, b, , d]) => [d!, a!, b!]);
    const nlp = assemble(problem, [new TanhBox(3, 2, false, 2 ** -23)]);
    expect(nlp.secondDerivatives).toBe(false);
    expect(nlp.accuracy).toBe(2 ** -23);
    expect(checkDerivatives(nlp, problem.variables.start, { step: 1e-5 }).jacobian.error).toBeLessThan(
      tolerances.difference,
    );
    expect(() => assemble(problem, [])).toThrow(InputError);
    expect(() => assemble(problem, [new TanhBox(4, 2)])).toThrow(/4 inputs to 2 outputs.*3 and 2/);
  });

  it('evaluates repeatedly to the same numbers', () => {
    const { problem } = mixed(([a, b, , d]) => [d!, a!, b!]);
    const nlp = assemble(problem, [new TanhBox(3, 2)]);
    const x = problem.variables.start;
    const once = new Float64Array(nlp.jacobian.length);
    const again = new Float64Array(nlp.jacobian.length).fill(7);
    nlp.jacobianValues(x, once);
    nlp.jacobianValues(x, again);
    expect(again).toEqual(once);
    expect(nlp.objective(x)).toBe(nlp.objective(x));
  });

  it('states maximization as minimization of the negative', () => {
    const m = new Model();
    const x = m.variable('x', { start: 2 });
    m.maximize(expr`5 - (${x} - 1)^2`);
    const problem = m.problem();
    expect(problem.sense).toBe(-1);
    const nlp = assemble(problem);
    expect(nlp.objective(Float64Array.of(2))).toBe(-4);
    const gradient = new Float64Array(1);
    nlp.gradient(Float64Array.of(2), gradient);
    expect(gradient[0]).toBe(2);
  });

  it('has the sizes of the adversarial image in reduced space', () => {
    const m = new Model('mnist');
    const image = Float64Array.from({ length: 784 }, (_, k) => (Math.sin(k) + 1) / 2);
    const x = m.variables('x', 784, { lower: 0, upper: 1, start: image });
    const y = m.variables('y', 10, { start: 0.5 });
    const plus = m.variables('s+', 784, { lower: 0 });
    const minus = m.variables('s-', 784, { lower: 0 });
    m.minimize(sum([...plus, ...minus]));
    for (let k = 0; k < 784; k++)
      m.constrain(linear([1, -1, 1], [x.at(k), plus.at(k), minus.at(k)]), { equals: image[k]! });
    m.addGrayBox({ box: 'net', inputs: x, outputs: y });
    for (const value of y) m.constrain(value, { lower: 0, upper: 1 });
    m.constrain(y.at(9), { lower: 0.6 });
    const problem = m.problem();
    const box = new TanhBox(784, 10);
    const nlp = assemble(problem, [box]);
    expect(nlp.variables.lower.length).toBe(2362);
    expect(nlp.constraints.lower.length).toBe(805);
    expect(nlp.jacobian.nonzeros).toBe(10213);
    expect(nlp.hessian.nonzeros).toBe(307720);
    expectCounted(nlp.jacobian);
    expectCounted(nlp.hessian);
    const columns = [0, 5, 783, 784, 793, 800, 2000];
    const check = checkDerivatives(nlp, problem.variables.start, { columns });
    for (const kind of [check.gradient, check.jacobian, check.hessian])
      expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
  });
});

describe('merge', () => {
  it('numbers nonzeros by their first contribution', () => {
    const all = new Contributions(9);
    for (const [i, j] of [
      [2, 3],
      [0, 1],
      [2, 3],
      [1, 0],
      [0, 1],
    ] as const)
      all.add(i, j);
    const { row, column, place } = mergeContributions(3, 4, all);
    expect([...place]).toEqual([0, 1, 0, 2, 1]);
    expect([...row]).toEqual([2, 0, 1]);
    expect([...column]).toEqual([3, 1, 0]);
  });

  it('merges nothing', () => {
    expect(mergeContributions(0, 2, new Contributions(0)).place.length).toBe(0);
  });
});

describe('checkDerivatives', () => {
  it('names a wrong entry', () => {
    const { problem } = mixed(([a, b, , d]) => [d!, a!, b!]);
    const box = new TanhBox(3, 2);
    const right = box.evaluate.bind(box);
    box.evaluate = (order, slots) => {
      right(order, slots);
      if (order > 0) slots[0]!.J[4]! += 1e-3;
    };
    const { jacobian, gradient } = checkDerivatives(assemble(problem, [box]), problem.variables.start);
    expect(jacobian.where).toBe('net[1], x[0]');
    expect(jacobian.error).toBeGreaterThan(1e-4);
    expect(gradient.error).toBeLessThan(tolerances.difference);
  });
});
