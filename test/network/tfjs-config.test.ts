import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { InputError } from '../../src/core/errors.js';
import { layerRules } from '../../src/network/read/tfjs/layers.js';
import { tolerances } from '../tolerances.js';
import { forward } from './forward.js';
import { freshFolder } from './tfjs.js';

type Layer = Record<string, unknown> & { class_name: string; config: Record<string, unknown> };
interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Writes a Sequential model of `layers` on `inputs` numbers and reads it. */
function read(
  layers: readonly Layer[],
  options: { inputs?: number; keras?: string; weights?: Weight[] } = {},
) {
  const { inputs = 3, keras = '3.15.1', weights = [] } = options;
  const input = { class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, inputs] } };
  const folder = freshFolder();
  const model_config = { class_name: 'Sequential', config: { name: 'net', layers: [input, ...layers] } };
  const manifest = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  writeFileSync(join(folder, 'w.bin'), Float32Array.from(weights.flatMap(({ values }) => values)));
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({
      modelTopology: { ...(keras !== '' && { keras_version: keras }), model_config },
      weightsManifest: [{ paths: ['w.bin'], weights: manifest }],
    }),
  );
  return readTfjs(folder);
}

/** Why a model cannot be read: an InputError of one line. */
function refusal(...given: Parameters<typeof read>): string {
  try {
    read(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('the model was read');
}

const policy = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};
const activation = (of: unknown): Layer => ({
  class_name: 'Activation',
  config: { name: 'a', activation: of },
});
const object = (class_name: string, config: object): object => ({
  module: 'keras.layers',
  class_name,
  config: { name: 'own', trainable: true, dtype: policy, ...config },
  registered_name: null,
});
const points = [-7.3, -3.1, -2.6, -1.2, -0.4, 0, 0.15, 0.25, 0.9, 1.7, 2.4, 2.8, 5.9, 8.5];

/** The activation at all points against its formula. */
function expectActivation(of: unknown, formula: (u: number) => number, keras?: string): void {
  const network = read([activation(of)], { inputs: points.length, ...(keras !== undefined && { keras }) });
  forward(network, points).forEach((value, k) => {
    const wanted = formula(points[k]!);
    expect(Math.abs(value - wanted), `at ${points[k]}: ${value}, not ${wanted}`).toBeLessThan(tolerances.f64);
  });
}

const clamp = (u: number, low: number, high: number): number => Math.min(Math.max(u, low), high);
const relu6 = (u: number): number => clamp(u, 0, 6);
const elu = (α: number) => (u: number) => (u > 0 ? u : α * Math.expm1(u));
const leaky = (α: number) => (u: number) => (u > 0 ? u : α * u);

describe('activation objects keep their parameters', () => {
  it.each<[string, object, (u: number) => number]>([
    ['ELU', { alpha: 0.5 }, elu(0.5)],
    ['ELU', {}, elu(1)],
    ['LeakyReLU', { negative_slope: 0.2 }, leaky(0.2)],
    ['LeakyReLU', { alpha: 0.1 }, leaky(0.1)],
    ['LeakyReLU', {}, leaky(0.3)],
    ['ReLU', { max_value: null, negative_slope: 0, threshold: 0 }, (u) => Math.max(u, 0)],
    ['ReLU', { max_value: 2, negative_slope: 0, threshold: 0 }, (u) => clamp(u, 0, 2)],
    ['ReLU', { max_value: 6 }, relu6],
    ['ReLU', { negative_slope: 0.25 }, leaky(0.25)],
    ['ReLU', { max_value: 2, negative_slope: 0.1 }, (u) => Math.min(leaky(0.1)(u), 2)],
    ['ReLU', { threshold: 0.2 }, (u) => (u > 0.2 ? u : 0)],
    ['ReLU', { threshold: 0.2, negative_slope: 0.1 }, (u) => (u > 0.2 ? u : 0.1 * (u - 0.2))],
    [
      'ReLU',
      { threshold: 0.2, negative_slope: 0.1, max_value: 2 },
      (u) => (u > 0.2 ? Math.min(u, 2) : 0.1 * (u - 0.2)),
    ],
    ['ThresholdedReLU', { theta: 1.5 }, (u) => (u > 1.5 ? u : 0)],
    ['Activation', { activation: 'tanh' }, Math.tanh],
    ['Activation', { activation: object('ELU', { alpha: 0.5 }) }, elu(0.5)],
    ['elu', { alpha: 0.5 }, elu(0.5)],
    ['leaky_relu', { negative_slope: 0.05 }, leaky(0.05)],
    ['relu', { max_value: 1 }, (u) => clamp(u, 0, 1)],
    ['relu6', {}, relu6],
  ])('%s %j', (kind, config, formula) => {
    expectActivation(object(kind, config), formula);
  });

  it('softmax along an axis by number or list', () => {
    for (const axis of [-1, 1, [-1], [1]]) {
      const network = read([activation(object('Softmax', { axis }))]);
      const y = forward(network, [1, 2, 3]);
      expect(y.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
      expect(y[2]! / y[1]!).toBeCloseTo(Math.E, 12);
    }
    const rows = { class_name: 'Reshape', config: { name: 'r', target_shape: [2, 2] } };
    const columns = forward(
      read([rows, activation(object('Softmax', { axis: 1 }))], { inputs: 4 }),
      [1, 2, 3, 5],
    );
    expect(columns[2]! / columns[0]!).toBeCloseTo(Math.exp(2), 12);
    expect(columns[3]! / columns[1]!).toBeCloseTo(Math.exp(3), 12);
    const all = forward(
      read([rows, activation(object('Softmax', { axis: [1, 2] }))], { inputs: 4 }),
      [1, 2, 3, 5],
    );
    expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
    expect(all[3]! / all[0]!).toBeCloseTo(Math.exp(4), 10);
    expect(refusal([rows, activation(object('Softmax', { axis: [1, 3] }))], { inputs: 4 })).toMatch(
      /layer "a": activation Softmax: .*axis/,
    );
  });

  it('gelu exact or by tanh', () => {
    const network = (approximate: boolean) =>
      read([activation({ class_name: 'gelu', config: { approximate } })]);
    expect(network(true).nodes.at(-1)!.op).toMatchObject({ fn: { name: 'geluTanh' } });
    expect(network(false).nodes.at(-1)!.op).toMatchObject({ fn: { name: 'gelu' } });
  });

  it('a function written as an object', () => {
    const written = {
      module: 'builtins',
      class_name: 'function',
      config: 'relu6',
      registered_name: 'function',
    };
    expectActivation(written, relu6);
    expect(refusal([activation({ ...written, config: 'my_own' })])).toMatch(
      /activation "my_own" cannot be read/,
    );
  });

  it.each<[unknown, RegExp]>([
    [object('ReLU', { leak: 0.1 }), /layer "a": activation ReLU: it has "leak" = 0\.1, which cannot be read/],
    [object('selu', { alpha: 2 }), /layer "a": activation selu: it has "alpha" = 2/],
    [object('ELU', { alpha: 'x' }), /layer "a": activation ELU: "alpha" is "x", expected a finite number/],
    [object('ReLU', { max_value: -1 }), /max_value is -1, expected a positive number/],
    [object('LeakyReLU', { alpha: 0.1, negative_slope: 0.2 }), /must agree/],
    [object('PReLU', { shared_axes: null }), /layer "a": has a PReLU for its activation/],
    [object('Dense', { units: 3 }), /activation "Dense" cannot be read/],
    [
      { module: 'mine', class_name: 'ELU', config: {}, registered_name: 'Custom>ELU' },
      /layer "a": ELU is a custom class \(mine, Custom>ELU\)/,
    ],
    ['leakyrelu', /activation "leakyrelu" cannot be read/],
    [
      { class_name: 'ELU', config: { dtype: { class_name: 'QuantizedDTypePolicy', config: {} } } },
      /Quantized/,
    ],
    [7, /activation 7 cannot be read/],
  ])('%j is refused', (of, message) => {
    expect(refusal([activation(of)])).toMatch(message);
  });
});

describe('what a name means depends on the version of Keras', () => {
  const keras2 = (u: number): number => clamp(0.2 * u + 0.5, 0, 1);
  const keras3 = (u: number): number => relu6(u + 3) / 6;
  it.each([
    ['3.15.1', keras3],
    ['3.0.0', keras3],
    ['2.21.0', keras2],
    ['2.4.0', keras2],
    ['tfjs-layers 4.22.0', keras2],
  ])('hard_sigmoid of %s', (version, formula) => {
    expectActivation('hard_sigmoid', formula, version);
    expectActivation(object('Activation', { activation: 'hard_sigmoid' }), formula, version);
  });
  it('hard_sigmoid without a version is refused, other functions are not', () => {
    expect(refusal([activation('hard_sigmoid')], { keras: '' })).toMatch(
      /layer "a": hard_sigmoid.*keras_version/,
    );
    expectActivation('tanh', Math.tanh, '');
  });
  it('functions of Keras 3', () => {
    expectActivation('leaky_relu', leaky(0.2));
    expectActivation('hard_silu', (u) => u * keras3(u));
    expectActivation('hard_swish', (u) => u * keras3(u));
    expectActivation('hard_tanh', (u) => clamp(u, -1, 1));
    expectActivation('LeakyReLU', leaky(0.3));
  });
});

/** A weight of ones. */
const ones = (name: string, ...shape: number[]): Weight => ({
  name: `l/${name}`,
  shape,
  values: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1),
});
/** One entry for each number of axes of space, `L` standing for them: `Conv1D`, … */
const spatial = (
  name: string,
  dims: readonly number[],
  of: (d: number) => (typeof least)[string],
): typeof least =>
  Object.fromEntries(
    dims.map((d) => [name.replace('L', `${d}D`), { shape: [...new Array<number>(d).fill(4), 2], ...of(d) }]),
  );
const window = (d: number): number[] => new Array<number>(d).fill(2);
const recurrent = (cell: string, gates: number, bias: number[]): (typeof least)[string] => ({
  shape: [2, 3],
  config: { units: 2 },
  weights: [
    ones(`${cell}/kernel`, 3, gates * 2),
    ones(`${cell}/recurrent_kernel`, 2, gates * 2),
    ones(`${cell}/bias`, ...bias),
  ],
});

/** The least configuration of every layer that can be read, and its weights. */
const least: Record<
  string,
  {
    config?: object;
    weights?: Weight[];
    axes?: true;
    inputs?: number;
    shape?: readonly number[];
    call?: object;
    refused?: true;
    /** Whether its calls may say that they train. */
    training?: true;
  }
> = {
  Dense: {
    config: { units: 1 },
    weights: [
      { name: 'l/kernel', shape: [3, 1], values: [1, 2, 3] },
      { name: 'l/bias', shape: [1], values: [1] },
    ],
  },
  Activation: { config: { activation: 'tanh' } },
  PReLU: { weights: [{ name: 'l/alpha', shape: [3], values: [1, 2, 3] }] },
  Reshape: { config: { target_shape: [3, 1] } },
  RepeatVector: { config: { n: 2 } },
  SpatialDropout1D: { config: { rate: 0.5 } },
  BatchNormalization: {
    weights: ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => ({
      name: `l/${name}`,
      shape: [3],
      values: [1, 2, 3],
    })),
  },
  Normalization: { config: { axis: [-1], mean: [1, 2, 3], variance: [1, 1, 1] } },
  Rescaling: { config: { scale: 2 } },
  ...spatial('ConvL', [1, 2, 3], (d) => ({
    config: { filters: 1, kernel_size: 2 },
    weights: [ones('kernel', ...window(d), 2, 1), ones('bias', 1)],
  })),
  ...spatial('ConvLTranspose', [1, 2, 3], (d) => ({
    config: { filters: 1, kernel_size: 2 },
    weights: [ones('kernel', ...window(d), 1, 2), ones('bias', 1)],
  })),
  ...spatial('DepthwiseConvL', [1, 2], (d) => ({
    config: { kernel_size: 2 },
    weights: [ones('depthwise_kernel', ...window(d), 2, 1), ones('bias', 2)],
  })),
  ...spatial('SeparableConvL', [1, 2], (d) => ({
    config: { filters: 1, kernel_size: 2 },
    weights: [
      ones('depthwise_kernel', ...window(d), 2, 1),
      ones('pointwise_kernel', ...window(d).map(() => 1), 2, 1),
      ones('bias', 1),
    ],
  })),
  ...Object.assign(
    {},
    ...[
      'MaxPoolingL',
      'AveragePoolingL',
      'GlobalMaxPoolingL',
      'GlobalAveragePoolingL',
      'ZeroPaddingL',
      'CroppingL',
      'UpSamplingL',
    ].map((name) => spatial(name, [1, 2, 3], () => ({}))),
  ),
  SimpleRNN: recurrent('simple_rnn_cell', 1, [2]),
  LSTM: recurrent('lstm_cell', 4, [8]),
  GRU: recurrent('gru_cell', 3, [2, 6]),
  Bidirectional: {
    shape: [2, 3],
    config: { layer: { class_name: 'SimpleRNN', config: { name: 'r', units: 2, use_bias: false } } },
    weights: ['forward', 'backward'].flatMap((way) => [
      ones(`${way}_r/simple_rnn_cell/kernel`, 3, 2),
      ones(`${way}_r/simple_rnn_cell/recurrent_kernel`, 2, 2),
    ]),
  },
  TimeDistributed: {
    shape: [2, 3],
    config: { layer: { class_name: 'Dense', config: { name: 'd', units: 1, use_bias: false } } },
    weights: [ones('kernel', 3, 1)],
  },
  MultiHeadAttention: {
    shape: [2, 3],
    inputs: 2,
    config: { num_heads: 1, key_dim: 2, use_bias: false },
    weights: [
      ...['query', 'key', 'value'].map((name) => ones(`${name}/kernel`, 3, 1, 2)),
      ones('attention_output/kernel', 1, 2, 3),
    ],
  },
  Attention: { shape: [2, 3], inputs: 2 },
  AdditiveAttention: { shape: [2, 3], inputs: 2, weights: [ones('scale', 3)] },
  ...Object.fromEntries(
    ['GroupQueryAttention', 'GroupedQueryAttention'].map((name) => [
      name,
      {
        shape: [2, 3],
        inputs: 2,
        config: { head_dim: 1, num_query_heads: 2, num_key_value_heads: 1, use_bias: false },
        weights: [
          ones('query/kernel', 3, 2, 1),
          ones('key/kernel', 3, 1, 1),
          ones('value/kernel', 3, 1, 1),
          ones('attention_output/kernel', 2, 1, 3),
        ],
      },
    ]),
  ),
  RNN: {
    shape: [2, 3],
    config: { cell: { class_name: 'SimpleRNNCell', config: { name: 'c', units: 2, use_bias: false } } },
    weights: [ones('c/kernel', 3, 2), ones('c/recurrent_kernel', 2, 2)],
  },
  ...Object.fromEntries(
    [1, 2, 3].map((d) => [
      `ConvLSTM${d}D`,
      {
        shape: [2, ...window(d).map(() => 3), 1],
        config: { filters: 1, kernel_size: 2, use_bias: false },
        weights: ['kernel', 'recurrent_kernel'].map((name) =>
          ones(`conv_lstm_cell/${name}`, ...window(d), 1, 4),
        ),
      },
    ]),
  ),
  SpectralNormalization: {
    config: { layer: { class_name: 'Dense', config: { name: 'd', units: 1, use_bias: false } } },
    weights: [ones('d/kernel', 3, 1)],
  },
  Resizing: { shape: [3, 3, 1], config: { height: 2, width: 4 }, training: true },
  CenterCrop: { shape: [3, 3, 1], config: { height: 2, width: 1 }, training: true },
  EinsumDense: { config: { equation: 'ab,bc->ac', output_shape: [2] }, weights: [ones('kernel', 3, 2)] },
  LayerNormalization: { weights: [ones('gamma', 3), ones('beta', 3)] },
  RMSNormalization: { weights: [ones('scale', 3)] },
  GroupNormalization: { config: { groups: 1 }, weights: [ones('gamma', 3), ones('beta', 3)] },
  Permute: { config: { dims: [1] } },
  QpLayer: { config: { n: 3, quadratic: 'diagonal' }, weights: [ones('d', 3)] },
  Dot: { inputs: 2, config: { axes: 1 } },
  Subtract: { inputs: 2 },
  Maximum: { inputs: 2 },
  Minimum: { inputs: 2 },
  TFOpLambda: { config: { function: 'math.tanh' } },
  Lambda: { refused: true },
  Add: { inputs: 2 },
  Multiply: { inputs: 2 },
  Average: { inputs: 2 },
  Concatenate: { inputs: 2 },
};

