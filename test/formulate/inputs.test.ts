import { describe, expect, it } from 'vitest';
import {
  add,
  argmaxAtLeast,
  evaluate,
  exp,
  expr,
  InputError,
  Model,
  multiply,
  type Network,
  network,
  power,
  solveHere,
  subtract,
  sumOfSquares,
} from '../../index.js';
import { withInputs, withOutputs } from '../../src/network/compose.js';
import { Graph, generator } from './networks.js';

const graph = new Graph();
const x0 = graph.input(4);
/** 4 → tanh(5) → 3. */
const net = graph.network(4, [graph.affine(graph.elementwise(graph.affine(x0, 5), { name: 'tanh' }), 3)]);
const other = new Graph(generator(7));
/** Inputs that a function reads, and two of them. */
const direct: Network = other.network(4, [
  other.affine(other.elementwise(other.input(2), { name: 'tanh' }), 2),
  other.elementwise(other.affine(other.input(2, 2), 2), { name: 'sigmoid' }),
]);
const classifier = new Graph(generator(3));
const softmaxed = classifier.network(4, [
  classifier.add({ kind: 'softmax' }, [3], classifier.affine(classifier.input(4), 3)),
]);

/** Entry by entry. */
function expectNear(found: Iterable<number>, wanted: ArrayLike<number>, digits: number): void {
  const values = [...found];
  expect(values.length).toBe(wanted.length);
  for (const [k, value] of values.entries()) expect(value).toBeCloseTo(wanted[k]!, digits);
}

describe('a network as a function of fewer numbers', () => {
  it.each([
    ['read by an affine layer', net],
    ['read by others', direct],
  ])('%s', (_, own) => {
    const map = {
      size: 2,
      source: Int32Array.of(1, -1, 0, 1),
      scale: Float64Array.of(2, 0, -1, 0.5),
      shift: Float64Array.of(0.1, 0.7, 0, -0.3),
    };
    const small = withInputs(own, map);
    expect([small.inputSize, small.outputSize, small.parameters]).toEqual([
      2,
      own.outputSize,
      own.parameters,
    ]);
    const u = [0.3, -0.8];
    const whole = [2 * u[1]! + 0.1, 0.7, -u[0]!, 0.5 * u[1]! - 0.3];
    expectNear(evaluate(small, u), evaluate(own, whole), 14);
  });

  it('with its outputs scaled', () => {
    for (const own of [net, direct]) {
      const m = own.outputSize;
      const [scale, shift] = [new Float64Array(m).map((_, k) => k + 1), new Float64Array(m).fill(0.5)];
      const y = evaluate(own, [0.1, 0.2, 0.3, 0.4]);
      const z = evaluate(withOutputs(own, scale, shift), [0.1, 0.2, 0.3, 0.4]);
      const wanted = y.map((value, k) => (k + 1) * value + 0.5);
      expectNear(z, wanted, 14);
    }
  });
});

