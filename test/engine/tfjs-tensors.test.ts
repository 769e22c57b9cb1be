import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { tfjsEngine, tfjsEngineOn } from '../../src/engine/tfjs/engine.js';
import { openTfjs } from '../../src/engine/tfjs/library.js';
import { evaluated, evaluatedAll, pointOf } from './contract.js';
import { architectures, chain } from './networks.js';

tf.enableProdMode();

describe.each(['cpu', 'wasm'] as const)('tensors on the %s backend', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('are disposed, after each call but for the constants, and all in the end', async () => {
    const before = tf.memory().numTensors;
    for (const network of architectures.filter(({ inputSize }) => inputSize < 10)) {
      const executable = await tfjsEngineOn(tf, backend).compile(derive(network), {
        precision: 'f32',
        device: 'cpu',
      });
      const questions = [1, 2, 3].map((seed) => pointOf(network, seed));
      const all = async (): Promise<void> => {
        for (const order of [0, 1, 2] as const)
          for (const count of [1, 3]) await evaluatedAll(executable, order, questions.slice(0, count));
      };
      await all();
      const held = tf.memory().numTensors;
      expect(held).toBeGreaterThan(before);
      for (let k = 0; k < 3; k++) await all();
      expect(tf.memory().numTensors).toBe(held);
      await executable.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('are disposed where an operation fails', async () => {
    const executable = await tfjsEngineOn(tf, backend).compile(derive(chain([3, 4, 2])), {
      precision: 'f32',
      device: 'cpu',
    });
    const question = pointOf(chain([3, 4, 2]));
    await evaluated(executable, 2, question);
    const held = tf.memory().numTensors;
    const kernel = tf.getKernel('Tanh', backend)!;
    tf.unregisterKernel('Tanh', backend);
    await expect(evaluated(executable, 2, question)).rejects.toThrow(/Tanh/);
    tf.registerKernel(kernel);
    expect(tf.memory().numTensors).toBe(held);
    await executable.dispose();
  });

  it('of numbers of points long ago are disposed', async () => {
    const network = chain([3, 4, 2]);
    const executable = await tfjsEngineOn(tf, backend).compile(derive(network), {
      precision: 'f32',
      device: 'cpu',
    });
    const counts = Array.from({ length: 40 }, (_, k) => k + 1);
    for (const count of counts)
      await evaluatedAll(
        executable,
        2,
        counts.slice(0, count).map((seed) => pointOf(network, seed)),
      );
    expect(tf.memory().numTensors).toBeLessThan(100);
    await executable.dispose();
  });
});

describe('tfjs', () => {
  const programs = derive(chain([3, 4, 2]));

  it('is left on the backend it had', async () => {
    await tf.setBackend('cpu');
    const executable = await tfjsEngineOn(tf, 'wasm').compile(programs, { precision: 'f32', device: 'cpu' });
    await tf.setBackend('cpu');
    await evaluated(executable, 2, pointOf(chain([3, 4, 2])));
    expect(tf.getBackend()).toBe('cpu');
    await executable.dispose();
  });

  it('takes the fastest backend that is installed', async () => {
    const { backend } = await openTfjs('cpu');
    expect(['tensorflow', 'wasm']).toContain(backend);
  });

  it('falls back to its own backend, and says how to get it where it is not installed', async () => {
    const without =
      (...absent: string[]) =>
      async (name: string): Promise<unknown> => {
        if (absent.some((word) => name.endsWith(word))) throw new Error(`Cannot find package '${name}'`);
        return tf;
      };
    expect((await openTfjs('cpu', without('node', 'wasm'))).backend).toBe('cpu');
    const none = openTfjs('cpu', without('node', 'wasm', 'tfjs'));
    await expect(none).rejects.toThrow(InputError);
    await expect(none).rejects.toThrow(
      /^engine tfjs: .*Cannot find.*: npm install @tensorflow\/tfjs .*or use engine wasm or onnx$/,
    );
  });

  it('says that a card is missing where TensorFlow computes on the CPU instead', async () => {
    const place = openTfjs('cuda', async () => ({
      ...tf,
      getBackend: () => 'tensorflow',
      backend: () => ({ isUsingGpuDevice: false }),
    }));
    await expect(place).rejects.toThrow(/finds no CUDA card.*use device cpu$/);
    expect(await tfjsEngine.available('cuda')).toMatch(/npm install @tensorflow\/tfjs-node-gpu/);
  });

  it('refuses a backend that is not registered, and one of 16 bits', async () => {
    const options = { precision: 'f32', device: 'cpu' } as const;
    expect(await tfjsEngineOn(tf, 'abacus').available()).toMatch(/'abacus' is not registered/);
    const half = { ...tf, backend: () => ({ floatPrecision: () => 16 }) } as unknown as typeof tf;
    await expect(tfjsEngineOn(half, tf.getBackend()).compile(programs, options)).rejects.toThrow(
      /less than f32/,
    );
  });

  it.each(['f64', 'mixed'] as const)('refuses %s', async (precision) => {
    await expect(tfjsEngine.compile(programs, { precision, device: 'cpu' })).rejects.toThrow(/it has f32/);
  });
});
