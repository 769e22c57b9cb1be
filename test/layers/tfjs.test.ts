import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { qpLayer } from '../../index.js';
import { QpLayer, type QpLayerArgs, solveQp } from '../../layers/tfjs/index.js';
import { tolerances } from '../tolerances.js';
import { dot, randomBatch } from './problems.js';

const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(join(folder, 'dist', '/'));

const names = ['Q', 'q', 'A', 'b', 'G', 'h'] as const;
const parts = ['z', 'nu', 'lam', 's'] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['cpu', 'wasm'])('on the backend %s', (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
  });

  const shape = { n: 4, m: 1, p: 3 };
  const batch = 3;
  const data = randomBatch(shape, batch, 5);
  const tensors = () => ({
    Q: tf.tensor3d(Float32Array.from(data.Q), [batch, 4, 4]),
    q: tf.tensor2d(Float32Array.from(data.q), [batch, 4]),
    A: tf.tensor2d(Float32Array.from(data.A.subarray(0, 4)), [1, 4]),
    b: tf.tensor2d(Float32Array.from(data.b), [batch, 1]),
    G: tf.tensor3d(Float32Array.from(data.G), [batch, 3, 4]),
    h: tf.tensor2d(Float32Array.from(data.h), [batch, 3]),
  });

  it('answers and gradients through all four answers are those of the layer in f64', () => {
    const given = tensors();
    const weights = parts.map((part) =>
      Float32Array.from({ length: batch * sizeOf(part) }, (_, k) => Math.sin(k + 1)),
    );
    const loss = (...inputs: tf.Tensor[]): tf.Scalar => {
      const answers = solveQp(Object.fromEntries(names.map((name, k) => [name, inputs[k]!])) as never);
      const terms = parts.map((part, k) =>
        tf.sum(tf.mul(answers[part], tf.tensor2d(weights[k]!, answers[part].shape))),
      );
      return tf.addN(terms) as tf.Scalar;
    };
    const before = tf.memory().numTensors;
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => given[name]));
    const layer = qpLayer(shape);
    const rounded = Object.fromEntries(
      names.map((name) => [name, Float64Array.from(given[name].dataSync())]),
    );
    const answers = layer.forward(rounded);
    const wanted = parts.reduce((sum, part, k) => sum + dot(answers[part], weights[k]!), 0);
    expect(Math.abs(value.dataSync()[0]! - wanted)).toBeLessThan(1e-5 * (1 + Math.abs(wanted)));
    const exact = layer.backward(
      Object.fromEntries(parts.map((part, k) => [part, Float64Array.from(weights[k]!)])),
    );
    names.forEach((name, k) => {
      expect(grads[k]!.shape).toEqual(given[name].shape);
      const own = grads[k]!.dataSync();
      const size = Math.max(...exact[name].map(Math.abs));
      for (let i = 0; i < own.length; i++)
        expect(Math.abs(own[i]! - exact[name][i]!), `${name}[${i}]`).toBeLessThan(1e-5 * size);
    });
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(given);
  });

  const sizeOf = (part: (typeof parts)[number]): number => ({ z: 4, nu: 1, lam: 3, s: 3 })[part];

  it('works without rows, and for an empty batch', () => {
    tf.tidy(() => {
      const { z, nu, s } = solveQp({ Q: tf.tensor2d([[2]]), q: tf.tensor2d([[-2], [4]]) });
      expect([...z.dataSync()]).toEqual([1, -2]);
      expect([nu.shape, s.shape]).toEqual([
        [2, 0],
        [2, 0],
      ]);
      expect(solveQp({ Q: tf.tensor2d([[2]]), q: tf.zeros([0, 1]) }).z.shape).toEqual([0, 1]);
    });
  });

  it('trains in a functional model, leaks nothing, and is saved, loaded and trained on', async () => {
    const args: QpLayerArgs = { n: 3, m: 1, p: 4, seed: 4, name: `head_${backend}` };
    const input = tf.input({ shape: [2] });
    const hidden = tf.layers
      .dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) })
      .apply(input) as tf.SymbolicTensor;
    const output = new QpLayer(args).apply(hidden) as tf.SymbolicTensor;
    expect(output.shape).toEqual([null, 3]);
    const model = tf.model({ inputs: input, outputs: output });
    const compile = (one: tf.LayersModel): void =>
      one.compile({ optimizer: tf.train.adam(0.03), loss: 'meanSquaredError' });
    compile(model);
    const x = tf.randomNormal([24, 2], 0, 1, 'float32', 3);
    const y = tf.tidy(() => tf.concat([x, tf.sum(x, 1, true)], 1).tanh());
    const trainOn = async (one: tf.LayersModel, epochs: number): Promise<number> => {
      const { history } = await one.fit(x, y, { epochs, batchSize: 8, shuffle: false });
      return history['loss']!.at(-1) as number;
    };
    const first = await trainOn(model, 1);
    const before = tf.memory().numTensors;
    const second = await trainOn(model, 6);
    expect(tf.memory().numTensors).toBe(before);
    expect(second).toBeLessThan(first);
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (made) => {
        artifacts = made;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(made) };
      }),
    );
    const json = JSON.parse(JSON.stringify(artifacts!.modelTopology)) as object;
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts!, modelTopology: json }));
    const [a, b] = [model, loaded].map((one) => (one.predict(x) as tf.Tensor).dataSync());
    for (let k = 0; k < a!.length; k++) expect(b![k]).toBeCloseTo(a![k]!, 6);
    compile(loaded);
    expect(await trainOn(loaded, 4)).toBeLessThan(second * 1.05);
    const old = JSON.parse(
      JSON.stringify(artifacts!.modelTopology).replace('"version":1', '"version":7'),
    ) as object;
    await expect(tf.loadLayersModel(tf.io.fromMemory({ ...artifacts!, modelTopology: old }))).rejects.toThrow(
      /layer "head_.*was saved in version 7 of QpLayer, this is version 1/,
    );
  });
});

