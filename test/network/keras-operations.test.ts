import { expect, it } from 'vitest';
import { fromMemory } from '../../src/network/read/tfjs/memory.js';
import { readTfjsFiles } from '../../src/network/read/tfjs.js';
import { forward } from './forward.js';

type Operation = readonly [class_name: string, config: object, args: readonly unknown[]];

/** A functional model of Keras 3 over `x`, of `length` numbers, whose layers are operations; a text is an earlier result. */
function read(length: number, operations: readonly Operation[]) {
  const reference = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reference);
    if (typeof value !== 'string') return value;
    return {
      class_name: '__keras_tensor__',
      config: { shape: [null, length], dtype: 'float32', keras_history: [value, 0, 0] },
    };
  };
  const layers = [
    {
      class_name: 'InputLayer',
      config: { batch_shape: [null, length], dtype: 'float32', name: 'x' },
      name: 'x',
      inbound_nodes: [],
    },
    ...operations.map(([class_name, config, args], k) => ({
      module: 'keras.src.ops.numpy',
      class_name,
      config: { name: `v${k}`, ...config },
      name: `v${k}`,
      inbound_nodes: [{ args: args.map(reference), kwargs: {} }],
    })),
  ];
  const config = {
    name: 'm',
    layers,
    input_layers: [['x', 0, 0]],
    output_layers: [[`v${operations.length - 1}`, 0, 0]],
  };
  const json = {
    modelTopology: { keras_version: '3.15.1', model_config: { class_name: 'Functional', config } },
    weightsManifest: [],
  };
  return readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(JSON.stringify(json)),
    open: () => ({ next: fromMemory([]), close: () => undefined }),
  });
}

const x = [0.5, -1.5, 2, -0.25];

