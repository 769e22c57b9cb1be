import { describe, expect, it } from 'vitest';
import { forward, outputValues } from '../../src/formulate/forward.js';
import { network } from '../../src/formulate/network.js';
import { partsOf } from '../../src/formulate/partial.js';
import { liftedNode } from '../../src/formulate/prefix.js';
import { Model } from '../../src/model/index.js';
import type { Network } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import { classifier, Graph } from './networks.js';

const evaluate = (net: Network, x: ArrayLike<number>): number[] =>
  Array.from(outputValues(net, forward(net, Array.from(x))));

describe('lifted space', () => {
  it('splits a network behind the narrowest point of its affine beginning', () => {
    const graph = new Graph();
    const narrow = graph.affine(graph.affine(graph.input(9), 6), 4);
    const wide = graph.affine(narrow, 8);
    const net = graph.network(9, [graph.affine(graph.elementwise(wide, { name: 'tanh' }), 3)]);
    const [prefix, tail] = partsOf(net, [liftedNode(net)!]).map((part) => part.net) as [Network, Network];
    expect([prefix.inputSize, prefix.outputSize, tail.inputSize, tail.outputSize]).toEqual([9, 4, 4, 3]);
    const x = Array.from({ length: 9 }, (_, i) => Math.cos(3 * i));
    const through = evaluate(tail, evaluate(prefix, x));
    evaluate(net, x).forEach((value, i) => {
      expect(Math.abs(value - through[i]!)).toBeLessThan(tolerances.f64);
    });
  });

  it('adds k variables and k linear rows, and a gray box of k inputs', () => {
    const model = new Model('test');
    const x = model.variables('x', 20, { start: 0.3 });
    const y = network(classifier(20, 6, 2, 4), x, { formulation: 'lifted' });
    const problem = model.problem();
    expect(y.size).toBe(4);
    expect(problem.variables.lower.length).toBe(20 + 6 + 4);
    expect(problem.rows.lower.length).toBe(6 + 4);
    expect(problem.groups).toHaveLength(0);
    expect(problem.linear.value.length).toBe(6 * (20 + 1));
    const [use] = problem.grayBoxes;
    expect(use!.inputs.length).toBe(6);
    expect(Array.from(use!.outputs)).toEqual(y.elements.map((v) => v.index));
  });

  it.each([
    [
      'begins with an activation',
      (graph: Graph) => graph.affine(graph.elementwise(graph.input(5), { name: 'tanh' }), 2),
    ],
    [
      'widens at once',
      (graph: Graph) => graph.affine(graph.elementwise(graph.affine(graph.input(5), 7), { name: 'tanh' }), 2),
    ],
    ['is affine as a whole', (graph: Graph) => graph.affine(graph.input(5), 2)],
  ])('refuses a network that %s', (_, build) => {
    const graph = new Graph();
    const net = graph.network(5, [build(graph)]);
    const x = new Model('test').variables('x', 5);
    expect(() => network(net, x, { formulation: 'lifted' })).toThrow(/nothing to lift/);
  });
});
