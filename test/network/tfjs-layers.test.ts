import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { fromTfjs } from '../../src/network/read/tfjs.js';
import { tolerances } from '../tolerances.js';
import { forward } from './forward.js';
import { point, predict, randomize, saveModel } from './tfjs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Reads the model from files and from memory and compares both with tfjs at three points. */
async function expectSame(model: tf.LayersModel, scale = 2): Promise<void> {
  randomize(model);
  const fromFiles = readTfjs(await saveModel(model, { shard: 20 }));
  const fromMemory = await fromTfjs(model);
  expect(fromMemory.nodes).toEqual(fromFiles.nodes);
  expect(fromFiles.parameters).toBe(model.countParams());
  const counted = fromFiles.nodes.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);
  expect(counted).toBe(fromFiles.parameters);
  for (const factor of [0, 1, -1.7]) {
    const x = point(fromFiles.inputSize, scale * factor);
    const y = forward(fromFiles, x);
    const expected = predict(model, x);
    expect(y).toHaveLength(expected.length);
    expect(fromFiles.outputSize).toBe(expected.length);
    y.forEach((value, i) => {
      const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
      expect(error, `output ${i}: ${value}, tfjs ${expected[i]}`).toBeLessThan(tolerances.f32);
    });
  }
}

const { layers } = tf;

describe('activations of a dense layer', () => {
  const names = [
    'linear',
    'relu',
    'relu6',
    'tanh',
    'sigmoid',
    'hardSigmoid',
    'softmax',
    'softplus',
    'softsign',
    'elu',
    'selu',
    'swish',
    'mish',
    'gelu',
    'gelu_new',
  ] as const;
  it.each(names)('%s', async (activation) => {
    const model = tf.sequential();
    model.add(layers.dense({ units: 6, inputShape: [4], activation: activation as 'tanh' }));
    await expectSame(model);
    const layer = tf.sequential();
    layer.add(layers.activation({ activation: activation as 'tanh', inputShape: [5] }));
    await expectSame(layer, 4);
  });
});

describe('layers', () => {
  const stacks: Record<string, () => tf.layers.Layer[]> = {
    'dense without bias': () => [layers.dense({ units: 3, useBias: false, inputShape: [4] })],
    'dense on rows': () => [layers.dense({ units: 3, inputShape: [2, 4], activation: 'softmax' })],
    ReLU: () => [layers.reLU({ inputShape: [5] })],
    'ReLU with maxValue 6': () => [layers.reLU({ inputShape: [5], maxValue: 6 })],
    'ReLU with maxValue 1.5': () => [layers.reLU({ inputShape: [5], maxValue: 1.5 })],
    LeakyReLU: () => [layers.leakyReLU({ inputShape: [5] })],
    'LeakyReLU with alpha': () => [layers.leakyReLU({ inputShape: [5], alpha: 0.05 })],
    PReLU: () => [layers.prelu({ inputShape: [5] })],
    'PReLU on rows': () => [layers.prelu({ inputShape: [2, 3] })],
    'PReLU with shared axes': () => [layers.prelu({ inputShape: [2, 3, 2], sharedAxes: [1, 3] })],
    ELU: () => [layers.elu({ inputShape: [5] })],
    ThresholdedReLU: () => [layers.thresholdedReLU({ inputShape: [9], theta: 0.6 })],
    Softmax: () => [layers.softmax({ inputShape: [5] })],
    'Softmax along the last axis': () => [layers.softmax({ inputShape: [2, 3], axis: -1 })],
    Flatten: () => [layers.flatten({ inputShape: [2, 3] }), layers.dense({ units: 2 })],
    Reshape: () => [
      layers.reshape({ inputShape: [6], targetShape: [2, 3] }),
      layers.dense({ units: 2 }),
      layers.reshape({ targetShape: [null as unknown as number] }),
    ],
    RepeatVector: () => [layers.repeatVector({ n: 3, inputShape: [2] }), layers.dense({ units: 2 })],
    'dropout and noise': () => [
      layers.dropout({ rate: 0.5, inputShape: [4] }),
      layers.gaussianNoise({ stddev: 1 }),
      layers.gaussianDropout({ rate: 0.5 }),
      layers.alphaDropout({ rate: 0.5 }),
      layers.dense({ units: 2 }),
    ],
    SpatialDropout1D: () => [
      layers.spatialDropout1d({ rate: 0.5, inputShape: [2, 3] }),
      layers.dense({ units: 2 }),
    ],
    BatchNormalization: () => [layers.batchNormalization({ inputShape: [4] })],
    'BatchNormalization without scale': () => [
      layers.dense({ units: 3, inputShape: [2, 4] }),
      layers.batchNormalization({ scale: false, epsilon: 0.1 }),
    ],
    'BatchNormalization without center': () => [
      layers.batchNormalization({ center: false, axis: 1, inputShape: [4] }),
    ],
    Rescaling: () => [layers.rescaling({ scale: 0.25, offset: -1, inputShape: [4] } as never)],
    InputLayer: () => [layers.inputLayer({ inputShape: [4] }), layers.dense({ units: 2 })],
  };
  it.each(Object.keys(stacks))('%s', async (name) => {
    await expectSame(tf.sequential({ layers: stacks[name]!() }));
  });
});

