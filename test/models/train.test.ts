import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attention } from '../../models/train/attention.js';
import { distort } from '../../models/train/augment.js';
import { classifier } from '../../models/train/classifier.js';
import { convolution } from '../../models/train/convolution.js';
import { fitClassifier } from '../../models/train/fit.js';
import { learnerOf } from '../../models/train/learner.js';
import { random } from '../../models/train/random.js';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { forward } from '../network/forward.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('random numbers', () => {
  it('repeat with their seed and look uniform and normal', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, random(seed).uniform);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const { uniform, normal } = random(3);
    const moment = (next: () => number, power: number) =>
      Array.from({ length: 20000 }, next).reduce((sum, value) => sum + value ** power, 0) / 20000;
    expect(moment(uniform, 1)).toBeCloseTo(1 / 2, 1);
    expect(moment(uniform, 2)).toBeCloseTo(1 / 3, 1);
    expect(Math.abs(moment(normal, 1))).toBeLessThan(0.03);
    expect(Math.abs(moment(normal, 2) - 1)).toBeLessThan(0.05);
    const order = Int32Array.from({ length: 50 }, (_, i) => i);
    random(4).shuffle(order);
    expect(Array.from(order)).not.toEqual([...order.keys()]);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual([...order.keys()]);
  });
});

describe('distorted copies', () => {
  const side = 9;
  const image = Uint8Array.from({ length: side * side }, (_, k) => (k === 4 * side + 4 ? 255 : 0));
  const none = { rotation: 0, scale: 0, shear: 0, shift: 0 };
  it('without distortion are the image', () => {
    const out = new Float32Array(side * side);
    distort(image, side, none, random(1), out, 0);
    expect(Array.from(out)).toEqual(Array.from(image, (pixel) => pixel / 255));
  });
  it('keep the centre when turned and move it when shifted', () => {
    const out = new Float32Array(side * side);
    distort(image, side, { ...none, rotation: 1, scale: 0.3, shear: 0.3 }, random(1), out, 0);
    expect(out[4 * side + 4]).toBeCloseTo(1, 6);
    distort(image, side, { ...none, shift: 3 }, random(2), out, 0);
    expect(out[4 * side + 4]).toBeLessThan(0.9);
    expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });
});

describe('architectures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-train-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const own of [convolution(), attention()])
    it(`${own.name}: what is kept is what learned`, async () => {
      const stream = random(11);
      const learner = learnerOf(own, [784, 10], stream);
      const batch = (x: Float32Array, label: Int32Array) => {
        for (let k = 0; k < x.length; k++) x[k] = stream.uniform();
        label.forEach((_, k) => {
          label[k] = k;
        });
      };
      // A step, so that no weight has the value it began with.
      learner.learn(batch, { steps: 1, batch: 2, firstRate: 0.01, lastRate: 0.001 }, () => {});
      const digest = await learner.save(join(folder, own.name));
      const network = readTfjs(join(folder, own.name));
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(network.parameters).toBe(learner.parameters);
      const x = Float64Array.from({ length: 784 }, () => Math.fround(stream.uniform()));
      const y = forward(network, x);
      const logits = tf.tidy(() =>
        tf.softmax(learner.values(tf.tensor2d(Float32Array.from(x), [1, 784]))).dataSync(),
      );
      y.forEach((value, k) => {
        expect(Math.abs(value - logits[k]!)).toBeLessThan(1e-5);
      });
    });
});

describe('training', () => {
  const run = (seed: number, steps: number) => {
    const stream = random(seed);
    const model = classifier(2, 8, 2, 2, stream);
    const losses: number[] = [];
    // Two classes that no straight line parts: inside and outside of a circle.
    const batch = (x: Float32Array, label: Int32Array) => {
      for (let k = 0; k < label.length; k++) {
        x[2 * k] = 2 * stream.uniform() - 1;
        x[2 * k + 1] = 2 * stream.uniform() - 1;
        label[k] = Math.hypot(x[2 * k]!, x[2 * k + 1]!) < 0.7 ? 1 : 0;
      }
    };
    const schedule = { steps, batch: 32, firstRate: 0.03, lastRate: 0.001 };
    fitClassifier(model, 2, 2, batch, schedule, (_, loss) => losses.push(loss));
    const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
    return { losses, weights, model };
  };
  it('learns', () => {
    const { losses, model } = run(5, 300);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(0.3);
    expect(losses[2]).toBeLessThan(losses[0]! / 1.5);
    const y = (model.predict(tf.tensor2d([0, 0, 0.9, 0.9], [2, 2])) as tf.Tensor).dataSync();
    expect(y[1]).toBeGreaterThan(0.9);
    expect(y[2]).toBeGreaterThan(0.9);
  });
  it('repeats with its seed', () => {
    expect(run(5, 20).weights).toEqual(run(5, 20).weights);
    expect(run(5, 20).weights).not.toEqual(run(6, 20).weights);
  });
});
