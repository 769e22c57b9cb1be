import { describe, expect, it } from 'vitest';
import {
  InputError,
  Model,
  network,
  power,
  prepare,
  removeNetwork,
  solveHere,
  subtract,
  sum,
  sumOfSquares,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
const first = graph.network(2, [
  graph.affine(graph.elementwise(graph.affine(graph.input(2), 5), { name: 'tanh' }), 1),
]);
const second = graph.network(2, [
  graph.affine(graph.elementwise(graph.affine(graph.input(2), 4), { name: 'tanh' }), 1),
]);

describe('removing a network', () => {
  it.each(['reduced', 'full'] as const)('leaves what there was before: %s', async (formulation) => {
    const build = (twice: boolean) => {
      const m = new Model();
      const x = m.variables('x', 2, { lower: -1, upper: 1, start: 0.2 });
      if (twice) {
        const gone = network(first, [x, [x.at(1), 0.5]], {
          formulation,
        });
        m.constrain(gone.at(0, 0), { lower: 5, upper: 6, name: 'kept' });
        removeNetwork(gone);
        expect(() => removeNetwork(gone)).toThrow(/was removed before/);
      }
      const y = network(second, x, { formulation });
      m.minimize(subtract(sumOfSquares(x), sum(y)));
      return { m, x, y };
    };
    const [plain, removed] = [build(false), build(true)];
    const [a, b] = [await solveHere(plain.m), await solveHere(removed.m)];
    expect(b.status, b.message).toBe('optimal');
    expect(b.objective).toBeCloseTo(a.objective, 7);
    expect(b.networkErrors.length).toBe(1);
    expect(removed.m.grayBoxes.length).toBe(plain.m.grayBoxes.length);
    expect(b.networkOf(removed.y).network).toBe(second.name);
  });

  it('is seen by what was prepared before', async () => {
    const m = new Model();
    const x = m.variables('x', 2, { lower: -1, upper: 1 });
    const y = network(first, x);
    m.minimize(sum([...x].map((v) => power(v, 2))));
    await using prepared = await prepare(m);
    removeNetwork(y);
    await expect(prepared.solve()).rejects.toThrow(/prepare it again/);
    expect(m.grayBoxes.length).toBe(0);
    expect((await solveHere(m)).status).toBe('optimal');
    expect(() => removeNetwork(x)).toThrow(InputError);
    expect(() => removeNetwork(3 as never)).toThrow(/is not what network/);
  });
});
