import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { transformSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import {
  add,
  le,
  loadNetwork,
  Model,
  matvec,
  network,
  power,
  prepare,
  shutdown,
  solve,
  subtract,
  sum,
  sumOfSquares,
} from '../index.js';
import { QpLayer } from '../layers/tfjs/index.js';

afterAll(() => shutdown());

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Runs a TypeScript block of the README, without its imports, with what it imports. */
async function runExample(k: number, scope: Readonly<Record<string, unknown>>): Promise<void> {
  const code = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)][k]![1]!;
  const body = code
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .join('\n');
  const { code: plain } = transformSync(`async function example() {${body}}`, { loader: 'ts' });
  const example = new Function(...Object.keys(scope), `${plain}; return example();`);
  await (example(...Object.values(scope)) as Promise<void>);
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
  const console = { log };
  await runExample(0, { tf: standIn, loadNetwork, Model, network, power, solve, sum, console });
  const [status, x, y0] = printed[0]! as [string, { data: Float64Array }, number];
  expect(status).toBe('optimal');
  const predicted = (
    await (trained.predict(tf.tensor2d(Float32Array.from(x.data), [1, 3])) as tf.Tensor).data()
  )[0]!;
  expect(predicted).toBeCloseTo(y0, 5);
  expect(y0).toBeGreaterThan(0.8 - 1e-6);
});

it('keeps the promise of its second example', async () => {
  const printed: unknown[][] = [];
  const console = { log: (...args: unknown[]) => void printed.push(args) };
  await runExample(1, { add, le, matvec, Model, prepare, subtract, sumOfSquares, console });
  expect(printed.length).toBe(2);
  for (const [k, goal] of [0.2, 0.5].entries()) {
    const [x, multiplier, u] = printed[k] as [number[][], number, number];
    // Stationary: x = target − λ/2, u = λ/2, with Σx = u: λ is half the sum of the target.
    expect(multiplier).toBeCloseTo(goal, 5);
    expect(u).toBeCloseTo(goal / 2, 5);
    for (const row of x)
      for (const [j, value] of [goal / 2, -goal / 2, goal / 2].entries())
        expect(row[j]).toBeCloseTo(value, 5);
  }
});

it('names only commands that exist', () => {
  const commands = [...readme.matchAll(/^graybox ([a-z]+)/gm)].map(([, name]) => name);
  const known = [
    'solve',
    'inspect',
    'check',
    'bounds',
    'export',
    'options',
    'doctor',
    'qp',
    'data',
    'bench',
    'simulate',
    'contingencies',
    'train',
  ];
  expect(new Set(commands)).toEqual(new Set(known));
});

it('keeps the promise of its example with a learned polytope', async () => {
  await tf.setBackend('cpu');
  const printed: unknown[][] = [];
  const console = { log: (...args: unknown[]) => void printed.push(args) };
  await runExample(2, { tf, QpLayer, console });
  const [first, last, z] = printed[0] as [number, number, Float32Array];
  expect(last).toBeLessThan(0.8 * first);
  expect(z.length).toBe(64 * 4);
  expect(z.every(Number.isFinite)).toBe(true);
});
