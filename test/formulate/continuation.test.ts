import { describe, expect, it } from 'vitest';
import {
  isSolved,
  Model,
  type NetworkOptions,
  network,
  power,
  type Solution,
  solveHere,
  subtract,
  sum,
} from '../../index.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import type { Elementwise, Network } from '../../src/network/graph.js';
import { Graph, generator } from './networks.js';

const NN = (net: Network, x: ArrayLike<number>): Float64Array =>
  outputValues(net, forward(net, Array.from(x)));

/** `n → 8 → φ → 6 → φ → 1`; max-pooling of pairs in place of the first φ for 'maximum'. */
function made(fn: Elementwise | 'maximum', seed: number, n = 2): Network {
  const graph = new Graph(generator(seed));
  const wide = graph.affine(graph.input(n), 8);
  const hidden =
    fn === 'maximum'
      ? graph.add(
          { kind: 'reshape' },
          [4],
          graph.add({ kind: 'maximum' }, [4, 1], graph.add({ kind: 'reshape' }, [4, 2], wide)),
        )
      : graph.elementwise(wide, fn);
  const next = graph.elementwise(graph.affine(hidden, 6), fn === 'maximum' ? { name: 'relu' } : fn);
  return graph.network(n, [graph.affine(next, 1)]);
}

/** The point nearest to `(1, −1)` of the box [−3, 3]² whose output reaches `least`. */
async function nearest(
  net: Network,
  least: number,
  remarks: string[] = [],
  options: NetworkOptions = {},
): Promise<Solution> {
  const model = new Model('nearest');
  const x = model.variables('x', 2, { lower: -3, upper: 3, start: 0.1 });
  const y = network(net, x, options);
  model.constrain(y.at(0), { lower: least });
  model.minimize(sum([...x].map((v, k) => power(subtract(v, k === 0 ? 1 : -1), 2))));
  return solveHere(model, { onRemark: (line) => remarks.push(line) });
}

/** The best of a grid, and the range of outputs. */
function searched(net: Network, least: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= 100; i++)
    for (let j = 0; j <= 100; j++) {
      const [a, b] = [-3 + (6 * i) / 100, -3 + (6 * j) / 100];
      const distance = (a - 1) ** 2 + (b + 1) ** 2;
      if (distance < best && NN(net, [a, b])[0]! >= least) best = distance;
    }
  return best;
}

const kinked: (Elementwise | 'maximum')[] = [
  { name: 'relu' },
  { name: 'leakyRelu', alpha: 0.1 },
  { name: 'abs' },
  { name: 'relu6' },
  { name: 'hardSigmoid' },
  'maximum',
];