it.each<[string, readonly Operation[], readonly number[]]>([
  [
    'joins along the axis that the configuration names',
    [
      ['Stack', { axis: 1 }, [['x', 'x']]],
      ['Flip', { axis: 1 }, ['v0']],
      ['Reshape', { newshape: [-1, 8] }, ['v1']],
    ],
    [...x, ...x],
  ],
  ['cuts at places', [['Split', { indices_or_sections: [1, 3], axis: -1 }, ['x']]], [0.5]],
  [
    'chooses where it compares',
    [
      ['Less', {}, ['x', 0]],
      ['Multiply', {}, ['x', 3]],
      ['Where', {}, ['v0', 'v1', 'x']],
    ],
    [0.5, -4.5, 2, -0.75],
  ],
  [
    'chooses by a flag that is not set',
    [
      ['GreaterEqual', {}, ['x', 0.5]],
      ['LogicalNot', {}, ['v0']],
      ['Where', {}, ['v1', 1, 'x']],
    ],
    [0.5, 1, 2, 1],
  ],
  [
    'turns, moves on and sums up',
    [
      ['Flip', { axis: -1 }, ['x']],
      ['Roll', { shift: 1, axis: -1 }, ['v0']],
      ['Cumsum', { axis: -1, dtype: null }, ['v1']],
    ],
    [0.5, 0.25, 2.25, 0.75],
  ],
  [
    'measures',
    [['Norm', { ord: null, axis: [-1], keepdims: true }, ['x']]],
    [Math.sqrt(0.25 + 2.25 + 4 + 0.0625)],
  ],
  [
    'multiplies and spreads',
    [
      ['Prod', { axis: [-1], keepdims: true }, ['x']],
      ['Var', { axis: [-1], keepdims: true }, ['x']],
      ['Concatenate', { axis: -1 }, [['v0', 'v1']]],
    ],
    [0.375, 1.60546875],
  ],
  ['repeats', [['Repeat', { repeats: 2, axis: -1 }, ['x']]], x.flatMap((own) => [own, own])],
  ['tiles', [['Tile', { repeats: [1, 2] }, ['x']]], [...x, ...x]],
  ['takes, from the end as well', [['Take', { axis: -1 }, ['x', [3, 0, -2]]]], [-0.25, 0.5, 2]],
  [
    'pads by zeros, edges and what it mirrors',
    [
      [
        'Pad',
        {
          pad_width: [
            [0, 0],
            [1, 0],
          ],
          mode: 'constant',
        },
        ['x'],
      ],
      [
        'Pad',
        {
          pad_width: [
            [0, 0],
            [0, 2],
          ],
          mode: 'reflect',
        },
        ['v0'],
      ],
      [
        'Pad',
        {
          pad_width: [
            [0, 0],
            [0, 1],
          ],
          mode: 'edge',
        },
        ['v1'],
      ],
    ],
    [0, 0.5, -1.5, 2, -0.25, 2, -1.5, -1.5],
  ],
  [
    'takes differences of a matrix, its triangle and its diagonal',
    [
      ['Reshape', { newshape: [-1, 2, 2] }, ['x']],
      ['Diff', { n: 1, axis: 1 }, ['v0']],
      ['Tril', { k: 0 }, ['v0']],
      ['Diagonal', { offset: 0, axis1: 1, axis2: 2 }, ['v0']],
      ['Trace', { offset: 0, axis1: 1, axis2: 2 }, ['v0']],
      ['Moveaxis', { source: 1, destination: 2 }, ['v0']],
      ['Reshape', { newshape: [-1, 2] }, ['v1']],
      ['Reshape', { newshape: [-1, 4] }, ['v2']],
      ['Reshape', { newshape: [-1, 1] }, ['v4']],
      ['Reshape', { newshape: [-1, 4] }, ['v5']],
      ['Concatenate', { axis: -1 }, [['v6', 'v7', 'v3', 'v8', 'v9']]],
    ],
    [1.5, 1.25, 0.5, 0, 2, -0.25, 0.5, -0.25, 0.25, 0.5, 2, -1.5, -0.25],
  ],
  [
    'takes an ellipsis and makes axes',
    [
      ['Reshape', { newshape: [-1, 2, 2] }, ['x']],
      ['GetItem', {}, ['v0', [{ class_name: '__ellipsis__', config: {} }, 1]]],
      [
        'GetItem',
        {},
        ['v0', [{ class_name: '__slice__', config: { start: null, stop: null, step: null } }, 0]],
      ],
      ['Concatenate', { axis: -1 }, [['v1', 'v2']]],
    ],
    [-1.5, -0.25, 0.5, -1.5],
  ],
  [
    'sums over the axes that it pairs',
    [
      [
        'Tensordot',
        { axes: 1 },
        [
          'x',
          [
            [1, 0],
            [0, 1],
            [1, 0],
            [0, 1],
          ],
        ],
      ],
    ],
    [2.5, -1.75],
  ],
  [
    'takes roots and logarithms to other bases',
    [
      ['Cbrt', {}, ['x']],
      ['Exp2', {}, ['x']],
      ['Log2', {}, ['v1']],
      ['Log10', {}, ['v1']],
      ['Logaddexp', {}, ['x', 'v1']],
      ['Concatenate', { axis: -1 }, [['v0', 'v2', 'v3', 'v4']]],
    ],
    [
      ...x.map(Math.cbrt),
      ...x,
      ...x.map((own) => own * Math.log10(2)),
      ...x.map((own) => Math.log(Math.exp(own) + Math.exp(2 ** own))),
    ],
  ],
  [
    'finds angles',
    [
      ['Add', {}, ['x', 2]],
      ['Arctan2', {}, ['x', 'v0']],
    ],
    x.map((own) => Math.atan2(own, own + 2)),
  ],
  [
    'shrinks',
    [
      ['SoftShrink', { threshold: 0.3 }, ['x']],
      ['HardShrink', { threshold: 0.3 }, ['x']],
      ['SparsePlus', {}, ['x']],
      ['Glu', { axis: -1 }, ['x']],
      ['Concatenate', { axis: -1 }, [['v0', 'v1', 'v2', 'v3']]],
    ],
    [
      ...[0.2, -1.2, 1.7, 0],
      ...[0.5, -1.5, 2, 0],
      ...[0.5625, 0, 2, 0.140625],
      ...[0.5 / (1 + Math.exp(-2)), -1.5 / (1 + Math.exp(0.25))],
    ],
  ],
])('%s', (_, operations, wanted) => {
  const found = forward(read(4, operations), x);
  expect(found.length).toBe(wanted.length);
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 10);
  });
});

