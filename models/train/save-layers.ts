import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openFolder, writeWhole } from '../../runtime/node/draft.js';
import type { Architecture } from './architecture.js';
import type { Layers } from './regression.js';

/** An array of a file of weights. */
interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Writes dense tanh layers as a tfjs LayersModel, `model.json` and `weights.bin` (f32, little-endian). Returns the SHA-256 of
 * the weights in hexadecimal.
 */
export function saveLayers({ sizes, weights, biases }: Layers, folder: string): string {
  const layers = weights.map((_, k) => ({
    class_name: 'Dense',
    config: {
      name: `dense_${k + 1}`,
      units: sizes[k + 1],
      activation: k + 1 < weights.length ? 'tanh' : 'linear',
      use_bias: true,
      dtype: 'float32',
      trainable: true,
      ...(k === 0 && { batch_input_shape: [null, sizes[0]] }),
    },
  }));
  const specs = weights.flatMap((_, k) => [
    { name: `dense_${k + 1}/kernel`, shape: [sizes[k]!, sizes[k + 1]!] },
    { name: `dense_${k + 1}/bias`, shape: [sizes[k + 1]!] },
  ]);
  const values = weights.flatMap((weight, k) => [...weight, ...biases[k]!]);
  return writeModel(
    folder,
    { class_name: 'Sequential', config: { name: 'surrogate', layers } },
    specs,
    values,
  );
}

/**
 * Writes a classifier as a functional tfjs LayersModel of `inputs` numbers; `values` are its weights, one after another. Returns
 * the SHA-256 of `weights.bin` in hexadecimal.
 */
export function saveArchitecture(
  { name, layers, weights }: Architecture,
  inputs: number,
  values: ArrayLike<number>,
  folder: string,
): string {
  const input = {
    class_name: 'InputLayer',
    name: 'pixels',
    config: { name: 'pixels', batch_input_shape: [null, inputs], dtype: 'float32' },
    inbound_nodes: [],
  };
  const others = layers.map(({ kind, name, config, from }) => ({
    class_name: kind,
    name,
    config: { name, ...config },
    inbound_nodes:
      kind === 'MultiHeadAttention'
        ? [[[from[0], 0, 0, { value: [from[1], 0, 0] }]]]
        : [from.map((source) => [source, 0, 0, {}])],
  }));
  const config = {
    name,
    layers: [input, ...others],
    input_layers: [['pixels', 0, 0]],
    output_layers: [[layers.at(-1)!.name, 0, 0]],
  };
  return writeModel(folder, { class_name: 'Functional', config }, weights, values);
}

/** Writes `model.json` and `weights.bin` (f32, little-endian); returns the SHA-256 of the latter. */
function writeModel(
  folder: string,
  topology: Readonly<Record<string, unknown>>,
  specs: readonly Spec[],
  values: ArrayLike<number>,
): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (let k = 0; k < values.length; k++) bytes.writeFloatLE(values[k]!, 4 * k);
  const weights = specs.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const json = {
    modelTopology: { ...topology, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' },
    format: 'layers-model',
    generatedBy: 'graybox-nlp',
    convertedBy: null,
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  openFolder(folder);
  writeWhole(join(folder, 'model.json'), `${JSON.stringify(json)}\n`);
  writeWhole(join(folder, 'weights.bin'), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}
