import { describe, expect, it } from 'vitest';
import { network } from '../../src/formulate/index.js';
import { add, Model, power } from '../../src/model/index.js';
import type { Network } from '../../src/network/graph.js';
import { assemble } from '../../src/nlp/assemble.js';
import { Graph } from './networks.js';

/** 3 → 8 → 5 → 2, tanh. */
function net(): Network {
  const graph = new Graph();
  let at = graph.input(3);
  for (const width of [8, 5]) at = graph.elementwise(graph.affine(at, width), { name: 'tanh' });
  at = graph.affine(at, 2);
  return graph.network(3, [at]);
}

describe('networks in full space', () => {
  it('are blocks of their own, inputs and outputs outside', () => {
    const m = new Model();
    const x = m.variables('x', 3, { start: 0.2 });
    const first = network(net(), x, { formulation: 'full', name: 'first' });
    const second = network(net(), [first.at(0), first.at(1), x.at(2)], {
      formulation: 'full',
      name: 'second',
    });
    m.minimize(add(power(second.at(0), 2), power(second.at(1), 2)));
    const { partition, variables } = assemble(m.problem());
    const counts = new Map<number, number>();
    for (const block of partition!) counts.set(block, (counts.get(block) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ '-1': 3 + 2 + 2, '0': 2 * (8 + 5), '1': 2 * (8 + 5) });
    partition!.forEach((block, j) => {
      const name = variables.names![j]!;
      if (block >= 0) expect(name).toMatch(block === 0 ? /^first\// : /^second\//);
    });
  });
});
