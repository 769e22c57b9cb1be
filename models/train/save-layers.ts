import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openFolder, writeWhole } from '../../runtime/node/draft.js';
import type { Layers } from './regression.js';

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
    { name: `dense_${k + 1}/kernel`, shape: [sizes[k], sizes[k + 1]], dtype: 'float32' },
    { name: `dense_${k + 1}/bias`, shape: [sizes[k + 1]], dtype: 'float32' },
  ]);
  const values = weights.flatMap((weight, k) => [...weight, ...biases[k]!]);
  const bytes = Buffer.alloc(4 * values.length);
  for (const [k, value] of values.entries()) bytes.writeFloatLE(value, 4 * k);
  const json = {
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'surrogate', layers },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    format: 'layers-model',
    generatedBy: 'graybox-nlp',
    convertedBy: null,
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  };
  openFolder(folder);
  writeWhole(join(folder, 'model.json'), `${JSON.stringify(json)}\n`);
  writeWhole(join(folder, 'weights.bin'), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}
