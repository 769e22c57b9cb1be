import { describe, expect, it } from 'vitest';
import { InputError, isSolved, Model, network, power, solveHere, subtract, sum } from '../../index.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import { continuedKinks, type NetworkOptions, networkUses } from '../../src/formulate/index.js';
import type { Elementwise, Network } from '../../src/network/graph.js';
import { Graph } from './networks.js';

/** 3 → 4 → φ → 2. */
function small(fn: Elementwise): Network {
  const graph = new Graph();
  return graph.network(3, [graph.affine(graph.elementwise(graph.affine(graph.input(3), 4), fn), 2)]);
}
const NN = (net: Network, x: ArrayLike<number>): Float64Array =>
  outputValues(net, forward(net, Array.from(x)));

/** The point nearest to `(1, −1, …)` whose first output reaches `least`. */
function reach(net: Network, options: NetworkOptions, least: number) {
  const model = new Model('reach');
  const x = model.variables('x', net.inputSize, { lower: -3, upper: 3, start: 0.1 });
  const y = network(net, x, options);
  model.constrain(y.at(0), { lower: least });
  model.minimize(sum([...x].map((v, k) => power(subtract(v, k % 2 === 0 ? 1 : -1), 2))));
  return { model, x, y };
}

/** max(u, 0) of one variable, pushed above by the objective: relaxed kinks show. */
function hinge(relu: NetworkOptions['relu']) {
  const graph = new Graph();
  const net = graph.network(1, [graph.elementwise(graph.input(1), { name: 'relu' })]);
  const model = new Model('hinge');
  const x = model.variables('x', 1, { lower: -1, upper: 1, start: 0.5 });
  const y = network(net, x, { formulation: 'full', name: 'out', ...(relu !== undefined && { relu }) });
  model.constrain(subtract(y.at(0), x.at(0)), { upper: 1 });
  model.minimize(subtract(power(subtract(x.at(0), 0.01), 2), y.at(0)));
  model.constrain(x.at(0), { upper: 0 });
  return { model, net, x, y };
}

