import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  evaluate,
  fromTfjs,
  Model,
  type Network,
  type NetworkOptions,
  network,
  power,
  prepare,
  type QuadraticTreatment,
  type Solution,
  shutdown,
  solve,
  solveHere,
  solveMany,
  subtract,
  sum,
} from '../../index.js';
import { QpLayer, type QpLayerArgs } from '../../layers/tfjs/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterAll(() => shutdown());

let count = 0;

/** 2 → tanh of 3 → width → quadratic program → 2. */
function trained(args: QpLayerArgs, width: number): tf.Sequential {
  const initializer = (seed: number) => tf.initializers.randomNormal({ stddev: 1, seed });
  return tf.sequential({
    name: `with_program_${count++}`,
    layers: [
      tf.layers.dense({ units: 3, activation: 'tanh', inputShape: [2], kernelInitializer: initializer(1) }),
      tf.layers.dense({
        units: width,
        kernelInitializer: initializer(2),
        biasInitializer: tf.initializers.constant({ value: 1 }),
      }),
      new QpLayer({ seed: 5, name: `qp_${count}`, ...args }),
      tf.layers.dense({ units: 2, kernelInitializer: initializer(3) }),
    ],
  });
}

const configs: [string, QpLayerArgs, number][] = [
  ['Q = LLᵀ + εI, input q', { n: 3, m: 1, p: 4 }, 3],
  ['diagonal Q, input −q', { n: 3, p: 4, quadratic: 'diagonal', input: '-q' }, 3],
  ['fixed Q, input b', { n: 3, m: 1, p: 2, quadratic: 'fixed', input: 'b' }, 1],
  ['input h', { n: 3, p: 2, input: 'h' }, 2],
  ['b and h of their own', { n: 3, m: 1, p: 2, feasible: false, initial: { h: [2, 2], b: [0.1] } }, 3],
];