const tensor = (layer: string, call = 0, place = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 2], dtype: 'float32', keras_history: [layer, call, place] },
});
const input = (name: string, length = 2) => ({
  class_name: 'InputLayer',
  config: { batch_shape: [null, length], dtype: 'float32', name },
  name,
  inbound_nodes: [],
});
const operation = (class_name: string, name: string, ...args: unknown[]) => ({
  module: 'keras.src.ops.numpy',
  class_name,
  config: { name },
  name,
  inbound_nodes: [{ args, kwargs: {} }],
});
/** What a functional model of Keras 3 of these layers gives for `point`. */
function valuesOf(layers: readonly object[], output_layers: unknown, point: readonly number[]) {
  const config = { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers };
  const topology = { keras_version: '3.15.1', model_config: { class_name: 'Functional', config } };
  const network = readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(JSON.stringify({ modelTopology: topology, weightsManifest: [] })),
    open: () => ({ next: fromMemory([]), close: () => undefined }),
  });
  return Array.from(forward(network, [...point]));
}
const doubling = {
  name: 'twice',
  layers: [input('a'), operation('Multiply', 'b', tensor('a'), 2)],
  input_layers: [['a', 0, 0]],
  output_layers: [['b', 0, 0]],
};
const nested = (config: object, ...calls: unknown[][]) => ({
  class_name: 'Functional',
  name: 'twice',
  config,
  inbound_nodes: calls.map((args) => ({ args, kwargs: { mask: null } })),
});

it('counts calls of a model from 0 where it connects them, and from 1 where they are results', () => {
  const layers = [input('x'), nested(doubling, [tensor('x')], [tensor('twice')])];
  expect(
    valuesOf(
      layers,
      [
        ['twice', 1, 0],
        ['twice', 2, 0],
      ],
      [1, -3],
    ),
  ).toEqual([2, -6, 4, -12]);
});

it('takes dictionaries in the order of their keys', () => {
  const config = {
    name: 'twice',
    layers: [
      input('b'),
      input('a'),
      operation('Subtract', 's', tensor('a'), tensor('b')),
      operation('Add', 'r', tensor('a'), tensor('b')),
    ],
    input_layers: { b: ['b', 0, 0], a: ['a', 0, 0] },
    output_layers: { second: ['s', 0, 0], first: ['r', 0, 0] },
  };
  const layers = [
    input('x'),
    operation('Multiply', 'y', tensor('x'), 10),
    nested(config, [{ b: tensor('x'), a: tensor('y') }]),
    operation('Multiply', 'end', tensor('twice', 0, 1), 1),
  ];
  expect(valuesOf(layers, [['end', 0, 0]], [1, -3])).toEqual([9, -27]);
});

it('reads masks that hide nothing, and no others', () => {
  const attention = (mask: unknown) => [
    input('x'),
    { ...operation('Reshape', 'r', tensor('x')), config: { name: 'r', newshape: [-1, 2, 1] } },
    operation('NotEqual', 'n', tensor('x'), 0),
    {
      class_name: 'Attention',
      name: 'a',
      config: { name: 'a', trainable: true, dtype: 'float32' },
      inbound_nodes: [{ args: [[tensor('r'), tensor('r')]], kwargs: { query_mask: mask } }],
    },
  ];
  expect(valuesOf(attention(tensor('n')), [['a', 0, 0]], [0, 0])).toEqual([0, 0]);
  expect(() => valuesOf(attention(tensor('x')), [['a', 0, 0]], [0, 0])).toThrow(/"query_mask"/);
});

