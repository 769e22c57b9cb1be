import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { fromHalf } from '../../src/network/read/tfjs/half.js';
import { forward } from './forward.js';
import { freshFolder } from './tfjs.js';

interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly object[];
}

/** Writes a network as a converter would: topology, manifest and files of weights. */
function write(modelTopology: object, weightsManifest: readonly Group[], files: Record<string, Uint8Array>) {
  const folder = freshFolder();
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
  );
  return folder;
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const f32 = (...values: number[]): Uint8Array => bytesOf(Float32Array.from(values));
const weight = (name: string, ...shape: number[]) => ({ name, shape, dtype: 'float32' });
const dense = (name: string, units: number, more = {}) => ({
  class_name: 'Dense',
  config: { name, units, activation: 'linear', ...more },
});

/** 1 → 2 → 1: `y = 5(2x + 1/2) + 7(3x − 1) + 1/4`. */
const twoLayers = {
  class_name: 'Sequential',
  config: { name: 'net', layers: [dense('a', 2, { batch_input_shape: [null, 1] }), dense('b', 1)] },
};
const expected = (x: number): number => 5 * (2 * x + 0.5) + 7 * (3 * x - 1) + 0.25;
const a = [weight('a/kernel', 1, 2), weight('a/bias', 2)];
const b = [weight('b/kernel', 2, 1), weight('b/bias', 1)];
const bytes = f32(2, 3, 0.5, -1, 5, 7, 0.25);

