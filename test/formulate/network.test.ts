import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import { network } from '../../src/formulate/network.js';
import type { NetworkOptions } from '../../src/formulate/options.js';
import { linear, Model, sum } from '../../src/model/index.js';
import type { Elementwise } from '../../src/network/graph.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { tolerances } from '../tolerances.js';
import { classifier, Graph, tensor } from './networks.js';

const smooth: Elementwise[] = [
  { name: 'tanh' },
  { name: 'sigmoid' },
  { name: 'softplus' },
  { name: 'softsign' },
  { name: 'exp' },
  { name: 'swish' },
  { name: 'mish' },
  { name: 'gelu' },
  { name: 'geluTanh' },
  { name: 'elu', alpha: 0.8 },
  { name: 'selu' },
];
const kinked: Elementwise[] = [
  { name: 'relu' },
  { name: 'relu6' },
  { name: 'hardSigmoid' },
  { name: 'abs' },
  { name: 'leakyRelu', alpha: 0.1 },
];

/** 3 → 4 → φ → 2. */
function small(fn: Elementwise, activationLast = false) {
  const graph = new Graph();
  const hidden = graph.elementwise(graph.affine(graph.input(3), 4), fn);
  const last = activationLast ? hidden : graph.affine(hidden, 2);
  return graph.network(3, [last]);
}

function formulated(net: ReturnType<typeof small>, options: Partial<NetworkOptions> = {}) {
  const model = new Model('test');
  const x = model.variables('x', net.inputSize, {
    start: Float64Array.from({ length: net.inputSize }, (_, k) => Math.sin(5 * k + 1)),
  });
  const y = network(net, x, { formulation: 'full', ...options });
  const problem = model.problem();
  const nlp = assemble(problem);
  const start = problem.variables.start;
  const rows = new Float64Array(problem.rows.lower.length);
  nlp.constraintValues(start, rows);
  const violation = rows.reduce(
    (worst, value, i) => Math.max(worst, problem.rows.lower[i]! - value, value - problem.rows.upper[i]!),
    0,
  );
  return { model, x, y, problem, nlp, start, violation };
}

