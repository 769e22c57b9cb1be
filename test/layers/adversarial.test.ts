import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, fromTfjs, type Network, type QuadraticTreatment, shutdown, solve } from '../../index.js';
import { QpLayer } from '../../layers/tfjs/index.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';

const folder = fileURLToPath(new URL('../../models/mnist-tanh-128/', import.meta.url));

/** The shipped classifier of digits with a quadratic program before its softmax: its scores are projected. */
async function classifier(): Promise<Network> {
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(`${folder}model.json`, 'utf8'));
  const [{ weights, paths }] = weightsManifest;
  const bytes = Buffer.concat(paths.map((path: string) => readFileSync(`${folder}${path}`)));
  const shipped = (await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    }),
  )) as tf.Sequential;
  const [last] = shipped.layers.slice(-1);
  const scores = tf.layers.dense({ units: 10, name: 'scores' });
  const model = tf.sequential({
    name: 'projected',
    layers: [
      ...shipped.layers.slice(0, -1),
      scores,
      new QpLayer({
        n: 10,
        p: 10,
        input: '-q',
        quadratic: 'fixed',
        name: 'program',
        seed: 6,
        initial: { s0: new Array<number>(10).fill(4) },
      }),
      tf.layers.activation({ activation: 'softmax', name: 'probabilities' }),
    ],
  });
  scores.setWeights(last!.getWeights());
  return fromTfjs(model);
}

describe('an adversarial image of a classifier that ends with a quadratic program', () => {
  let net: Network;
  const { pixels, label } = drawnDigit();
  const target = 9;
  beforeAll(async () => {
    net = await classifier();
  });
  afterAll(() => shutdown());

  it('is a four before it is changed', () => {
    const y = evaluate(net, pixels);
    expect(y.indexOf(Math.max(...y))).toBe(label);
  });

  const objectives: number[] = [];
  const treatments: [string, QuadraticTreatment][] = [
    ['its optimality conditions', { complementarity: 1e-9 }],
    ['its solution at a barrier', { smooth: 1e-9 }],
  ];
  it.each(treatments)('is found by %s, and the network itself takes it for a nine', async (_, quadratic) => {
    const { model, x, y } = adversarialImage({ network: net, image: pixels, target, quadratic });
    const solution = await solve(model, { tol: 1e-7, max_iter: 500 });
    expect(solution.status).toBe('optimal');
    expect(solution.networkError).toBeLessThan(1e-6);
    const exact = evaluate(net, [...solution.value(x)] as number[]);
    exact.forEach((value, k) => {
      expect(Math.abs(value - solution.value(y).at(k)!)).toBeLessThan(1e-6);
    });
    expect(exact[target]).toBeGreaterThan(0.6 - 1e-6);
    objectives.push(solution.objective);
    // The problem is not convex: the two ways may end in neighbouring minima.
    if (objectives.length === 2) expect(Math.abs(objectives[0]! / objectives[1]! - 1)).toBeLessThan(0.1);
  });
});