describe('networks that hold quadratic programs', () => {
  it.each(configs)('are read: %s', async (_, args, width) => {
    const model = trained(args, width);
    const net = await fromTfjs(model);
    const points = [
      [0.3, -0.7],
      [-1.2, 0.4],
    ];
    const wanted = (model.predict(tf.tensor2d(points)) as tf.Tensor).arraySync() as number[][];
    points.forEach((point, k) => {
      evaluate(net, point).forEach((value, i) => {
        expect(Math.abs(value - wanted[k]![i]!)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
      });
    });
  });

  it('are refused without a treatment, with all there are', async () => {
    const net = await fromTfjs(trained({ n: 3, p: 4 }, 3));
    const model = new Model('refused');
    const x = model.variables('x', 2, { start: 0.1 });
    expect(() => network(net, x)).toThrow(
      /^layer 'qp_\d+' of network '.*' is a quadratic program.*'complementarity'.*\{ smooth: 1e-8 \}.*formulation: 'full'/,
    );
    expect(() => network(net, x, { quadratic: { smooth: -1 } })).toThrow(/must be a positive number, got -1/);
    expect(() => network(net, x, { formulation: 'full', quadratic: 'complementarity' })).toThrow(
      /quadratic means nothing in full space/,
    );
    const plain = await fromTfjs(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }));
    expect(() => network(plain, x, { quadratic: 'complementarity' })).toThrow(/it holds none/);
    const bent = trained({ n: 3, p: 4 }, 3);
    bent.add(tf.layers.reLU());
    const both = await fromTfjs(bent);
    expect(() => network(both, x, { quadratic: 'complementarity' })).toThrow(
      /activation relu.*beside quadratic programs say kinks: 'allow', or, without quadratic, use 'full'/,
    );
    const allowed = network(both, x, { quadratic: 'complementarity', kinks: 'allow' });
    expect(allowed.length).toBe(2);
    const file = JSON.parse(JSON.stringify({ ...net })) as Network;
    expect(file.nodes.some(({ op }) => op.kind === 'quadraticProgram')).toBe(true);
  });

  const treatments: [string, NetworkOptions][] = [
    ['rows with λs ≤ ε', { quadratic: { complementarity: 1e-8 } }],
    ['a gray box at μ', { quadratic: { smooth: 1e-9 } }],
    ['full space, λs ≤ ε', { formulation: 'full', relu: { complementarity: 1e-8 } }],
    ['full space, λs = ε²/4', { formulation: 'full', relu: { smooth: 1e-4 } }],
  ];
  const inputs: [string, QpLayerArgs, number][] = [
    ['q', { n: 3, m: 1, p: 4 }, 3],
    ['h', { n: 3, p: 2, input: 'h', quadratic: 'diagonal' }, 2],
  ];
  describe.each(inputs)('with the input %s', (_, args, width) => {
    it.each(treatments)('are solved by %s to the optimum of the others', async (_, options) => {
      const net = await fromTfjs(trained(args, width));
      const build = (own: NetworkOptions) => {
        const model = new Model('inverse');
        const x = model.variables('x', 2, { lower: -2, upper: 2, start: [0.4, -0.3] });
        const y = network(net, x, own);
        model.minimize(
          add(sum([...y].map((v, i) => power(subtract(v, 0.7 - i), 2))), sum([...x].map((v) => power(v, 2)))),
        );
        return { model, x };
      };
      const { model, x } = build(options);
      const solution: Solution = await solveHere(model, { tol: 1e-9 });
      expect(solution.status).toBe('optimal');
      expect(solution.networkError).toBeLessThan(1e-6);
      // No point around is better by the network itself.
      const at = [...solution.value(x)] as number[];
      const objective = (point: number[]): number =>
        evaluate(net, point).reduce((total, value, i) => total + (value - (0.7 - i)) ** 2, 0) +
        point.reduce((total, value) => total + value * value, 0);
      expect(Math.abs(objective(at) - solution.objective)).toBeLessThan(1e-5);
      for (let k = 0; k < 8; k++) {
        const angle = (k * Math.PI) / 4;
        const near = at.map((value, i) => value + 1e-2 * (i === 0 ? Math.cos(angle) : Math.sin(angle)));
        expect(objective(near)).toBeGreaterThan(objective(at) - 1e-6);
      }
    });
  });

  it('are refused where they have no solution at the start', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [2] }),
        new QpLayer({
          n: 1,
          p: 2,
          input: 'h',
          name: 'window',
          initial: { G: [[1], [-1]], L: [[1]], q: [0.5] },
        }),
      ],
    });
    const net = await fromTfjs(model);
    const at = (start: number[]) => () => {
      const own = new Model('window');
      network(net, own.variables('x', 2, { start }), { quadratic: { smooth: 1e-6 } });
    };
    expect(at([-1, -1])).toThrow(/the quadratic program of layer 'window' has no solution at the start of x/);
    expect(at([1, 1])).not.toThrow();
  });

  it('are solved in prepared models', async () => {
    const net = await fromTfjs(trained({ n: 3, m: 1, p: 4, quadratic: 'diagonal' }, 3));
    const model = new Model('prepared');
    const x = model.variables('x', 2, { lower: -2, upper: 2, start: 0.3 });
    const goal = model.parameter('goal', 0);
    const y = network(net, x, { quadratic: { smooth: 1e-6 } });
    model.minimize(add(power(subtract(y.at(0), goal), 2), sum([...x].map((v) => power(v, 2)))));
    const prepared = await prepare(model);
    for (const value of [0, 0.5]) {
      const { status, networkError } = await prepared.solve({ parameters: { goal: value } });
      expect(status).toBe('optimal');
      expect(networkError).toBeLessThan(1e-3);
    }
    await prepared.dispose();
  });

  it('are solved in worker threads too', async () => {
    const net = await fromTfjs(trained({ n: 3, m: 1, p: 4, quadratic: 'diagonal' }, 3));
    for (const quadratic of [{ complementarity: 1e-8 }, { smooth: 1e-8 }] as const) {
      const model = new Model('inverse');
      const x = model.variables('x', [2, 2], { lower: -2, upper: 2, start: 0.3 });
      const y = network(net, x, { quadratic });
      model.minimize(sum([...y, ...x].map((v) => power(v, 2))));
      const { status, networkError } = await solve(model);
      expect(status).toBe('optimal');
      expect(networkError).toBeLessThan(1e-5);
    }
  });

  it('are solved in lists of models, beside one that cannot be, to the answers of each alone', async () => {
    const net = await fromTfjs(trained({ n: 3, m: 1, p: 4, quadratic: 'diagonal' }, 3));
    const build = (goal: number, quadratic: QuadraticTreatment): Model => {
      const model = new Model(`inverse of ${goal}`);
      const x = model.variables('x', 2, { lower: -2, upper: 2, start: 0.3 });
      const y = network(net, x, { quadratic });
      model.minimize(add(power(subtract(y.at(0), goal), 2), sum([...x].map((v) => power(v, 2)))));
      return model;
    };
    const treatments = [{ smooth: 1e-8 }, { complementarity: 1e-8 }] as const;
    const impossible = new Model('impossible');
    const z = impossible.variables('z', 1, { lower: 0 });
    impossible.constrain(z.at(0), { upper: -1 });
    impossible.minimize(z.at(0));
    const models = [...treatments.flatMap((own) => [0, 0.5].map((goal) => build(goal, own))), impossible];
    const list = models.map((model, k) => ({ key: `${k}`, model }));
    const solutions = (await solveMany(list, { concurrency: 2 })).map(({ solution }) => solution!);
    expect(solutions.slice(0, 4).map(({ status }) => status)).toEqual(new Array(4).fill('optimal'));
    expect(solutions[4]!.status).toBe('infeasible');
    for (const [k, goal] of [0, 0.5].entries()) {
      const alone = await solve(build(goal, treatments[0]));
      for (const one of [solutions[k]!, solutions[k + 2]!]) {
        expect(one.networkError).toBeLessThan(1e-5);
        expect(Math.abs(one.objective - alone.objective)).toBeLessThan(1e-5);
      }
    }
  });
});