describe('graphs', () => {
  const input = (...shape: number[]) => tf.input({ shape });
  const dense = (units: number, activation: 'tanh' | 'linear' = 'tanh') =>
    layers.dense({ units, activation });
  type T = tf.SymbolicTensor;
  const apply = (layer: tf.layers.Layer, u: T | T[]): T => layer.apply(u) as T;

  it('joins with Add, Multiply, Average and Concatenate', async () => {
    const [a, b] = [input(3), input(2)];
    const [u, v, w] = [apply(dense(4), a), apply(dense(4), b), apply(dense(4), b)];
    const parts = [layers.add(), layers.multiply(), layers.average()].map((layer) => apply(layer, [u, v, w]));
    const joined = apply(layers.concatenate(), [...parts, a]);
    await expectSame(tf.model({ inputs: [a, b], outputs: apply(dense(2), joined) }));
  });

  it.each([1, 2, -1])('concatenates rows along axis %i', async (axis) => {
    const [a, b] = [input(2, 3), input(2, 3)];
    await expectSame(tf.model({ inputs: [a, b], outputs: apply(layers.concatenate({ axis }), [a, b]) }));
  });

  it('keeps the order of several inputs and outputs', async () => {
    const [a, b] = [input(3), input(2)];
    const [u, v] = [apply(dense(2), b), apply(dense(3), a)];
    await expectSame(tf.model({ inputs: [b, a], outputs: [v, u, apply(dense(1), v)] }));
  });

  it('calls a shared layer several times and counts it once', async () => {
    const [a, b] = [input(3), input(3)];
    const shared = dense(3);
    const [u, v] = [apply(shared, a), apply(shared, b)];
    const again = apply(shared, apply(layers.add(), [u, v]));
    await expectSame(tf.model({ inputs: [a, b], outputs: [again, u] }));
  });

  it('nests models, called once and several times', async () => {
    const inner = tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [3] }), layers.reLU()] });
    const [p, q] = [input(3), input(3)];
    const two = tf.model({ inputs: [p, q], outputs: [apply(layers.add(), [p, q]), apply(dense(3), p)] });
    const [a, b] = [input(3), input(3)];
    const u = apply(inner, a);
    const [v, w] = two.apply([u, b]) as [T, T];
    const [s, t] = two.apply([w, v]) as [T, T];
    const last = apply(inner, t);
    await expectSame(tf.model({ inputs: [a, b], outputs: [last, s, w] }));
  });

  it('stacks models on models', async () => {
    const a = input(4);
    const base = tf.model({ inputs: a, outputs: apply(dense(3), a) });
    const deep = tf.sequential({ layers: [base, layers.dense({ units: 2, activation: 'softmax' })] });
    await expectSame(tf.sequential({ layers: [deep, layers.dense({ units: 2 })] }));
  });

  it('reads a part of a model', async () => {
    const whole = tf.sequential({
      layers: [layers.dense({ units: 4, inputShape: [3], activation: 'tanh' }), layers.dense({ units: 2 })],
    });
    await expectSame(tf.model({ inputs: whole.inputs, outputs: whole.layers[0]!.output as T }));
  });
});

describe('recurrence of other cells', () => {
  it.each([false, true])('cells in a layer, one and several, sequences %s', async (returnSequences) => {
    const cells = (): object[] => [
      layers.lstmCell({ units: 3 }),
      layers.gruCell({ units: 2, resetAfter: false } as never),
      layers.simpleRNNCell({ units: 2 }),
    ];
    const one = tf.sequential();
    one.add(layers.rnn({ cell: cells()[0]!, returnSequences, inputShape: [3, 2] } as never));
    await expectSame(one);
    const several = tf.sequential();
    several.add(
      layers.rnn({ cell: cells(), returnSequences, goBackwards: true, inputShape: [3, 2] } as never),
    );
    await expectSame(several);
  });

  it.each(['same', 'valid'] as const)('a convolutional LSTM, padding %s', async (padding) => {
    const model = tf.sequential();
    model.add(
      layers.convLstm2d({
        filters: 2,
        kernelSize: [2, 3],
        padding,
        returnSequences: true,
        inputShape: [3, 4, 4, 1],
      } as never),
    );
    model.add(
      layers.convLstm2d({
        filters: 1,
        kernelSize: 2,
        strides: 2,
        useBias: false,
        goBackwards: true,
      } as never),
    );
    await expectSame(model, 0.5);
  });
});