describe('inputs of a network', () => {
  it.each([
    'reduced',
    'full',
  ] as const)('may be numbers, parameters and formulas: %s', async (formulation) => {
    const m = new Model();
    const [a, b] = [m.variable('a', { start: 0.2 }), m.variable('b', { start: -0.1 })];
    const p = m.parameter('p', 0.4);
    const y = network(net, [multiply(10, a), p, 0.3, add(a, multiply(b, b))], { formulation });
    // Reached at a = 0.2, b = 0 at the latest.
    m.constrain(y.at(0), { lower: evaluate(net, [2, 0.4, 0.3, 0.2])[0]! });
    m.minimize(add(power(subtract(a, 0.01), 2), power(b, 2)));
    const s = await solveHere(m);
    expect(s.status).toBe('optimal');
    const [av, bv] = [s.value(a), s.value(b)];
    const expected = evaluate(net, [10 * av, 0.4, 0.3, av + bv * bv]);
    expectNear(s.value(y), expected, 6);
    expect(s.networkError).toBeLessThan(1e-7);
    expect(s.network!.parameters).toBe(net.parameters);
    p.set(0.35);
    const again = await solveHere(m);
    const moved = evaluate(net, [10 * again.value(a), 0.35, 0.3, again.value(a) + again.value(b) ** 2]);
    expect(again.value(y.at(0))).toBeCloseTo(moved[0]!, 6);
  });

  it('that are numbers cost no column', () => {
    const m = new Model();
    const a = m.variables('a', 2);
    const y = network(net, [a.at(0), 1, multiply(3, a.at(1)), a.at(0)]);
    expect(m.variableCount).toBe(2 + 3);
    expect([...m.problem().grayBoxes[0]!.inputs]).toEqual([0, 1]);
    expect(y.shape).toEqual([3]);
  });

  it('of several points are uses of one box', async () => {
    const m = new Model();
    const x = m.variables('x', [3, 4], { lower: -1, upper: 1, start: 0.1 });
    const y = network(net, x);
    expect(y.shape).toEqual([3, 3]);
    expect(m.grayBoxes.length).toBe(1);
    m.constrain(y.column(0), { lower: 0.1 });
    m.minimize(sumOfSquares(x));
    const s = await solveHere(m);
    const rows = evaluate(net, s.value(x).toArray());
    for (const [i, row] of rows.entries()) expectNear(s.value(y.row(i)), row, 6);
    // Several constants in the same places are one box, too.
    const n = new Model();
    const z = n.variables('z', 5);
    for (const v of z) network(net, [v, 1, 2, 3]);
    expect(n.grayBoxes.length).toBe(1);
    expect(n.variableCount).toBe(5 + 15);
  });

  it('and outputs in the units of the data', async () => {
    const mean = [10, 20, 30, 40];
    const scaling = { inputs: { mean, std: 2 }, outputs: { min: [0, 0, -1], max: [10, 5, 1] } };
    const point = [11, 19, 33, 41];
    const plain = evaluate(
      net,
      point.map((v, k) => (v - mean[k]!) / 2),
    );
    const expected = [10 * plain[0]!, 5 * plain[1]!, -1 + 2 * plain[2]!];
    expectNear(evaluate(net, point, { scaling }), expected, 12);
    const m = new Model();
    const x = m.variables('x', 4, { start: point });
    const y = network(net, x, { scaling });
    const again = network(net, x, { scaling });
    expect([y.name, again.name, m.grayBoxes.length]).toEqual(['y', 'y#2', 1]);
    m.minimize(sumOfSquares(subtract(x, point)));
    const s = await solveHere(m);
    expectNear(s.value(y), expected, 5);
  });

  it('before the softmax, with a margin between classes', async () => {
    const m = new Model();
    const x = m.variables('x', 4);
    const z = network(softmaxed, x, { logits: true });
    m.subjectTo(argmaxAtLeast(z, 1, 0.5));
    m.minimize(sumOfSquares(x));
    const s = await solveHere(m);
    const logits = evaluate(softmaxed, [...s.value(x)], { logits: true });
    expect(logits[1]! - Math.max(logits[0]!, logits[2]!)).toBeCloseTo(0.5, 5);
    const p = evaluate(softmaxed, [...s.value(x)]);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(p[1]).toBe(Math.max(...p));
  });

  it('are refused in one line where they do not fit', () => {
    const m = new Model();
    const x = m.variables('x', 4);
    const w = new Model().variable('w');
    const q = m.variables('q', [2, 3]);
    const refused: [() => unknown, RegExp][] = [
      [() => network(net, [x.at(0)]), /takes 4 inputs, got 1 variables/],
      [() => network(net, q), /takes 4 inputs, got shape \[2, 3\]/],
      [() => network(net, [1, 2, 3, 4]), /x must be variables of a model.*evaluate\(net, x\)/],
      [() => network(net, [x.at(0), w, 1, 2]), /'x\[0\]' and 'w'/],
      [() => network(net, [x.at(0), Number.NaN, 1, 2]), /NaN/],
      [() => network(net, x, { logits: true }), /does not end with a softmax/],
      [() => network(net, x, { scaling: { inputs: { mean: 0, std: 0 } } }), /std must be above 0/],
      [() => network(net, x, { scaling: { inputs: { mean: [1], std: 1 } } }), /list of 4 numbers/],
      [() => network(net, x, { scaling: { outputs: { min: 1, max: 1 } } }), /max must be above min/],
      // @ts-expect-error an unknown formulation
      [() => network(net, x, { formulation: 'reducd' }), /unknown formulation 'reducd'/],
      // @ts-expect-error an unknown option
      [() => network(net, x, { formulaton: 'full' }), /unknown option 'formulaton'/],
      [() => evaluate(net, [1, 2]), /takes 4 inputs, got 2/],
      [() => evaluate(net, [1, 2, 3, '4' as never]), /input 3 is '4', not a number/],
      [() => argmaxAtLeast(x, 9), /no class 9 among 4/],
      [() => network(net, [expr`${x.at(0)} <= 1`, 1, 2, 3]), /the relation/],
      [() => network(net, [exp(x.at(0)), 1, 2], {}), /takes 4 inputs, got 3/],
    ];
    for (const [make, message] of refused) {
      expect(make).toThrow(InputError);
      expect(make).toThrow(message);
    }
  });
});