describe('parametrizations', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
  const configs: [string, QpLayerArgs, number][] = [
    ['Q = LLᵀ + εI, input q', { n: 3, m: 1, p: 4 }, 3],
    ['diagonal Q, input −q', { n: 3, p: 4, quadratic: 'diagonal', input: '-q' }, 3],
    [
      'fixed Q, input b',
      {
        n: 3,
        m: 2,
        p: 1,
        quadratic: 'fixed',
        input: 'b',
        frozen: ['z0', 's0'],
        initial: {
          A: [
            [1, 0.2, -0.5],
            [0.1, -1, 0.4],
          ],
        },
      },
      2,
    ],
    ['input h', { n: 3, m: 1, p: 4, input: 'h' }, 4],
    ['b and h of their own', { n: 3, m: 1, p: 2, feasible: false, initial: { h: [2, 2], b: [0.1] } }, 3],
  ];
  it.each(configs)('%s: gradients of all weights agree with differences', (_, args, width) => {
    const layer = new QpLayer({ seed: 3, ...args });
    const x = tf.tensor2d(
      Float32Array.from({ length: 2 * width }, (_, k) => 1.5 + Math.sin(3 * k)),
      [2, width],
    );
    const loss = (): tf.Scalar => tf.sum(tf.square(tf.sub(layer.apply(x) as tf.Tensor, 0.3)));
    loss().dispose();
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    expect(layer.weights.length).toBeGreaterThanOrEqual(variables.length);
    const { grads } = tf.variableGrads(loss, variables);
    for (const variable of variables) {
      const values = variable.dataSync().slice();
      const gradient = grads[variable.name]!.dataSync();
      const at = (k: number, step: number): number =>
        tf.tidy(() => {
          variable.assign(
            tf.tensor(
              values.map((value, j) => value + (j === k ? step : 0)),
              variable.shape,
            ),
          );
          return loss().dataSync()[0]!;
        });
      const step = 2e-3;
      for (let k = 0; k < values.length; k++) {
        const slope = (at(k, step) - at(k, -step)) / (2 * step);
        expect(Math.abs(slope - gradient[k]!), `${variable.name}[${k}]`).toBeLessThan(
          tolerances.layer.difference * (1 + Math.abs(slope)),
        );
      }
      tf.tidy(() => {
        variable.assign(tf.tensor(values, variable.shape));
      });
    }
  });

  it('a projection onto the simplex stays what it is', () => {
    const ones = [[1, 1, 1]];
    const identity = [
      [-1, 0, 0],
      [0, -1, 0],
      [0, 0, -1],
    ];
    const layer = new QpLayer({
      n: 3,
      m: 1,
      p: 3,
      quadratic: 'fixed',
      input: '-q',
      feasible: false,
      initial: { A: ones, b: [1], G: identity, h: [0, 0, 0] },
      frozen: ['A', 'b', 'G', 'h'],
    });
    const z = (layer.apply(tf.tensor2d([[1, 0.5, -3]])) as tf.Tensor).dataSync();
    expect([...z].map((value) => Math.round(1e6 * Math.abs(value)) / 1e6)).toEqual([0.75, 0.25, 0]);
    expect(layer.trainableWeights).toEqual([]);
  });
});

