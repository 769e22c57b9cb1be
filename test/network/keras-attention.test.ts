import { describe, expect, it } from 'vitest';
import { fromMemory } from '../../src/network/read/tfjs/memory.js';
import { readTfjsFiles } from '../../src/network/read/tfjs.js';
import { forward } from './forward.js';

/** A functional model of Keras 3: one attention layer on inputs `[time, width]`. */
function read(
  class_name: string,
  config: object,
  inputs: readonly (readonly [time: number, width: number])[],
  weights: readonly (readonly [name: string, shape: readonly number[], data: readonly number[]])[],
) {
  const tensor = (k: number) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...inputs[k]!], dtype: 'float32', keras_history: [`x${k}`, 0, 0] },
  });
  const layers = [
    ...inputs.map((shape, k) => ({
      class_name: 'InputLayer',
      config: { batch_shape: [null, ...shape], dtype: 'float32', name: `x${k}` },
      name: `x${k}`,
      inbound_nodes: [],
    })),
    {
      class_name,
      config: { name: 'own', ...config },
      name: 'own',
      inbound_nodes: [{ args: [inputs.map((_, k) => tensor(k))], kwargs: {} }],
    },
  ];
  if (class_name.startsWith('Group'))
    layers.at(-1)!.inbound_nodes = [{ args: inputs.map((_, k) => tensor(k)), kwargs: {} }] as never;
  const json = {
    modelTopology: {
      keras_version: '3.15.1',
      model_config: {
        class_name: 'Functional',
        config: {
          name: 'm',
          layers,
          input_layers: inputs.map((_, k) => [`x${k}`, 0, 0]),
          output_layers: [['own', 0, 0]],
        },
      },
    },
    weightsManifest: [
      { paths: ['w.bin'], weights: weights.map(([name, shape]) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  return readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(JSON.stringify(json)),
    open: () => ({
      next: fromMemory(weights.map(([, , data]) => new Uint8Array(Float32Array.from(data).buffer))),
      close: () => undefined,
    }),
  });
}

const rows = (flat: readonly number[], width: number): number[][] =>
  Array.from({ length: flat.length / width }, (_, k) => flat.slice(k * width, (k + 1) * width));
const mixed = (scores: number[][], values: number[][]): number[] =>
  scores.flatMap((row) => {
    const parts = row.map(Math.exp);
    const total = parts.reduce((a, b) => a + b, 0);
    return values[0]!.map((_, c) => parts.reduce((sum, p, k) => sum + (p / total) * values[k]![c]!, 0));
  });
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 6);
  });
};
const query = [0.3, -0.7, 1.1, 0.2];
const value = [0.5, 0.1, -0.4, 0.9, 1.3, -1.2];

describe('attention by sums of tanh', () => {
  const scores = (of: (q: number[], k: number[]) => number): number[][] =>
    rows(query, 2).map((q) => rows(value, 2).map((k) => of(q, k)));

  it('is that of Bahdanau with a factor for each number', () => {
    const net = read(
      'AdditiveAttention',
      { use_scale: true, dropout: 0 },
      [
        [2, 2],
        [3, 2],
      ],
      [['own/scale', [2], [0.5, -2]]],
    );
    const wanted = scores((q, k) => 0.5 * Math.tanh(q[0]! + k[0]!) - 2 * Math.tanh(q[1]! + k[1]!));
    close(forward(net, [...query, ...value]), mixed(wanted, rows(value, 2)));
  });

  it('has one factor within and one outside where scores are concatenated', () => {
    const net = read(
      'Attention',
      { use_scale: true, score_mode: 'concat', dropout: 0 },
      [
        [2, 2],
        [3, 2],
      ],
      [
        ['own/scale', [], [1.5]],
        ['own/concat_score_weight', [], [0.25]],
      ],
    );
    const wanted = scores(
      (q, k) => 0.25 * (Math.tanh(1.5 * (q[0]! + k[0]!)) + Math.tanh(1.5 * (q[1]! + k[1]!))),
    );
    close(forward(net, [...query, ...value]), mixed(wanted, rows(value, 2)));
  });
});

it('gives two heads of queries one head of keys', () => {
  // Width 2, heads of one number each: query heads are the numbers themselves, the key and the value their sum and difference.
  const net = read(
    'GroupQueryAttention',
    { head_dim: 1, num_query_heads: 2, num_key_value_heads: 1, use_bias: false, use_gate: false, dropout: 0 },
    [
      [2, 2],
      [3, 2],
    ],
    [
      ['own/query/kernel', [2, 2, 1], [1, 0, 0, 1]],
      ['own/key/kernel', [2, 1, 1], [1, 1]],
      ['own/value/kernel', [2, 1, 1], [1, -1]],
      ['own/attention_output/kernel', [2, 1, 2], [1, 0, 0, 1]],
    ],
  );
  const keys = rows(value, 2).map(([a, b]) => a! + b!);
  const values = rows(value, 2).map(([a, b]) => [a! - b!]);
  const wanted = rows(query, 2).flatMap((q) => q.flatMap((own) => mixed([keys.map((k) => own * k)], values)));
  close(forward(net, [...query, ...value]), wanted);
});