describe('kinks without a word', () => {
  it.each(kinked)('%j: outputs are those of the network, and no point nearby is better', async (fn) => {
    let best = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const net = made(fn, seed);
      const corners = [-3, 3].flatMap((a) => [-3, 3].map((b) => NN(net, [a, b])[0]!));
      const [near, far] = [NN(net, [0.1, 0.1])[0]!, Math.max(...corners)];
      const least = near + 0.3 * Math.abs(far - near);
      const solution = await nearest(net, least);
      expect(isSolved(solution.status), solution.message).toBe(true);
      expect(solution.networkError).toBeLessThanOrEqual(1e-7);
      const at = [solution.x[0]!, solution.x[1]!] as const;
      expect(NN(net, at)[0]).toBeGreaterThan(least - 1e-6);
      // Local optimality by the network itself.
      const next = generator(seed);
      for (let k = 0; k < 1000; k++) {
        const size = 10 ** (-1.5 + 1.5 * next());
        const [a, b] = [at[0] + size * next(), at[1] + size * next()];
        if (Math.max(Math.abs(a), Math.abs(b)) > 3 || NN(net, [a, b])[0]! < least) continue;
        if (Math.hypot(a - at[0], b - at[1]) > 0.02) continue;
        const distance = (a - 1) ** 2 + (b + 1) ** 2;
        if (distance < solution.objective - 1e-5)
          throw new Error(`seed ${seed}: ${distance} at ${a}, ${b} is better than ${solution.objective}`);
      }
      if (seed <= 2 && solution.objective < 1.02 * searched(net, least) + 1e-3) best++;
    }
    expect(best).toBeGreaterThan(0);
  });

  it('tells what is done, and how it ended', async () => {
    const remarks: string[] = [];
    await nearest(made({ name: 'relu' }, 1), 0, remarks);
    expect(remarks[0]).toMatch(/^network 'net' has 14 kinks: reduced space, smoothed/);
    expect(remarks.at(-1)).toMatch(/^14 kinks held on their pieces, \d+ by rows, \d+ times crossed some/);
  });

  it.each(['maximum', { name: 'relu' }, { name: 'abs' }] as const)('%j in full space, too', async (fn) => {
    const net = made(fn, fn === 'maximum' ? 1 : 2);
    const corners = [-3, 3].flatMap((a) => [-3, 3].map((b) => NN(net, [a, b])[0]!));
    const least = 0.7 * Math.max(...corners) + 0.3 * NN(net, [1, -1])[0]!;
    const remarks: string[] = [];
    const full = { formulation: 'full', relu: 'continuation' } as const;
    const solution = await nearest(net, least, remarks, full);
    expect(isSolved(solution.status), solution.message).toBe(true);
    expect(solution.networkError).toBeLessThanOrEqual(1e-7);
    expect(remarks.join()).toMatch(/kinks held on their pieces, \d+ times crossed some/);
  });

  it('crosses a kink where the objective falls beyond it', async () => {
    // y = relu(x): least (y − x/2 + 1)² + …; from the piece y = 0 the other one is better.
    const graph = new Graph();
    const net = graph.network(1, [graph.elementwise(graph.input(1), { name: 'relu' })]);
    for (const start of [-2, 2]) {
      const model = new Model('v');
      const x = model.variables('x', 1, { lower: -5, upper: 5, start });
      const y = network(net, x);
      model.minimize(power(subtract(y.at(0), 1.5), 2));
      const solution = await solveHere(model);
      expect(isSolved(solution.status), solution.message).toBe(true);
      expect(solution.networkError).toBeLessThan(1e-7);
      expect(solution.value(y.at(0))).toBeCloseTo(1.5, 5);
    }
  });

  it('is piecewise by that name, in reduced space', async () => {
    const net = made({ name: 'relu' }, 2);
    const model = new Model('piecewise');
    const x = model.variables('x', 2, { lower: -3, upper: 3, start: 0.1 });
    const y = network(net, x, { formulation: 'piecewise' });
    model.constrain(y.at(0), { lower: NN(net, [0.1, 0.1])[0]! + 0.05 });
    model.minimize(sum([...x].map((v, k) => power(subtract(v, k === 0 ? 1 : -1), 2))));
    const solution = await solveHere(model);
    expect(model.grayBoxes).toHaveLength(1);
    expect(isSolved(solution.status), solution.message).toBe(true);
    expect(solution.networkError).toBeLessThan(1e-6);
  });
});

it('full space leaves a softmax that is sure of another class', async () => {
  const graph = new Graph(generator(5));
  const hidden = graph.elementwise(graph.affine(graph.input(2), 8), { name: 'relu' });
  const scores = graph.affine(hidden, 3);
  const sure = { shape: [3], data: Float64Array.of(300, 300, 300) };
  const shift = { shape: [3], data: new Float64Array(3) };
  const scaled = graph.add({ kind: 'scale', scale: sure, shift }, [3], scores);
  const net = graph.network(2, [graph.add({ kind: 'softmax' }, [3], scaled)]);
  const at = (x: readonly number[]): number[] => [...NN(net, x)];
  // The class of the start, and one that another point of the box has.
  const from = [0.1, 0.1];
  const grid = Array.from({ length: 441 }, (_, k) => [(k % 21) / 3.5 - 3, Math.floor(k / 21) / 3.5 - 3]);
  const classOf = (x: readonly number[]): number => at(x).indexOf(Math.max(...at(x)));
  const target = grid.map(classOf).find((own) => own !== classOf(from))!;
  expect(at(from)[target]).toBeLessThan(1e-8);
  const model = new Model('sure');
  const x = model.variables('x', 2, { lower: -3, upper: 3, start: from });
  const y = network(net, x, { formulation: 'full', relu: 'continuation' });
  model.constrain(y.at(target), { lower: 0.6 });
  model.minimize(sum([...x].map((v, k) => power(subtract(v, from[k]!), 2))));
  const { status, message, networkError, x: found } = await solveHere(model);
  expect(isSolved(status), message).toBe(true);
  expect(networkError).toBeLessThanOrEqual(1e-7);
  expect(at(found.slice(0, 2) as unknown as number[])[target]).toBeGreaterThan(0.6 - 1e-6);
  const best = grid
    .filter((own) => at(own)[target]! >= 0.6)
    .map((own) => own.reduce((total, v, k) => total + (v - from[k]!) ** 2, 0));
  expect(found.slice(0, 2).reduce((total, v, k) => total + (v - from[k]!) ** 2, 0)).toBeLessThan(
    Math.min(...best) + 1e-6,
  );
});