describe('mistakes', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
  const eye = (): tf.Tensor2D => tf.eye(2);
  it.each([
    ['no q', () => solveQp({ Q: eye() } as never), /q is missing/],
    ['an array for a tensor', () => solveQp({ Q: [[1]] } as never), /Q is an array, not a tensor/],
    [
      'a wrong shape',
      () => solveQp({ Q: eye(), q: tf.zeros([3, 3]) }),
      /Q has the shape \[2, 2\], expected \[3, 3\], or \[batch, 3, 3\]/,
    ],
    [
      'G without h',
      () => solveQp({ Q: eye(), q: tf.zeros([3, 2]), G: eye() }),
      /G has the shape \[2, 2\], expected \[0, 2\]/,
    ],
    [
      'batches that disagree',
      () => solveQp({ Q: tf.zeros([2, 2, 2]), q: tf.zeros([3, 2]) }),
      /batch sizes disagree/,
    ],
    ['NaN', () => solveQp({ Q: eye(), q: tf.tensor2d([[0, Number.NaN]]) }), /q\[1\] is NaN/],
    [
      'an unknown option',
      () => solveQp({ Q: eye(), q: tf.zeros([2]) }, { tol: 1 } as never),
      /unknown option 'tol'/,
    ],
    [
      'an unknown input',
      () => solveQp({ Q: eye(), q: tf.zeros([2]), c: eye() } as never),
      /unknown input 'c'/,
    ],
    ['nothing to solve', () => solveQp(undefined as never), /what is solved is undefined, not an object/],
    ['options that are none', () => solveQp({ Q: eye(), q: tf.zeros([2]) }, 3 as never), /the options are 3/],
    [
      'NaN in the second element',
      () =>
        solveQp({
          Q: eye(),
          q: tf.tensor2d([
            [0, 1],
            [Number.NaN, 1],
          ]),
        }),
      /^q\[2\] \(of element 1\) is NaN/,
    ],
    [
      'a tensor that is gone',
      () => {
        const q = tf.zeros([2]);
        q.dispose();
        return solveQp({ Q: eye(), q });
      },
      /q was disposed/,
    ],
    [
      'an option that a layer does not have',
      () => new QpLayer({ n: 2, weaklyactive: 'include' } as never),
      /unknown option 'weaklyactive'; did you mean 'weaklyActive'/,
    ],
    [
      'a layer of billions',
      () => new QpLayer({ n: 1e6 }),
      /matrices of 1000000000000 numbers, where at most/,
    ],
    ['a layer without n', () => new QpLayer({} as never), /n is undefined, not a whole number ≥ 1/],
    [
      'input h without rows',
      () => new QpLayer({ n: 2, input: 'h' }),
      /the input is h, but there are no inequalities; give p/,
    ],
    [
      'a ridge for Q that is fixed',
      () => new QpLayer({ n: 2, quadratic: 'fixed', epsilon: 1e-2 }),
      /epsilon is added to Q that is trained/,
    ],
    [
      'an array to freeze that is not there',
      () => new QpLayer({ n: 2, frozen: ['G'] }),
      /no array 'G' to freeze; it has L/,
    ],
    [
      'first values of a wrong shape',
      () => new QpLayer({ n: 2, initial: { L: [[1]] } }),
      /initial.L has the shape \[1, 1\], expected \[2, 2\]/,
    ],
    [
      'an unknown parametrization',
      () => new QpLayer({ n: 2, quadratic: 'sparse' as never }),
      /'quadratic' must be factor/,
    ],
    ['an input of another length', () => new QpLayer({ n: 2 }).apply(tf.zeros([1, 3])), /2/],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  it('backends that cannot be read synchronously', () => {
    const tensors = { Q: eye(), q: tf.zeros([1, 2]) };
    const spied = vi.spyOn(tf.engine(), 'backendName', 'get').mockReturnValue('webgpu');
    expect(tf.getBackend()).toBe('webgpu');
    expect(() => solveQp(tensors)).toThrow(/'webgpu' cannot be read synchronously.*tf.setBackend/);
    spied.mockRestore();
  });
});