describe('full space', () => {
  for (const fn of smooth)
    it(`${fn.name}: the forward values satisfy the rows; derivatives agree with differences`, () => {
      const net = small(fn);
      const { nlp, start, violation, y, problem } = formulated(net);
      expect(violation).toBeLessThan(1e-13);
      expect([...y.values(start)]).toEqual([...outputValues(net, forward(net, start)).slice(0, 2)]);
      expect(problem.rows.lower.length).toBe(4 + 4 + 2);
      const check = checkDerivatives(nlp, start);
      for (const kind of [check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    });

  for (const fn of kinked) {
    it(`${fn.name} by complementarity`, () => {
      const { nlp, start, violation } = formulated(small(fn));
      expect(violation).toBeLessThan(1e-13);
      const check = checkDerivatives(nlp, start);
      for (const kind of [check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    });

    it(`${fn.name} smoothed`, () => {
      const ε = 1e-3;
      const { nlp, start, violation } = formulated(small(fn), { relu: { smooth: ε } });
      expect(violation).toBeGreaterThan(1e-9);
      expect(violation).toBeLessThan(2 * ε);
      const check = checkDerivatives(nlp, start);
      for (const kind of [check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    });
  }

  it('a ReLU row refuses what complementarity forbids', () => {
    const { nlp, start, problem, y } = formulated(small({ name: 'relu' }, true), { lower: -1 });
    expect(y.elements.map((v) => problem.variables.lower[v.index])).toEqual([0, 0, 0, 0]);
    const wrong = start.slice();
    for (const v of y) wrong[v.index]! += 0.5;
    const rows = new Float64Array(problem.rows.lower.length);
    nlp.constraintValues(wrong, rows);
    const broken = problem.rows.names.filter((_, i) => rows[i]! > problem.rows.upper[i]! + 1e-9);
    expect(broken.length).toBe(4);
    expect(broken.every((name) => name.endsWith('complementary'))).toBe(true);
  });

  it('all other operations: scale, add, multiply, concat, reshape, softmax of rows, several outputs', () => {
    const graph = new Graph();
    const a = graph.input(4);
    const b = graph.input(2, 4);
    const scaled = graph.add(
      { kind: 'scale', scale: tensor([4], graph.random), shift: tensor([4], graph.random) },
      [4],
      a,
    );
    const summed = graph.add({ kind: 'add' }, [4], scaled, a, scaled);
    const product = graph.add({ kind: 'multiply' }, [4], summed, a);
    const square = graph.add({ kind: 'reshape' }, [2, 2], product);
    const column = graph.add({ kind: 'reshape' }, [2, 1], b);
    const joined = graph.add({ kind: 'concat', axis: 1 }, [2, 3], square, column);
    const mapped = graph.affine(joined, 2);
    const soft = graph.add({ kind: 'softmax' }, [2, 2], mapped);
    const flat = graph.add({ kind: 'reshape' }, [4], soft);
    const net = graph.network(6, [flat, b, summed, flat]);
    expect(net.outputSize).toBe(14);
    const { y, start, violation, nlp, problem } = formulated(net);
    expect(violation).toBeLessThan(1e-13);
    const values = forward(net, start);
    expect([...values[joined]!]).toEqual([
      ...values[product]!.slice(0, 2),
      start[4],
      ...values[product]!.slice(2),
      start[5],
    ]);
    const out = y.values(start);
    expect(out[0]! + out[1]!).toBeCloseTo(1, 14);
    expect([...out.slice(4, 6)]).toEqual([start[4], start[5]]);
    expect([...out.slice(10)]).toEqual([...out.slice(0, 4)]);
    // Own rows: scale 4, add 4, multiply 4, affine 4, softmax 4 + 2; copies of b and of the repeated softmax.
    expect(problem.rows.lower.length).toBe(22 + 2 + 4);
    const check = checkDerivatives(nlp, start);
    for (const kind of [check.jacobian, check.hessian])
      expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
  });

  it('has the sizes of the adversarial image', () => {
    const net = classifier(784, 128, 5, 10);
    expect(net.parameters).toBe(167818);
    const m = new Model('mnist');
    const image = Float64Array.from({ length: 784 }, (_, k) => (Math.sin(k) + 1) / 2);
    const x = m.variables('x', 784, { lower: 0, upper: 1, start: image });
    const plus = m.variables('s+', 784, { lower: 0 });
    const minus = m.variables('s-', 784, { lower: 0 });
    m.minimize(sum([...plus, ...minus]));
    for (let k = 0; k < 784; k++)
      m.constrain(linear([1, -1, 1], [x.at(k), plus.at(k), minus.at(k)]), { equals: image[k]! });
    const y = network(net, x, { formulation: 'full', start: 0.5 });
    for (const value of y) m.constrain(value, { lower: 0, upper: 1 });
    m.constrain(y.at(9), { lower: 0.6 });
    const nlp = assemble(m.problem());
    expect(nlp.variables.lower.length).toBe(3653);
    expect(nlp.constraints.lower.length).toBe(2096);
    expect(nlp.jacobian.nonzeros).toBe(171502);
    expect(nlp.hessian.nonzeros).toBe(661);
    expect(y.values(nlp.variables.start)).toEqual(new Float64Array(10).fill(0.5));
  });
});

describe('reduced space', () => {
  it('connects a gray box and starts at NN(x)', () => {
    const net = small({ name: 'tanh' });
    const model = new Model();
    const x = model.variables('x', 3, { start: [0.1, 0.2, 0.3] });
    const y = network(net, x, { formulation: 'reduced', lower: -5, name: 'out' });
    expect(model.grayBoxes).toEqual([net]);
    const problem = model.problem();
    expect(problem.grayBoxes).toEqual([
      { box: 0, inputs: Int32Array.of(0, 1, 2), outputs: Int32Array.of(3, 4), firstRow: 0 },
    ]);
    expect([...y.values(problem.variables.start)]).toEqual([
      ...outputValues(net, forward(net, [0.1, 0.2, 0.3])),
    ]);
    expect([...problem.variables.lower.slice(3)]).toEqual([-5, -5]);
    expect(problem.variables.names.slice(3)).toEqual(['out[0]', 'out[1]']);
  });

  it('refuses kinks by layer and names the alternatives', () => {
    for (const fn of kinked) {
      const x = new Model().variables('x', 3);
      expect(() => network(small(fn), x, { formulation: 'reduced' })).toThrow(
        new RegExp(`layer 'elementwise2'.*${fn.name}.*'auto'.*'full'.*'piecewise'.*tanh`),
      );
    }
  });
});

describe('mistakes', () => {
  it('are refused in one line', () => {
    const net = small({ name: 'tanh' });
    const x = new Model().variables('x', 2);
    expect(() => network(net, x, { formulation: 'full' })).toThrow(/takes 3 inputs, got 2/);
    expect(() => network(net, [], { formulation: 'full' })).toThrow(InputError);
    const three = new Model().variables('x', 3);
    expect(() => network(net, three, { formulation: 'other' as 'full' })).toThrow(
      /use auto, reduced, piecewise, lifted, partial or full/,
    );
    expect(() => network(net, three, { formulation: 'full', relu: { smooth: -1 } })).toThrow(/positive/);
    expect(() => network(net, three, { formulation: 'full', lower: [1] })).toThrow(/1 entries for 2/);
    const jump = small({ name: 'thresholdedRelu', theta: 1 });
    expect(() => network(jump, three, { formulation: 'full' })).toThrow(/jumps/);
  });
});
