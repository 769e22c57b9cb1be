import { describe, expect, it } from 'vitest';
import { isSolved, Model, network, power, type Solution, solveHere, subtract, sum } from '../../index.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import type { NetworkOptions } from '../../src/formulate/index.js';
import { exposedNodes, partsOf } from '../../src/formulate/partial.js';
import type { Network } from '../../src/network/graph.js';
import { Graph } from './networks.js';

/** `5 → 4 → tanh → 4 → tanh → 2` with a skip from the inputs, layers a, b, c, d, e. */
function made(): Network {
  const graph = new Graph();
  const x = graph.input(5);
  const a = graph.affine(x, 4);
  const b = graph.elementwise(a, { name: 'tanh' });
  const c = graph.affine(b, 4);
  const skip = graph.add({ kind: 'add' }, [4], c, graph.affine(x, 4));
  const d = graph.elementwise(skip, { name: 'sigmoid' });
  const net = graph.network(5, [graph.affine(d, 2)]);
  const names = new Map([
    [a, 'a'],
    [b, 'b'],
    [c, 'c'],
    [d, 'd'],
  ]);
  return { ...net, nodes: net.nodes.map((node, k) => ({ ...node, layer: names.get(k) ?? node.layer })) };
}

async function solved(net: Network, options: NetworkOptions): Promise<{ solution: Solution; model: Model }> {
  const model = new Model('partial');
  const x = model.variables('x', 5, { lower: -2, upper: 2, start: 0.1 });
  const y = network(net, x, options);
  model.constrain(y.at(0), { lower: 0.2 });
  model.minimize(sum([...x].map((v, k) => power(subtract(v, k % 2), 2))));
  return { solution: await solveHere(model), model };
}

describe('partial space', () => {
  it('takes a network apart, also where inputs come in again', () => {
    const net = made();
    const x = [0.3, -0.2, 0.7, 1, -1];
    const values = forward(net, x);
    for (const layers of [['a'], ['c'], ['b', 'c'], ['a', 'd'], ['a', 'b', 'c', 'd']]) {
      const parts = partsOf(net, exposedNodes(net, layers));
      expect(parts).toHaveLength(layers.length + 1);
      for (const { net: part, inputs, nodes, exposes } of parts) {
        const own = [...inputs.map((k) => x[k]!), ...nodes.flatMap((k) => [...values[k]!])];
        const wanted = exposes === undefined ? outputValues(net, values) : values[exposes]!;
        expect([...outputValues(part, forward(part, own))]).toEqual([...wanted]);
      }
    }
  });

  it('has the optimum of the other formulations', async () => {
    const net = made();
    const { solution: reduced } = await solved(net, { formulation: 'reduced' });
    expect(isSolved(reduced.status)).toBe(true);
    for (const layers of [['a'], ['b'], ['c', 'd'], ['a', 'b', 'c', 'd']]) {
      const { solution, model } = await solved(net, { formulation: 'partial', layers });
      expect(isSolved(solution.status), solution.message).toBe(true);
      expect(solution.objective).toBeCloseTo(reduced.objective, 6);
      expect(solution.networkError).toBeLessThan(1e-7);
      expect(model.grayBoxes.length).toBeLessThanOrEqual(layers.length + 1);
    }
    const { solution: full } = await solved(net, { formulation: 'full' });
    expect(full.objective).toBeCloseTo(reduced.objective, 6);
  });

  it('states affine maps between exposed layers as rows', () => {
    const net = made();
    const model = new Model();
    const x = model.variables('x', 5);
    network(net, x, { formulation: 'partial', layers: ['a', 'd'] });
    const problem = model.problem();
    // a: 4 rows; d: a gray box of 5 + 4; y: 2 rows of 4.
    expect(problem.grayBoxes).toHaveLength(1);
    expect(problem.grayBoxes[0]!.inputs.length).toBe(9);
    expect(problem.variables.lower.length).toBe(5 + 4 + 4 + 2);
    expect(problem.linear.value.length).toBe(4 * 6 + 2 * 5);
  });

  it('refuses layers that are none, in one line', () => {
    const x = new Model().variables('x', 5);
    const refused = (options: unknown) => () => network(made(), x, options as NetworkOptions);
    expect(refused({ formulation: 'partial' })).toThrow(/needs layers, the names of those to expose/);
    expect(refused({ formulation: 'partial', layers: ['z'] })).toThrow(
      /no layer 'z' to expose; known are a, b/,
    );
    expect(refused({ formulation: 'partial', layers: ['affine7'] })).toThrow(/is an output/);
    expect(refused({ formulation: 'full', layers: ['a'] })).toThrow(/layers means nothing in full space/);
  });
});
