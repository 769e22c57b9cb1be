import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadNetwork, scopf, shutdown, solve } from '../../index.js';
import { findData } from '../../scenarios/data.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';
import { TARGETS } from '../../scenarios/mnist/targets.js';
import { nineBuses } from '../../scenarios/scopf/nine-buses.js';

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

describe('a Hessian in f32', () => {
  it('lets a solve reach 1e-8 without finishing in f64: the drawn digit', async () => {
    const { pixels: image, label } = drawnDigit();
    const network = await loadNetwork(path);
    const of = (precision: 'f64' | 'mixed') => {
      const { model } = adversarialImage({ network, image, target: TARGETS[label]! });
      return solve(model, { engine: 'onnx', precision, tol: 1e-8 });
    };
    const [exact, mixed] = [await of('f64'), await of('mixed')];
    expect(mixed.status).toBe('optimal');
    expect(mixed.network!.precision).toBe('mixed');
    for (const error of Object.values(mixed.errors)) expect(error).toBeLessThan(1e-7);
    expect(Math.abs(mixed.objective / exact.objective - 1)).toBeLessThan(1e-7);
    expect(Math.abs(mixed.iterations - exact.iterations)).toBeLessThanOrEqual(3);
  });
});

describe('a secured dispatch of nine buses', () => {
  it('comes out the same in f64, in mixed precision, and in f32 finished in f64', async () => {
    const surrogate = await loadNetwork(
      fileURLToPath(new URL('../../models/scopf-nine-buses', import.meta.url)),
    );
    const of = (precision: 'f64' | 'mixed' | 'f32') =>
      solve(scopf(nineBuses(), { surrogate }).model, {
        engine: 'onnx',
        precision,
        polish: precision === 'f32',
        tol: 1e-8,
      });
    const exact = await of('f64');
    expect(exact.status).toBe('optimal');
    for (const precision of ['mixed', 'f32'] as const) {
      const other = await of(precision);
      expect(other.status).toBe('optimal');
      expect(Math.abs(other.objective / exact.objective - 1)).toBeLessThan(1e-6);
    }
  });
});