describe('weights in files', () => {
  it('may be cut anywhere, within and across groups', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 5 }), fc.boolean(), (cuts, split) => {
        const edges = [0, ...cuts.sort((p, q) => p - q), bytes.length];
        const names = edges.slice(1).map((_, k) => `shard${k}.bin`);
        const files = Object.fromEntries(
          names.map((name, k) => [name, bytes.subarray(edges[k], edges[k + 1])]),
        );
        const manifest = split
          ? [
              { paths: names.slice(0, 1), weights: a },
              { paths: names.slice(1), weights: b },
            ]
          : [{ paths: names, weights: [...a, ...b] }];
        expect(forward(readTfjs(write(twoLayers, manifest, files)), [0.3])[0]).toBeCloseTo(expected(0.3), 12);
      }),
    );
  });

  it('may lie in a folder below and carry the state of an optimizer', () => {
    const weights = [...a, ...b, { ...weight('Adam/m', 3), group: 'optimizer' }];
    const manifest = [{ paths: ['deep/w.bin'], weights }];
    const files = { 'deep/w.bin': Uint8Array.from([...bytes, ...f32(Number.NaN, 1, 2)]) };
    const network = readTfjs(write(twoLayers, manifest, files));
    expect(network.parameters).toBe(7);
    expect(forward(network, [-1])[0]).toBeCloseTo(expected(-1), 12);
  });

  it('are dequantized: uint8, uint16, float16, int32, bool, at odd places', () => {
    const as = (name: string, shape: number[], dtype: string, quantization?: object) => ({
      name,
      shape,
      dtype,
      ...(quantization ? { quantization } : {}),
    });
    const weights = [
      as('a/kernel', [1, 2], 'float32', { dtype: 'uint8', scale: 0.5, min: 1, original_dtype: 'float32' }),
      as('extra/flag', [1], 'bool'),
      as('a/bias', [2], 'float32', { dtype: 'float16' }),
      as('b/kernel', [2, 1], 'int32'),
      as('b/bias', [1], 'float32', { dtype: 'uint16', scale: 2 ** -10, min: -1 }),
    ].filter(({ name }) => name !== 'extra/flag');
    const flag = { class_name: 'Dense', config: { name: 'c', units: 1, use_bias: false } };
    const topology = {
      class_name: 'Sequential',
      config: { name: 'net', layers: [...twoLayers.config.layers, flag] },
    };
    weights.splice(1, 0, as('c/kernel', [1, 1], 'bool'));
    const files = {
      'w.bin': Uint8Array.from([
        ...[2, 4],
        ...[1],
        ...bytesOf(Uint16Array.of(0x3800, 0xbc00)),
        ...bytesOf(Int32Array.of(5, 7)),
        ...bytesOf(Uint16Array.of(1280)),
      ]),
    };
    const network = readTfjs(write(topology, [{ paths: ['w.bin'], weights }], files));
    expect(forward(network, [0.7])[0]).toBeCloseTo(expected(0.7), 12);
  });

  it('decodes half floats of every kind', () => {
    const bits = Uint16Array.of(
      0x0000,
      0x8000,
      0x0001,
      0x03ff,
      0x0400,
      0x3c01,
      0x7bff,
      0xfc00,
      0x7c00,
      0x7e00,
    );
    expect(Array.from(fromHalf(bits))).toEqual([
      0,
      -0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1 + 2 ** -10,
      65504,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

describe('topologies as converters write them', () => {
  const manifest = [{ paths: ['w.bin'], weights: [...a, ...b] }];
  const files = { 'w.bin': bytes };

  it.each([
    ['model_config', { keras_version: '2.4.0', backend: 'tensorflow', model_config: twoLayers }],
    ['model_config as text', { model_config: JSON.stringify(twoLayers) }],
    ['a list of layers', { class_name: 'Sequential', config: twoLayers.config.layers }],
    [
      'camelCase',
      {
        className: 'Sequential',
        config: {
          layers: twoLayers.config.layers.map(({ class_name, config }, k) => ({
            className: class_name,
            config: {
              name: config.name,
              units: config.units,
              useBias: true,
              ...(k === 0 ? { batchInputShape: [null, 1] } : {}),
            },
          })),
        },
      },
    ],
  ])('%s', (_, topology) => {
    expect(forward(readTfjs(write(topology, manifest, files)), [0.3])[0]).toBeCloseTo(expected(0.3), 12);
  });

  it('finds weights under the names of enclosing models', () => {
    const input = {
      class_name: 'InputLayer',
      name: 'x',
      config: { name: 'x', batch_input_shape: [null, 1] },
    };
    const inner = (name: string, layer: object) => ({
      class_name: 'Sequential',
      name,
      config: { name, layers: [layer] },
      inbound_nodes: [[[name === 'one' ? 'x' : 'one', name === 'one' ? 0 : 1, 0, {}]]],
    });
    const first = { class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 1] } };
    const second = { class_name: 'Dense', config: { name: 'd', units: 1 } };
    const topology = (last: number) => ({
      class_name: 'Functional',
      config: {
        name: 'whole',
        layers: [{ ...input, inbound_nodes: [] }, inner('one', first), inner('two', second)],
        input_layers: [['x', 0, 0]],
        output_layers: [['two', last, 0]],
      },
    });
    const weights = [
      weight('one/d/kernel', 1, 2),
      weight('one/d/bias', 2),
      weight('two/d/kernel', 2, 1),
      weight('two/d/bias', 1),
    ];
    // Calls of nested models are counted from 1, by some versions of Keras from 0.
    for (const last of [1, 0]) {
      const network = readTfjs(write(topology(last), [{ paths: ['w.bin'], weights }], files));
      expect(forward(network, [0.3])[0]).toBeCloseTo(expected(0.3), 12);
    }
  });

  it('Keras: Normalization and slopes of ReLU', () => {
    const layers = [
      { class_name: 'Normalization', config: { name: 'n', axis: [-1], batch_input_shape: [null, 2] } },
      { class_name: 'ReLU', config: { name: 'r', max_value: null, negative_slope: 0.5, threshold: 0 } },
      { class_name: 'ReLU', config: { name: 's', max_value: null, negative_slope: 0, threshold: 1 } },
    ];
    const weights = [
      weight('n/mean', 2),
      weight('n/variance', 2),
      { name: 'n/count', shape: [], dtype: 'int32' },
    ];
    const w = Uint8Array.from([...f32(1, -2, 4, 0.25), ...bytesOf(Int32Array.of(9))]);
    const topology = { class_name: 'Sequential', config: { name: 'net', layers } };
    const network = readTfjs(write(topology, [{ paths: ['w.bin'], weights }], { 'w.bin': w }));
    expect(forward(network, [5, 0])).toEqual([2, 4]);
    expect(forward(network, [-1, -2.25])).toEqual([0, 0]);
    const slope = { class_name: 'Sequential', config: { name: 'net', layers: layers.slice(0, 2) } };
    const sloped = readTfjs(write(slope, [{ paths: ['w.bin'], weights }], { 'w.bin': w }));
    expect(forward(sloped, [-1, -2.25])).toEqual([-0.5, -0.25]);
  });
});
