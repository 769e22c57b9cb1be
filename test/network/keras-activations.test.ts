import { expect, it } from 'vitest';
import { fromMemory } from '../../src/network/read/tfjs/memory.js';
import { readTfjsFiles } from '../../src/network/read/tfjs.js';
import { forward } from './forward.js';

/** A model of Keras 3 that is one activation by name. */
const read = (activation: string) =>
  readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(
      JSON.stringify({
        modelTopology: {
          keras_version: '3.1.0',
          model_config: {
            class_name: 'Sequential',
            config: {
              name: 'm',
              layers: [
                { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 3] } },
                { class_name: 'Activation', config: { name: 'a', activation } },
              ],
            },
          },
        },
        weightsManifest: [],
      }),
    ),
    open: () => ({ next: fromMemory([]), close: () => undefined }),
  });

it.each([
  ['squareplus', (u: number) => (u + Math.sqrt(u * u + 4)) / 2],
  ['log_sigmoid', (u: number) => -Math.log1p(Math.exp(-u))],
  ['tanh_shrink', (u: number) => u - Math.tanh(u)],
  ['celu', (u: number) => (u > 0 ? u : Math.expm1(u))],
  ['hard_tanh', (u: number) => Math.min(Math.max(u, -1), 1)],
  ['hard_silu', (u: number) => (u * Math.min(Math.max(u + 3, 0), 6)) / 6],
] as const)('%s of Keras 3', (name, φ) => {
  const x = [-1.3, 0.4, 2.2];
  forward(read(name), x).forEach((value, k) => {
    expect(value).toBeCloseTo(φ(x[k]!), 12);
  });
});
