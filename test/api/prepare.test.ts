import { describe, expect, it } from 'vitest';
import {
  add,
  InputError,
  loadNetwork,
  Model,
  network,
  openRuntime,
  power,
  prepare,
  solve,
  subtract,
  sumOfSquares,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
/** 3 → tanh(8) → 2. */
const net = graph.network(3, [
  graph.affine(graph.elementwise(graph.affine(graph.input(3), 8), { name: 'tanh' }), 2),
]);

function following() {
  const m = new Model('following');
  const p = m.parameter('p', [2]);
  const cap = m.parameter('cap', 10);
  const x = m.variables('x', 2, { lower: -5, upper: cap });
  const u = m.variable('u', { lower: -1, upper: 1 });
  const y = network(net, [...x, u]);
  m.minimize(add(sumOfSquares(subtract(x, p)), power(u, 2)));
  m.constrain(y.at(0), { lower: -5 });
  return { m, p, cap, x, u, y };
}

describe('a prepared model', () => {
  it('is solved again with other parameters, bounds and starts', async () => {
    const { m, p, cap, x, u } = following();
    await using prepared = await prepare(m);
    const one = await prepared.solve({ parameters: { p: [1, 2] } });
    expect(one.status).toBe('optimal');
    expect([...one.value(x)].map((v) => Math.round(1e5 * v) / 1e5)).toEqual([1, 2]);
    expect([...one.value(p)]).toEqual([1, 2]);
    const two = await prepared.solve({
      parameters: [
        [p, 3],
        [cap, 2.5],
      ],
    });
    expect(two.value(x.at(0))).toBeCloseTo(2.5, 5);
    expect(two.value(cap)).toBe(2.5);
    // What one solve changes does not stay.
    p.set([0, 0]);
    const three = await prepared.solve({ bounds: { x: { lower: [1, -1] } }, start: { x: [3, 3], u: 0.1 } });
    expect([...three.value(x)].map((v) => Math.round(1e4 * v) / 1e4)).toEqual([1, 0]);
    const four = await prepared.solve({ warmStart: { x: three.x, multipliers: three.multipliers } });
    expect([...four.value(x)].map((v) => Math.round(1e4 * v) / 1e4 + 0)).toEqual([0, 0]);
    // The same as from the beginning, to the bit.
    const again = await solve(m);
    expect(again.x).toEqual((await prepared.solve()).x);
    expect(u.name).toBe('u');
  });

  it('answers each solve as it was asked, whatever the one before was told', async () => {
    const model = new Model('turns');
    const p = model.parameter('p', 2);
    const x = model.variables('x', 2, { lower: -1, upper: 5, start: 0 });
    model.minimize(add(power(subtract(x.at(0), p), 4), power(subtract(x.at(1), 1), 2)));
    await using prepared = await prepare(model);
    const solve = async (options: Parameters<typeof prepared.solve>[0] = {}) => {
      const s = await prepared.solve(options);
      return [s.status, s.value(x.at(0)), s.iterations] as const;
    };
    const [, , usual] = await solve();
    expect(await solve()).toEqual(['optimal', expect.closeTo(2, 2), usual]);
    expect(await solve({ max_iter: 2 })).toEqual(['iteration-limit', expect.anything(), 2]);
    expect(await solve({ max_iter: 2 })).toEqual(['iteration-limit', expect.anything(), 2]);
    await expect(prepared.solve({ max_iter: -1 })).rejects.toThrow(/max_iter/);
    expect(await solve()).toEqual(['optimal', expect.closeTo(2, 2), usual]);
    const seen: number[] = [];
    await solve({ onIteration: ({ iteration }) => void seen.push(iteration) });
    expect(seen).toHaveLength(usual + 1);
    expect(await solve({ parameters: { p: 3 } })).toEqual([
      'optimal',
      expect.closeTo(3, 2),
      expect.anything(),
    ]);
    expect(seen).toHaveLength(usual + 1);
    const aborted = await prepared.solve({ signal: AbortSignal.abort() });
    expect(aborted.status).toBe('interrupted');
    expect(await solve()).toEqual(['optimal', expect.closeTo(2, 2), usual]);
  });

  it('solves several at once', async () => {
    const { m, x } = following();
    await using runtime = openRuntime({ threads: 2 });
    const prepared = await prepare(m, { runtime });
    const solutions = await Promise.all([1, 2, 3, 4, 5].map((v) => prepared.solve({ parameters: { p: v } })));
    expect(solutions.map((s) => Math.round(s.value(x.at(1))))).toEqual([1, 2, 3, 4, 5]);
    await prepared.dispose();
  });

  it('ends by its limits and goes on afterwards', async () => {
    const { m, x } = following();
    await using prepared = await prepare(m);
    const rows: number[] = [];
    const stopped = await prepared.solve({
      parameters: { p: 1 },
      onIteration: ({ iteration }) => {
        rows.push(iteration);
        return iteration < 2;
      },
    });
    expect(['interrupted', 'optimal']).toContain(stopped.status);
    expect(rows[0]).toBe(0);
    const late = await prepared.solve({ parameters: { p: 1 }, max_wall_time: 1e-9 });
    expect(late.status).toBe('time-limit');
    const aborted = await prepared.solve({ parameters: { p: 1 }, signal: AbortSignal.abort() });
    expect(aborted.status).toBe('interrupted');
    const good = await prepared.solve({ parameters: { p: 1 } });
    expect(good.value(x.at(0))).toBeCloseTo(1, 5);
    await expect(
      prepared.solve({
        parameters: { p: 1 },
        onIteration: () => {
          throw new Error('mine');
        },
      }),
    ).rejects.toThrow('mine');
    expect((await prepared.solve({ parameters: { p: 1 } })).status).toBe('optimal');
  });

  it('refuses what cannot be meant, in one line', async () => {
    const { m, p, x } = following();
    const prepared = await prepare(m);
    const refused: [Parameters<typeof prepared.solve>[0], RegExp][] = [
      [{}, /parameter 'p\[0\]' and 1 more have no value/],
      [{ parameters: { p: [1] } }, /parameter 'p' has 1 entries for 2/],
      [{ parameters: { P: 1 } }, /no parameter 'P' in model 'following'; there is 'p'/],
      [{ parameters: { x: 1 } }, /no parameter 'x'/],
      [{ parameters: { p: Number.NaN } }, /NaN is not a number/],
      [{ parameters: { p: '1' as never } }, /neither a number nor a list/],
      [{ parameters: 3 as never }, /by name, as in/],
      [
        { parameters: { p: 1 }, bounds: { x: { lower: 3, upper: 2 } } },
        /lower bound 3 is above its upper bound 2/,
      ],
      [{ parameters: { p: 1 }, start: { x: [1, 2, 3] } }, /'x': start has 3 entries/],
      [{ parameters: { p: 1 }, start: new Float64Array(3) }, /start has 3 numbers, expected/],
      [
        { parameters: { p: 1 }, start: { x: [1, Number.POSITIVE_INFINITY] } },
        /the start of 'x\[1\]' is Infinity/,
      ],
      [{ parameters: [[null as never, 1]] }, /null is neither a variable nor a parameter/],
      [{ parameters: { p: 1 }, bounds: { x: 3 as never } }, /'x': its bounds: the options are 3/],
      [{ parameters: [[new Model('o').parameter('o', 1), 1]] }, /'o' is not of model 'following'/],
      [{ parameters: { p: 1 }, tol: -1 }, /tol/],
      [{ parameters: { p: 1 }, engine: 'reference' } as never, /engine: is settled when a model is prepared/],
    ];
    for (const [changes, message] of refused) {
      const error = await prepared.solve(changes).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
    }
    expect((await prepared.solve({ parameters: { p: 1 } })).value(x.at(0))).toBeCloseTo(1, 5);
    m.variable('late');
    await expect(prepared.solve({ parameters: { p: 1 } })).rejects.toThrow(
      /other variables, rows or another objective since/,
    );
    await prepared.dispose();
    const again = await prepare(m);
    m.minimize(power(x.at(0), 2));
    await expect(again.solve({ parameters: { p: 1 } })).rejects.toThrow(/another objective since/);
    await again.dispose();
    await expect(prepared.solve()).rejects.toThrow(/was disposed of: prepare it again/);
    expect(p.name).toBe('p');
  });

  it('keeps its networks at oracle hosts', async () => {
    const m = new Model();
    const own = await loadNetwork('models/mnist-tanh-128');
    const x = m.variables('x', own.inputSize, { lower: 0, upper: 1, start: 0.5 });
    const t = m.parameter('t', own.inputSize);
    network(own, x);
    m.minimize(sumOfSquares(subtract(x, 0.3)));
    await using prepared = await prepare(m, { engine: 'onnx' });
    const first = await prepared.solve({ parameters: { t: 1 } });
    const second = await prepared.solve({ parameters: { t: 1 } });
    expect(second.oracles).toEqual([{ ...first.oracles[0]!, seconds: second.oracles[0]!.seconds }]);
    expect(second.x).toEqual(first.x);
    expect(t.name).toBe('t');
  });
});