describe('every key is read or refused', () => {
  /** A functional model of Keras 2 that calls one layer on its input, twice where it takes two. */
  const calls = (kind: string, more: object, call: object = {}) => {
    const { config = {}, weights = [], inputs = 1, shape = [3] } = least[kind] ?? {};
    const folder = freshFolder();
    const connection = Array(inputs).fill(['x', 0, 0, call]);
    const layers = [
      {
        class_name: 'InputLayer',
        name: 'x',
        config: { name: 'x', batch_input_shape: [null, ...shape] },
        inbound_nodes: [],
      },
      { class_name: kind, name: 'l', config: { name: 'l', ...config, ...more }, inbound_nodes: [connection] },
    ];
    const model_config = {
      class_name: 'Functional',
      config: { name: 'net', layers, input_layers: [['x', 0, 0]], output_layers: [['l', 0, 0]] },
    };
    writeFileSync(join(folder, 'w.bin'), Float32Array.from(weights.flatMap(({ values }) => values)));
    const manifest = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
    const json = {
      modelTopology: { keras_version: '2.21.0', model_config },
      weightsManifest: [{ paths: ['w.bin'], weights: manifest }],
    };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
    return () => readTfjs(folder);
  };

  const readable = Object.keys(layerRules).filter((kind) => !least[kind]?.refused);
  it.each(readable)('%s', (kind) => {
    const harmless = {
      trainable: false,
      dtype: 'float32',
      batch_input_shape: [null, 3],
      activity_regularizer: null,
      kernel_initializer: { class_name: 'Zeros', config: {} },
      beta_constraint: 'max_norm',
      mystery: null,
    };
    expect(calls(kind, harmless)).not.toThrow();
    for (const [key, value] of [
      ['mystery', 1],
      ['mystery', false],
      ['myStery', 'x'],
      ['sparse', true],
    ] as const)
      expect(calls(kind, { [key]: value })).toThrow(
        new RegExp(
          `layer "l": a ${kind} layer has "${key}" = ${JSON.stringify(value)}, which cannot be read`,
        ),
      );
    expect(calls(kind, { dtype: 'string' })).toThrow(/layer "l": its dtype is "string"/);
    expect(calls(kind, { dtype: { class_name: 'DTypePolicyMap', config: {} } })).toThrow(
      /is a DTypePolicyMap/,
    );
    for (const dtype of ['mixed_float16', policy, { class_name: 'Policy', config: { name: 'bfloat16' } }])
      expect(calls(kind, { dtype })).not.toThrow();
    for (const call of [{ training: false }, { mask: null }, { training: null }])
      expect(calls(kind, {}, call)).not.toThrow();
    if (!least[kind]?.training)
      expect(calls(kind, {}, { training: true })).toThrow(/layer "l": "training" is true/);
    expect(calls(kind, {}, { mask: ['x', 0, 0] })).toThrow(/layer "l": its call has "mask"/);
  });

  it.each<[string, object, RegExp]>([
    ['Dense', { lora_rank: 4, lora_alpha: 4 }, /layer "l": "lora_rank" is 4/],
    ['Dense', { quantization_config: { class_name: 'Int8' } }, /layer "l": "quantization_config" is/],
    ['BatchNormalization', { renorm: true }, /layer "l": "renorm" is true/],
    ['BatchNormalization', { virtual_batch_size: 4 }, /"virtual_batch_size" = 4/],
    ['BatchNormalization', { axis: [0] }, /axis is \[0\]/],
    ['Softmax', { robust_masking: true }, /"robust_masking" is true/],
  ])('%s %j is refused', (kind, more, message) => {
    expect(calls(kind, more)).toThrow(message);
  });

  it.each<[string, object]>([
    [
      'BatchNormalization',
      { momentum: 0.9, synchronized: false, renorm: false, renorm_clipping: null, renorm_momentum: 0.99 },
    ],
    ['Dense', { quantization_config: null, use_bias: true, bias_regularizer: null }],
    ['Dropout', { rate: 0.3, seed: 7, noise_shape: null }],
    ['Dropout', { rate: 0.3, seed: 7, noise_shape: [3] }],
    ['GaussianNoise', { stddev: 0.1, seed: null }],
    ['Softmax', { axis: -1, robust_masking: false }],
  ])('%s %j is read', (kind, more) => {
    expect(calls(kind, more)).not.toThrow();
  });

  it('of inputs and models, too', () => {
    const edited = (change: (model: { config: Record<string, unknown> }) => void) => () => {
      const folder = freshFolder();
      const layers = [
        {
          class_name: 'InputLayer',
          config: { name: 'x', batch_shape: [null, 2], dtype: 'int32', sparse: false },
        },
        { class_name: 'Rescaling', config: { name: 'l', scale: 2, offset: 0 } },
      ];
      const model_config = {
        class_name: 'Sequential',
        config: { name: 'net', trainable: true, dtype: policy, layers, build_input_shape: [null, 2] },
      };
      change(model_config);
      const json = { modelTopology: { model_config }, weightsManifest: [] };
      writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
      return readTfjs(folder);
    };
    const input = (more: object) =>
      edited(({ config }) => Object.assign((config['layers'] as Layer[])[0]!.config, more));
    expect(edited(() => {})).not.toThrow();
    expect(edited(({ config }) => Object.assign(config, { twist: 3 }))).toThrow(
      /a Sequential model has "twist" = 3/,
    );
    expect(input({ sparse: true })).toThrow(/layer "x": "sparse" is true/);
    expect(input({ ragged: true })).toThrow(/layer "x": "ragged" is true/);
    expect(input({ optional: true })).toThrow(/layer "x": "optional" is true/);
    expect(input({ dtype: 'bool' })).toThrow(/layer "x": its dtype is "bool"/);
    expect(input({ twist: 3 })).toThrow(/layer "x": an InputLayer has "twist" = 3/);
  });

  it('a custom class of a known name', () => {
    const custom = { module: '__main__', registered_name: 'Custom>Activation' };
    expect(refusal([{ ...activation('tanh'), ...custom }])).toMatch(
      /layer "a": Activation is a custom class/,
    );
    const own = { module: 'keras.layers', registered_name: null };
    expect(() => read([{ ...activation('tanh'), ...own }])).not.toThrow();
  });

  it('numbers that Keras 3 wrote as an array', () => {
    const array = (value: unknown) => ({ class_name: '__numpy__', config: { value, dtype: 'float32' } });
    const config = { name: 'n', axis: [-1], mean: array([1, 2]), variance: array([4, 4]), invert: false };
    expect(forward(read([{ class_name: 'Normalization', config }], { inputs: 2 }), [5, 6])).toEqual([2, 2]);
  });
});