describe('how far outputs are from their network', () => {
  it.each([
    { complementarity: 1e-3 },
    { smooth: 1e-2 },
    undefined,
  ] as const)('is told where rows relax kinks: %j', async (relu) => {
    const { model, net, x, y } = hinge(relu);
    const solution = await solveHere(model);
    expect(isSolved(solution.status)).toBe(true);
    const wanted = Math.abs(solution.value(y.at(0)) - NN(net, solution.value(x).data)[0]!);
    expect(wanted).toBeGreaterThan(1e-4);
    expect(solution.networkError).toBe(wanted);
    expect({ ...solution.network }).toEqual({ parameters: 0, error: wanted });
    expect(solution.networkErrors).toEqual([{ name: 'out', network: 'net', error: wanted }]);
    expect(solution.message).toMatch(
      /; out is off NN\(x\) by \d\.\d\de-\d, more than 10 tol \(relu: \{ (complementarity|smooth): \S+ \} relaxes its kinks, take less\)$/,
    );
  });

  it('is nothing worth a word in reduced, lifted and smooth full space', async () => {
    const net = small({ name: 'tanh' });
    const graph = new Graph();
    const wide = graph.elementwise(graph.affine(graph.input(4), 2), { name: 'tanh' });
    const narrow = graph.network(4, [graph.affine(wide, 2)]);
    for (const [of, formulation] of [
      [net, 'reduced'],
      [net, 'full'],
      [narrow, 'lifted'],
    ] as const) {
      const { model, x, y } = reach(of, { formulation }, 0.2);
      const solution = await solveHere(model);
      expect(solution.status).toBe('optimal');
      const values = NN(of, solution.value(x).data);
      const wanted = Math.max(...values.map((v, k) => Math.abs(v - solution.value(y.at(k)))));
      expect(solution.networkError).toBe(wanted);
      expect(wanted).toBeLessThan(1e-7);
      expect(solution.network!.parameters).toBe(of.parameters);
      expect(solution.message).not.toMatch(/off NN/);
    }
  });

  it('is told for each use, the largest for all', async () => {
    const net = small({ name: 'tanh' });
    const model = new Model('several');
    const x = model.variables('x', 3, { lower: -1, upper: 1, start: 0.1 });
    const a = network(net, x, { name: 'a' });
    network(net, [...x].reverse(), { name: 'b', formulation: 'full' });
    model.minimize(power(a.at(0), 2));
    const solution = await solveHere(model, { max_iter: 1 });
    const errors = solution.networkErrors;
    expect(errors.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(solution.networkError).toBe(Math.max(...errors.map(({ error }) => error)));
    expect(solution.network!.parameters).toBe(net.parameters);
  });

  it('is told of networks that stand in a model as gray boxes, and absent without networks', async () => {
    const net = small({ name: 'tanh' });
    const model = new Model('direct');
    const x = model.variables('x', 3, { start: 0.3 });
    const y = model.variables('y', 2);
    model.addGrayBox({ box: net, inputs: x, outputs: y, name: 'direct' });
    model.minimize(sum([...x, ...y].map((v) => power(v, 2))));
    const solution = await solveHere(model);
    expect(solution.networkErrors).toMatchObject([{ name: 'direct', network: 'net' }]);
    expect(solution.networkError).toBeLessThan(1e-7);
    const plain = new Model('plain');
    plain.minimize(power(plain.variable('x'), 2));
    const without = await solveHere(plain);
    expect(without.networkError).toBeUndefined();
    expect(without.networkErrors).toEqual([]);
  });

  it('is told after an interruption, too', async () => {
    const { model } = reach(small({ name: 'tanh' }), {}, 0.2);
    const solution = await solveHere(model, { onIteration: ({ iteration }) => iteration < 1 });
    expect(solution.status).toBe('interrupted');
    expect(solution.networkError).toBeGreaterThanOrEqual(0);
    expect(solution.network!.error).toBe(solution.networkError);
    expect(JSON.parse(JSON.stringify(solution.network)).error).toBe(solution.networkError);
  });

  it('is ∞ where the network is undefined at the point held', async () => {
    const graph = new Graph();
    const net = graph.network(1, [graph.elementwise(graph.input(1), { name: 'exp' })]);
    const model = new Model('undefined');
    const x = model.variables('x', 1, { start: 0, upper: 0 });
    network(net, x);
    model.minimize(x.at(0));
    const { outputError, networkUses } = await import('../../src/formulate/index.js');
    const [use] = networkUses(model);
    expect(outputError(use!, Float64Array.of(Number.NaN, 1))).toBe(Number.POSITIVE_INFINITY);
    expect(outputError(use!, Float64Array.of(0, 3))).toBe(2);
  });
});

describe('network without options', () => {
  it('is the reduced formulation of a smooth network', () => {
    const net = small({ name: 'tanh' });
    const model = new Model();
    const y = network(net, model.variables('x', 3));
    expect(model.grayBoxes).toEqual([net]);
    expect(y.name).toBe('y');
  });
  it('settles kinks in reduced space, and says so', () => {
    for (const options of [undefined, {}, { name: 'out' }] as const) {
      const model = new Model();
      network(small({ name: 'relu' }), model.variables('x', 3), options);
      expect(networkUses(model)).toMatchObject([{ kinks: 'settle', box: model.grayBoxes[0] }]);
      expect(continuedKinks(model)!.notes.join()).toMatch(/^network 'net' has 4 kinks: reduced space/);
    }
  });

  it('is the full formulation where a treatment of kinks is given', () => {
    const model = new Model();
    network(small({ name: 'relu' }), model.variables('x', 3), { relu: { smooth: 1e-4 } });
    expect(model.grayBoxes).toEqual([]);
  });
  it.each<[object, RegExp]>([
    [{ formulation: 'full', kinks: 'allow' }, /kinks: 'allow' means nothing in full space/],
    [{ formulation: 'reduced', relu: 'complementarity' }, /relu means nothing in reduced space/],
    [{ formulation: 'full', box: {} }, /box means nothing in full space/],
    [{ kinks: 'yes' }, /unknown kinks 'yes'; use refuse or allow/],
    [{ formulations: 'full' }, /unknown option 'formulations'; did you mean 'formulation'\?/],
    [{ lower: 2, upper: 1 }, /variable 'y\[0\]': its lower bound 2 is above its upper bound 1/],
  ])('refuses %j', (options, message) => {
    const x = new Model().variables('x', 3);
    expect(() => network(small({ name: 'tanh' }), x, options)).toThrow(InputError);
    expect(() => network(small({ name: 'tanh' }), x, options)).toThrow(message);
  });
  it('refuses a ReLU output bounded below 0', () => {
    const graph = new Graph();
    const net = graph.network(1, [graph.elementwise(graph.input(1), { name: 'relu' })]);
    const x = new Model().variables('x', 1);
    expect(() => network(net, x, { formulation: 'full', upper: -1 })).toThrow(/output 0 is never below 0/);
  });
  it('names the layer that is undefined at the start', () => {
    const graph = new Graph();
    const big = graph.elementwise(graph.input(1), { name: 'exp' });
    const net = graph.network(1, [graph.elementwise(big, { name: 'tanh' })]);
    const x = new Model().variables('x', 1, { start: 1000 });
    for (const formulation of ['reduced', 'full'] as const)
      expect(() => network(net, x, { formulation })).toThrow(
        /network 'net' is undefined at the start of x: layer 'elementwise1' gives Infinity there/,
      );
  });
  it('tells variables of two models apart', () => {
    const net = small({ name: 'tanh' });
    const [a, b] = [new Model('a'), new Model('b')];
    expect(() => network(net, [...a.variables('x', 2), b.variable('z')])).toThrow(
      /network 'net': x mixes variables of model 'a' and model 'b': 'x\[0\]' and 'z'/,
    );
    const [c, d] = [new Model(), new Model()];
    const mixed = [...c.variables('x', 2), d.variable('z')];
    expect(() => network(net, mixed)).toThrow(/two models that are both called 'model'/);
    expect(() => subtract(mixed[0]!, mixed[2]!)).toThrow(/two models that are both called 'model'/);
    expect(() => c.constrain(mixed[2]!, { lower: 0 })).toThrow(
      /row 'row\[0\]' of model 'model' uses 'z', a variable of another model of that name/,
    );
  });
});

describe("kinks: 'allow'", () => {
  const kinked: Elementwise[] = [
    { name: 'relu' },
    { name: 'relu6' },
    { name: 'hardSigmoid' },
    { name: 'abs' },
    { name: 'leakyRelu', alpha: 0.1 },
  ];
  it.each(kinked)('solves $name in reduced and lifted space without another word', async (fn) => {
    const graph = new Graph();
    const hidden = graph.elementwise(graph.affine(graph.input(5), 4), fn);
    const net = graph.network(5, [graph.affine(hidden, 2)]);
    const least = NN(net, new Float64Array(5).fill(0.1))[0]! + 0.05;
    for (const formulation of ['reduced', 'lifted', undefined] as const) {
      const options = { kinks: 'allow', ...(formulation && { formulation }) } as const;
      const { model, x, y } = reach(net, options, least);
      const solution = await solveHere(model);
      expect(isSolved(solution.status), solution.message).toBe(true);
      expect(NN(net, solution.value(x).data)[0]!).toBeGreaterThan(least - 1e-6);
      expect(solution.networkError).toBeLessThan(1e-6);
      expect(solution.value(y.at(0))).toBeGreaterThan(least - 1e-6);
    }
  });
  it('gives way to a solve that refuses them', async () => {
    const { model } = reach(small({ name: 'relu' }), { kinks: 'allow' }, 0);
    await expect(solveHere(model, { kinks: 'refuse' })).rejects.toThrow(/no second derivative/);
  });
  it('refuses jumps only where it refuses kinks', () => {
    const x = new Model().variables('x', 3);
    const net = small({ name: 'thresholdedRelu', theta: 1 });
    expect(() => network(net, x, { kinks: 'refuse', formulation: 'reduced' })).toThrow(
      /thresholdedRelu\(1\), which jumps: leave the formulation to 'auto'/,
    );
    network(net, x, { kinks: 'allow' });
  });
});
