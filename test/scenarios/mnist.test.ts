import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shutdown, solve } from '../../index.js';
import { loadNetwork } from '../../runtime/node/load-network.js';
import { openExecutable } from '../../runtime/open.js';
import { programsOf } from '../../runtime/programs.js';
import { findData } from '../../scenarios/data.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';
import { TARGETS } from '../../scenarios/mnist/targets.js';
import { assemble } from '../../src/nlp/assemble.js';
import { LocalBox } from '../../src/oracle/local.js';
import { expectKkt } from '../kkt.js';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const data = findData('mnist');
const shared = data && join(data, '..', 'networks', 'mnist-tanh-128');

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => shutdown());

function image(sample: number): { pixels: Float64Array; label: number } {
  const { images } = readImages(data!);
  const pixels = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
  return { pixels, label: readLabels(data!)[sample]! };
}

/** What tfjs itself makes of an image, from the same files. */
async function tfjsProbabilities(folder: string, pixels: Float64Array): Promise<number[]> {
  const model = await tf.loadLayersModel({
    load: async () => {
      const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
      const [group] = json.weightsManifest;
      const bytes = Buffer.concat(group.paths.map((path: string) => readFileSync(join(folder, path))));
      return {
        modelTopology: json.modelTopology,
        weightSpecs: group.weights,
        weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
      };
    },
  });
  const y = model.predict(tf.tensor2d(Float32Array.from(pixels), [1, 784])) as tf.Tensor;
  return Array.from(await y.data());
}

/**
 * Solves, and believes nothing the driver says: KKT conditions are recomputed with the wasm engine (the solve used
 * ONNX Runtime), the target's probability by tfjs.
 */
async function attack(folder: string, sample: { pixels: Float64Array; label: number }, tol: number) {
  const network = await loadNetwork(folder);
  const target = TARGETS[sample.label]!;
  const { model, x } = adversarialImage({ network, image: sample.pixels, target });
  const solution = await solve(model, { tol, engine: 'onnx' });
  expect(solution.sizes).toEqual({
    variables: 2362,
    constraints: 805,
    jacobianNonzeros: 10_213,
    hessianNonzeros: 307_720,
  });
  expect(solution.status).toBe('optimal');
  const programs = programsOf(network);
  const executable = await openExecutable({ programs, engine: 'wasm', precision: 'f64', device: 'cpu' });
  try {
    const nlp = assemble(solution.problem, [new LocalBox(executable)]);
    expectKkt(nlp, solution, Math.max(1e-6, 10 * tol));
  } finally {
    executable.dispose();
  }
  const probability = await tfjsProbabilities(folder, solution.value(x).data as Float64Array);
  expect(probability[target]).toBeGreaterThan(0.6 - 1e-6);
  return solution;
}

describe('the adversarial image', () => {
  it('of the drawn digit needs no data', async () => {
    const solution = await attack(join(models, 'mnist-tanh-128'), drawnDigit(), 1e-8);
    expect(solution.iterations).toBeLessThanOrEqual(60);
    // Within the bounds as stated, for one factorization: rows of white pixels have all their variables at bounds.
    expect(Math.min(...solution.x)).toBe(0);
    expect(solution.evaluations.factorizations).toBeLessThanOrEqual(1.5 * solution.iterations);
  });

  it('has the same solution in lifted space', async () => {
    const network = await loadNetwork(join(models, 'mnist-tanh-128'));
    const problem = { network, image: drawnDigit().pixels, target: 9 };
    const lifted = await solve(adversarialImage({ ...problem, formulation: 'lifted' }).model);
    const reduced = await solve(adversarialImage(problem).model);
    expect([lifted.status, reduced.status]).toEqual(['optimal', 'optimal']);
    expect(lifted.sizes).toEqual({
      variables: 2362 + 128,
      constraints: 805 + 128,
      jacobianNonzeros: 10_213 + 128 * 784 + 128 - 10 * (784 - 128),
      hessianNonzeros: (128 * 129) / 2,
    });
    expect(Math.abs(lifted.objective / reduced.objective - 1)).toBeLessThan(1e-5);
  });

  for (const width of [128, 512])
    for (const tol of [1e-6, 1e-8])
      it.skipIf(data === undefined)(
        `of image 6 at width ${width} and tol ${tol} takes at most 40 iterations`,
        async () => {
          const solution = await attack(join(models, `mnist-tanh-${width}`), image(6), tol);
          expect(solution.iterations).toBeLessThanOrEqual(40);
        },
      );

  it.skipIf(!shared || !existsSync(shared))('agrees with the reference of the shared network', async () => {
    const references: { sample: number; objective: number }[] = JSON.parse(
      readFileSync(pathToFileURL(join(shared!, 'reference.json')), 'utf8'),
    );
    for (const sample of [6, 8]) {
      const { objective } = await attack(shared!, image(sample), 1e-8);
      const reference = references.find((entry) => entry.sample === sample)!;
      expect(objective).toBeLessThanOrEqual(reference.objective * (1 + 1e-5));
    }
  });
});

it.each([
  ['a target that is no digit', { target: 10 }, /target 10/],
  ['a probability of one', { probability: 1 }, /probability 1/],
  ['an image of the wrong size', { image: new Float64Array(10) }, /784 pixels/],
])('refuses %s', async (_, change, message) => {
  const network = await loadNetwork(join(models, 'mnist-tanh-128'));
  expect(() => adversarialImage({ network, image: drawnDigit().pixels, target: 9, ...change })).toThrow(
    message,
  );
});
