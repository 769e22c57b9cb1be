import { describe, expect, it } from 'vitest';
import {
  isSolved,
  Model,
  type NetworkOptions,
  network,
  power,
  solveHere,
  subtract,
  sum,
} from '../../index.js';
import type { Elementwise, Network } from '../../src/network/graph.js';
import { Graph, generator } from './networks.js';

/** `3 → 8 → φ → 6 → φ → 2`, or with maxima of pairs first. */
function made(fn: Elementwise | 'maximum'): Network {
  const graph = new Graph(generator(3));
  const wide = graph.affine(graph.input(3), 8);
  const hidden =
    fn === 'maximum'
      ? graph.add(
          { kind: 'reshape' },
          [4],
          graph.add({ kind: 'maximum' }, [4, 1], graph.add({ kind: 'reshape' }, [4, 2], wide)),
        )
      : graph.elementwise(wide, fn);
  const next = graph.elementwise(graph.affine(hidden, 6), fn === 'maximum' ? { name: 'relu' } : fn);
  return graph.network(3, [graph.affine(next, 2)]);
}

async function solved(net: Network, half: number, options: NetworkOptions) {
  const model = new Model('tighten');
  const x = model.variables('x', 3, { lower: 0.3 - half, upper: 0.3 + half, start: 0.3 });
  const y = network(net, x, { formulation: 'full', ...options });
  model.minimize(sum([...y].map((v) => power(subtract(v, 1), 2))));
  return { rows: model.rowCount, solution: await solveHere(model) };
}

describe('bounds that tighten the full space', () => {
  const functions = [
    { name: 'relu' },
    { name: 'leakyRelu', alpha: 0.2 },
    { name: 'relu6' },
    { name: 'abs' },
    { name: 'tanh' },
    'maximum',
  ] as const;
  it.each(functions)('%j: fewer rows, the same optimum', async (fn) => {
    const net = made(fn);
    for (const relu of ['continuation', { smooth: 1e-5 }] as const) {
      const plain = await solved(net, 0.05, { relu });
      const tight = await solved(net, 0.05, { relu, tighten: true });
      expect(isSolved(plain.solution.status) && isSolved(tight.solution.status)).toBe(true);
      expect(tight.solution.objective).toBeCloseTo(plain.solution.objective, 4);
      expect(tight.solution.networkError).toBeLessThan(1e-4);
      const bends = fn === 'maximum' || fn.name !== 'tanh';
      if (bends && relu === 'continuation') expect(tight.rows).toBeLessThan(plain.rows);
      else expect(tight.rows).toBeLessThanOrEqual(plain.rows);
    }
  });

  it('wants finite bounds, and full space', () => {
    const x = new Model().variables('x', 3, { lower: 0 });
    const net = made({ name: 'relu' });
    expect(() => network(net, x, { formulation: 'full', tighten: true })).toThrow(
      /'x\[0\]' has the upper bound Infinity/,
    );
    expect(() => network(net, x, { formulation: 'reduced', tighten: true })).toThrow(
      /tighten means nothing in reduced/,
    );
  });
});