/** A functional model of Keras 2 of functions of TensorFlow over x, of shape [2, 2]. */
function lambdas(calls: readonly (readonly [kind: string, call: readonly unknown[]])[]) {
  const layers = [
    {
      class_name: 'InputLayer',
      config: { batch_input_shape: [null, 2, 2], name: 'x' },
      name: 'x',
      inbound_nodes: [],
    },
    ...calls.map(([kind, call], k) => ({
      class_name: kind === '__operators__.getitem' ? 'SlicingOpLambda' : 'TFOpLambda',
      config: { name: `v${k}`, trainable: true, dtype: 'float32', function: kind },
      name: `v${k}`,
      inbound_nodes: [call],
    })),
  ];
  const config = {
    name: 'm',
    layers,
    input_layers: [['x', 0, 0]],
    output_layers: [[`v${calls.length - 1}`, 0, 0]],
  };
  const topology = { keras_version: '2.21.0', model_config: { class_name: 'Functional', config } };
  const network = readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(JSON.stringify({ modelTopology: topology, weightsManifest: [] })),
    open: () => ({ next: fromMemory([]), close: () => undefined }),
  });
  return Array.from(forward(network, x));
}

it.each<[string, Parameters<typeof lambdas>[0], readonly number[]]>([
  [
    'slices and axes',
    [
      [
        '__operators__.getitem',
        [
          'x',
          0,
          0,
          {
            slice_spec: [
              { start: null, stop: null, step: null },
              { start: 1, stop: null, step: null },
            ],
          },
        ],
      ],
      ['compat.v1.squeeze', ['v0', 0, 0, { axis: 1, name: null }]],
    ],
    [2, -0.25],
  ],
  [
    'products turned',
    [['linalg.matmul', ['x', 0, 0, { b: ['x', 0, 0], transpose_b: true }]]],
    [2.5, 1.375, 1.375, 4.0625],
  ],
  [
    'parts by their sizes',
    [
      ['split', ['x', 0, 0, { num_or_size_splits: [1, 1], axis: -1 }]],
      ['tile', ['v0', 0, 1, { multiples: [1, 1, 2], name: 'tile' }]],
    ],
    [-1.5, -1.5, -0.25, -0.25],
  ],
  [
    'choices and bounds',
    [
      ['clip_by_value', ['x', 0, 0, { clip_value_min: -1, clip_value_max: 1 }]],
      ['math.greater', ['x', 0, 0, { y: 0, name: null }]],
      ['where', ['v1', 0, 0, { x: ['v0', 0, 0], y: ['x', 0, 0] }]],
    ],
    [0.5, -1.5, 1, -0.25],
  ],
  ['slopes of their own', [['nn.leaky_relu', ['x', 0, 0, { alpha: 0.1 }]]], [0.5, -0.15, 2, -0.025]],
  [
    'unit length',
    [['math.l2_normalize', ['x', 0, 0, { axis: -1, epsilon: 1e-12 }]]],
    [0.5, -1.5, 2, -0.25].map((v, k) => v / Math.sqrt(k < 2 ? 2.5 : 4.0625)),
  ],
])('of TensorFlow in Keras 2: %s', (_, calls, wanted) => {
  lambdas(calls).forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 9);
  });
});

it('tells what of Keras 2 cannot be read', () => {
  expect(() => lambdas([['einsum', ['_CONSTANT_VALUE', -1, 'bi->b', {}]]])).toThrow(
    /without its tensors; use EinsumDense/,
  );
  expect(() =>
    lambdas([['compat.v1.gather', ['x', 0, 0, { indices: [0], axis: 1, batch_dims: 1 }]]]),
  ).toThrow(/"batch_dims" = 1; nearest is 0/);
});