describe('weights that a checkpoint of Keras 3 numbers', () => {
  const dense = (name: string, units: number, more = {}): Layer => ({
    class_name: 'Dense',
    config: { name, units, activation: 'linear', ...more },
  });
  const one = (name: string, shape: number[], values: number[]): Weight => ({ name, shape, values });
  const inner: Layer = {
    class_name: 'Sequential',
    config: { name: 'inner', layers: [dense('again', 1), { class_name: 'PReLU', config: { name: 'p' } }] },
  };
  const layers = [dense('first', 2), dense('second', 1, { use_bias: false }), inner, dense('last', 1)];
  const weights = [
    one('layers/dense/vars/0', [1, 2], [2, 3]),
    one('layers/dense/vars/1', [2], [0.5, -1]),
    one('layers/dense_1/vars/0', [2, 1], [5, 7]),
    one('layers/dense_2/vars/0', [1, 1], [2]),
    one('layers/dense_2/vars/1', [1], [1]),
    one('layers/sequential/layers/dense/vars/0', [1, 1], [-1]),
    one('layers/sequential/layers/dense/vars/1', [1], [3]),
    one('layers/sequential/layers/p_re_lu/vars/0', [1], [0.5]),
    one('layers/dropout/seed_generator/vars/0', [2], [1, 2]),
    one('optimizer/vars/0', [1], [4]),
  ];
  it('are found by place and number', () => {
    const network = read(layers, { inputs: 1, weights });
    const x = 0.3;
    const u = 3 - (5 * (2 * x + 0.5) + 7 * (3 * x - 1));
    expect(forward(network, [x])[0]).toBeCloseTo(2 * (u > 0 ? u : u / 2) + 1, 6);
    expect(network.parameters).toBe(11);
  });
  it('are not called missing where they are not understood', () => {
    const moved = weights.map((weight) => ({ ...weight, name: `model/${weight.name}` }));
    const message = refusal(layers, { inputs: 1, weights: moved });
    expect(message).toMatch(
      /layer "first": its kernel cannot be told among weights .*numbers.*model\/layers\/dense\/vars\/0/,
    );
    expect(message).not.toMatch(/missing/);
  });
  it('are left over where no layer asks for them', () => {
    const more = one('layers/dense_3/vars/0', [1], [1]);
    expect(refusal(layers, { inputs: 1, weights: [...weights, more] })).toMatch(
      /dense_3.*belongs to no layer/,
    );
  });
});

