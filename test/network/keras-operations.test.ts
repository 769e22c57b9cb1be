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
])('%s', (_, operations, wanted) => {
  const found = forward(read(4, operations), x);
  expect(found.length).toBe(wanted.length);
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 10);
  });
});
