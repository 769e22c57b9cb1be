import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadNetwork, shutdown, solve } from '../../index.js';
import { findData } from '../../scenarios/data.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';
import { TARGETS } from '../../scenarios/mnist/targets.js';

afterAll(shutdown);
const data = findData('mnist');
const path = fileURLToPath(new URL('../../models/mnist-tanh-128', import.meta.url));

/** Solved in f64, and in f32 and finished. */
async function both(image: Float64Array, target: number) {
  const network = await loadNetwork(join(path));
  const of = async (precision: 'f64' | 'f32') => {
    const { model } = adversarialImage({ network, image, target });
    return solve(model, { engine: 'onnx', precision, polish: true });
  };
  return [await of('f64'), await of('f32')] as const;
}

describe('adversarial images solved in f32 and finished in f64', () => {
  it('agree with those solved in f64: the drawn digit', async () => {
    const { pixels, label } = drawnDigit();
    const [exact, finished] = await both(pixels, TARGETS[label]!);
    expect(finished.status).toBe('optimal');
    expect(finished.network!.precision).toBe('f64');
    expect(Math.abs(finished.objective / exact.objective - 1)).toBeLessThan(1e-6);
  });

  it.skipIf(data === undefined).each([4, 8])(
    'agree with those solved in f64: test image %i',
    async (sample) => {
      const image = Float64Array.from(
        readImages(data!).images.subarray(784 * sample, 784 * (sample + 1)),
        (pixel) => pixel / 255,
      );
      const [exact, finished] = await both(image, TARGETS[readLabels(data!)[sample]!]!);
      expect(finished.status).toBe('optimal');
      expect(Math.abs(finished.objective / exact.objective - 1)).toBeLessThan(1e-6);
      for (const [i, xi] of exact.x.entries()) expect(finished.x[i]).toBeCloseTo(xi, 5);
    },
  );
});
