import { describe, expect, it } from 'vitest';
import {
  isSolved,
  Model,
  multistart,
  type NetworkOptions,
  network,
  power,
  prepare,
  solve,
  solveHere,
  subtract,
  sum,
} from '../../index.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import type { Network } from '../../src/network/graph.js';
import { Graph, generator } from '../formulate/networks.js';

/** `2 → 8 → relu → 6 → relu → 1`. */
function hinged(seed: number): Network {
  const graph = new Graph(generator(seed));
  const hidden = graph.elementwise(graph.affine(graph.input(2), 8), { name: 'relu' });
  const next = graph.elementwise(graph.affine(hidden, 6), { name: 'relu' });
  return graph.network(2, [graph.affine(next, 1)]);
}
const net = hinged(2);
const NN = (x: readonly number[]): number => outputValues(net, forward(net, x))[0]!;

it('kinks of a network that cannot reach what a row asks for end as infeasible', async () => {
  const model = new Model('beyond');
  const x = model.variables('x', 2, { lower: -3, upper: 3, start: 0.1 });
  const most = Math.max(...[-3, 3].flatMap((a) => [-3, 3].map((b) => NN([a, b]))));
  model.constrain(network(net, x).at(0), { lower: 3 * Math.abs(most) + 10 });
  model.minimize(sum([...x].map((v) => power(v, 2))));
  const { status, iterations } = await solveHere(model);
  expect(status).toBe('infeasible');
  expect(iterations).toBeLessThan(1000);
});

/** The point nearest to a target whose output reaches 30 % of its range over the box. */
function nearest(options: NetworkOptions = {}) {
  const model = new Model('nearest');
  const target = model.parameter('target', [2], [1, -1]);
  const x = model.variables('x', 2, { lower: -3, upper: 3, start: 0.1 });
  const y = network(net, x, options);
  const corners = [-3, 3].flatMap((a) => [-3, 3].map((b) => NN([a, b])));
  model.constrain(y.at(0), { lower: 0.7 * NN([0.1, 0.1]) + 0.3 * Math.max(...corners) });
  model.minimize(sum([...x].map((v, k) => power(subtract(v, target.at(k)), 2))));
  return { model, x, y, target };
}
const full = { formulation: 'full', relu: 'continuation' } as const;

describe.each([
  ['reduced space', {}],
  ['full space', full],
] as const)('kinks that several solves settle, in %s', (_, options) => {
  it('are settled by a prepared model as by solve, again and again', async () => {
    const { model, target } = nearest(options);
    const lines: string[] = [];
    await using prepared = await prepare(model, { log: (line) => lines.push(line) });
    for (const goal of [
      [1, -1],
      [-2, 0.5],
      [1, -1],
    ]) {
      const solution = await prepared.solve({ parameters: { target: goal } });
      target.set(goal);
      const { objective, networkError } = await solve(model);
      expect(isSolved(solution.status), solution.message).toBe(true);
      expect(solution.networkError).toBeLessThanOrEqual(1e-7);
      expect(Math.abs(solution.objective - objective)).toBeLessThan(1e-6 * Math.max(1, objective));
      expect(networkError).toBeLessThanOrEqual(1e-7);
    }
    expect(lines.filter((line) => /kinks held on their pieces/.test(line))).toHaveLength(3);
    await expect(prepared.sensitivity(target)).rejects.toThrow(/network with kinks that several solves/);
    await expect(prepared.solve({ sensitivity: target })).rejects.toThrow(/network with kinks/);
  });

  it('are settled from every start of several', async () => {
    const { model } = nearest(options);
    const { attempts } = await multistart(model, { starts: 3, seed: 2 });
    for (const { status, networkError, message } of attempts) {
      expect(isSolved(status), message).toBe(true);
      expect(networkError).toBeLessThanOrEqual(1e-7);
    }
  });

  it('take no more iterations together than max_iter, and say so', async () => {
    const whole = await solveHere(nearest(options).model);
    expect(isSolved(whole.status)).toBe(true);
    for (const max_iter of [1, 3, Math.floor(whole.iterations / 2), whole.iterations - 1]) {
      const rows: number[] = [];
      const cut = await solveHere(nearest(options).model, {
        max_iter,
        onIteration: ({ iteration }) => void rows.push(iteration),
      });
      expect(cut.status, `${max_iter}`).toBe('iteration-limit');
      expect(cut.message).toMatch(new RegExp(`^stopped after ${max_iter} iterations \\(max_iter\\)`));
      expect(cut.iterations).toBe(max_iter);
      expect(Math.max(...rows)).toBeLessThanOrEqual(max_iter);
      expect(cut.x).toHaveLength(whole.x.length);
      expect(cut.multipliers.constraints).toHaveLength(whole.multipliers.constraints.length);
    }
    const enough = await solveHere(nearest(options).model, { max_iter: whole.iterations });
    expect(isSolved(enough.status), enough.message).toBe(true);
    const none = await solveHere(nearest(options).model, { max_iter: 0 });
    expect([none.status, none.iterations]).toEqual(['iteration-limit', 0]);
  });

  it('end by a stop between two of them, with the point held', async () => {
    const { model } = nearest(options);
    await using prepared = await prepare(model);
    const whole = await solve(model);
    for (const run of [solve.bind(null, model), prepared.solve.bind(prepared)]) {
      for (const last of [2, whole.iterations - 2]) {
        const { status, iterations, x } = await run({ onIteration: ({ iteration }) => iteration < last });
        // Rows come a little later than the solver, which may have come to its end by the last ones.
        expect(last === 2 ? ['interrupted'] : ['interrupted', 'optimal', 'acceptable']).toContain(status);
        expect(iterations).toBeLessThanOrEqual(whole.iterations);
        expect(x).toHaveLength(whole.x.length);
      }
    }
    expect((await solve(model, { max_wall_time: 1e-6 })).status).toBe('time-limit');
    expect((await prepared.solve({ max_wall_time: 1e-6 })).status).toBe('time-limit');
    expect(isSolved((await prepared.solve()).status)).toBe(true);
  });
});