const data = process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

describe('models of strangers', () => {
  const reports = ['activation-object', 'keras3-layers', 'keras3-functional'].map((name) =>
    join(data, 'reports', name),
  );
  const here = reports.every((folder) => existsSync(folder));
  const folders = here
    ? reports.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    : [];

  it.skipIf(!here)('are read as Keras computes them, or refused for what they are', () => {
    const found: Record<string, string> = {};
    for (const folder of folders) {
      const name = folder.split('/').at(-1)!;
      const want: number[] = JSON.parse(readFileSync(join(folder, 'want.json'), 'utf8'));
      try {
        const network = readTfjs(folder);
        const x = Array.from({ length: network.inputSize }, (_, k) => 1.5 * Math.sin(12.98 * (k + 1)));
        forward(network, x).forEach((y, k) => {
          expect(Math.abs(y - want[k]!), `${name} output ${k}`).toBeLessThan(1e-5);
        });
        found[name] = 'right';
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        found[name] = error.message;
      }
    }
    expect(found).toMatchObject({
      seq_act_layer_obj: 'right',
      seq_act_leaky_obj: 'right',
      seq_leaky: 'right',
      seq_relu_slope: 'right',
    });
    for (const message of Object.values(found)) {
      expect(message).toMatch(/^right$|LayerNormalization layers cannot be read|written as Keras 3 does/);
    }
  });
});
