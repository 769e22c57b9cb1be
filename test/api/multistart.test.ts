import { describe, expect, it } from 'vitest';
import { generator } from '../../api/generator.js';
import {
  add,
  cos,
  InputError,
  Model,
  multiply,
  multistart,
  network,
  openRuntime,
  power,
  prepare,
  subtract,
  sum,
  sumOfSquares,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

/** `Σ (xᵢ² − cos 3xᵢ)`: a wave in a bowl, with minima near 0 and ±1.9. */
function waves(sense: 'minimize' | 'maximize') {
  const m = new Model('waves');
  const x = m.variables('x', 2, { lower: -3, upper: 3, start: 1.8 });
  const bowl = sum(x.map((v) => subtract(multiply(0.1, power(v, 2)), cos(multiply(3, v)))));
  if (sense === 'minimize') m.minimize(bowl);
  else m.maximize(multiply(-1, bowl));
  return { m, x };
}

describe('several starts', () => {
  it.each(['minimize', 'maximize'] as const)('find distinct optima, the best first: %s', async (sense) => {
    const { m, x } = waves(sense);
    const { best, optima, attempts } = await multistart(m, { starts: 24, seed: 2 });
    expect(attempts.length).toBe(24);
    const sign = sense === 'minimize' ? 1 : -1;
    expect(best.objective).toBeCloseTo(-2 * sign, 6);
    for (const v of best.value(x)) expect(v).toBeCloseTo(0, 5);
    const values = optima.map(({ solution }) => sign * solution.objective);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(optima.length).toBeGreaterThan(3);
    expect(optima.length).toBeLessThanOrEqual(9);
    // Every start is told once, by its place; the first is the model's own.
    expect(optima.flatMap(({ starts }) => starts).sort((a, b) => a - b)).toEqual(attempts.map((_, k) => k));
    const own = optima.find(({ starts }) => starts[0] === 0)!.solution;
    for (const v of own.value(x)) expect(v).toBeCloseTo(2.05, 1);
    const again = await multistart(m, { starts: 24, seed: 2 });
    expect(again.attempts.map((s) => s.objective)).toEqual(attempts.map((s) => s.objective));
    const other = await multistart(m, { starts: 8, seed: 3 });
    const objectives = (list: typeof attempts): number[] => list.map(({ objective }) => objective);
    expect(objectives(other.attempts)).not.toEqual(objectives(attempts.slice(0, 8)));
  });

  it('may be given, and begin networks at their values', async () => {
    const graph = new Graph();
    const net = graph.network(2, [
      graph.affine(graph.elementwise(graph.affine(graph.input(2), 6), { name: 'tanh' }), 1),
    ]);
    const m = new Model('net');
    const x = m.variables('x', 2, { lower: -2, upper: 2 });
    const y = network(net, x);
    const free = m.variable('free', { start: 5 });
    m.minimize(add(y.at(0), multiply(0.01, sumOfSquares(x)), power(free, 2)));
    const { best, attempts } = await multistart(m, { starts: [{ x: [1, 1] }, new Float64Array(4)] });
    expect(attempts.length).toBe(2);
    const drawn = await multistart(m, { starts: 6, spread: 0.1 });
    expect(drawn.best.objective).toBeLessThan(best.objective + 1e-6);
    expect(drawn.best.networkError).toBeLessThan(1e-6);
  });

  it('tell what became of them where there is no solution', async () => {
    const m = new Model('none');
    const x = m.variable('x', { lower: -1, upper: 1 });
    m.minimize(x);
    m.constrain(power(x, 2), { lower: 4 });
    const { best, optima, attempts } = await multistart(m, { starts: 3 });
    expect(optima).toEqual([]);
    expect(attempts.map(({ status }) => status)).toEqual(Array(3).fill('infeasible'));
    expect(best.errors.primal).toBe(Math.min(...attempts.map(({ errors }) => errors.primal)));
    const late = await multistart(m, { starts: 2, max_wall_time: 1e-9 }).catch((e: Error) => e.message);
    expect(late instanceof Object ? late.attempts[0]!.status : late).toMatch(/time/);
  });

  it('share one preparation', { retry: 3 }, async () => {
    const { m } = waves('minimize');
    await using runtime = openRuntime({ threads: 1 });
    await (await prepare(m, { runtime })).dispose();
    const timed = async (starts: number): Promise<number> => {
      const from = performance.now();
      await multistart(m, { starts, runtime });
      return performance.now() - from;
    };
    const one = await timed(1);
    expect(await timed(12)).toBeLessThan(4 * one);
  });

  it('refuse what cannot be meant', async () => {
    const { m } = waves('minimize');
    const refused: [object, RegExp][] = [
      [{ starts: 0 }, /the number of starts is 0, not a whole number ≥ 1/],
      [{ starts: [] }, /the list of starts is empty/],
      [{ starts: [{ z: 1 }] }, /no variable 'z'/],
      [{ seed: 0.5 }, /seed is 0.5/],
      [{ spread: -1 }, /spread must be > 0/],
      [{ warmStart: {} }, /warmStart means nothing with several starts/],
      [{ tolerance: 'x' }, /tolerance/],
    ];
    for (const [options, message] of refused) {
      const error = await multistart(m, options).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
    }
  });

  it('are drawn evenly', () => {
    const random = generator(7);
    const bins = new Array<number>(10).fill(0);
    for (let k = 0; k < 10_000; k++) bins[Math.floor(10 * random())]!++;
    for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
