import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork, Model, network, power, shutdown, solve, sum } from '../index.js';

afterAll(() => shutdown());

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The first TypeScript block of the README, without its imports, as a function of what it imports. */
function firstExample(): (...scope: unknown[]) => Promise<void> {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const body = code
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .join('\n');
  const names = ['tf', 'loadNetwork', 'Model', 'network', 'power', 'solve', 'sum', 'console'];
  return new Function(...names, `return (async () => {${body}})()`) as (...scope: unknown[]) => Promise<void>;
}

it('keeps the promise of its first example with a live tfjs model', async () => {
  await tf.setBackend('cpu');
  const trained = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 6,
        activation: 'tanh',
        inputShape: [3],
        kernelInitializer: tf.initializers.randomNormal({ stddev: 2, seed: 1 }),
      }),
      tf.layers.dense({
        units: 2,
        activation: 'softmax',
        kernelInitializer: tf.initializers.randomNormal({ stddev: 2, seed: 2 }),
      }),
    ],
  });
  const printed: unknown[][] = [];
  const log = (...args: unknown[]): void => void printed.push(args);
  const standIn = { loadLayersModel: async () => trained };
  await firstExample()(standIn, loadNetwork, Model, network, power, solve, sum, { log });
  const [status, x, y0] = printed[0]! as [string, { data: Float64Array }, number];
  expect(status).toBe('optimal');
  const predicted = (
    await (trained.predict(tf.tensor2d(Float32Array.from(x.data), [1, 3])) as tf.Tensor).data()
  )[0]!;
  expect(predicted).toBeCloseTo(y0, 5);
  expect(y0).toBeGreaterThan(0.8 - 1e-6);
});

it('names only commands that exist', () => {
  const commands = [...readme.matchAll(/^graybox ([a-z]+)/gm)].map(([, name]) => name);
  const known = [
    'solve',
    'inspect',
    'check',
    'options',
    'data',
    'bench',
    'simulate',
    'contingencies',
    'train',
  ];
  expect(new Set(commands)).toEqual(new Set(known));
});
