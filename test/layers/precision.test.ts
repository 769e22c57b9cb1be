import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { qpLayer } from '../../index.js';
import { solveQp } from '../../layers/tfjs/index.js';
import { random } from '../../models/train/random.js';

/** The problems that are timed: Q = LLᵀ + 10⁻³I, L ~ U(0, 1); G, z₀, q ~ N(0, 1); s₀ ~ U(0, 1); h = Gz₀ + s₀; n = p. */
function timed(n: number, batch: number) {
  const source = random(n);
  const normal = (count: number): Float64Array => Float64Array.from({ length: count }, () => source.normal());
  const Q = new Float64Array(batch * n * n);
  const [G, q, h] = [normal(batch * n * n), normal(batch * n), new Float64Array(batch * n)];
  for (let e = 0; e < batch; e++) {
    const L = Float64Array.from({ length: n * n }, () => source.uniform());
    const z = normal(n);
    for (let i = 0; i < n; i++) {
      h[e * n + i] = source.uniform();
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 1e-3 : 0;
        for (let k = 0; k < n; k++) sum += L[i * n + k]! * L[j * n + k]!;
        Q[(e * n + i) * n + j] = sum;
        h[e * n + i]! += G[(e * n + i) * n + j]! * z[j]!;
      }
    }
  }
  return { Q, q, G, h };
}

describe('f32 in and out', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each([
    [10, 64],
    [50, 16],
  ])('gives the gradients of f64 to 1e-4 of the largest entry, n = p = %i, in each of %i elements', (n, batch) => {
    const data = timed(n, batch);
    const names = ['Q', 'q', 'G', 'h'] as const;
    const axes = { Q: [batch, n, n], q: [batch, n], G: [batch, n, n], h: [batch, n] };
    const layer = qpLayer({ n, p: n });
    layer.forward(data);
    const exact = layer.backward({ z: new Float64Array(batch * n).fill(1) });
    const gradient = tf.grads((...inputs: tf.Tensor[]) =>
      tf.sum(solveQp(Object.fromEntries(names.map((name, k) => [name, inputs[k]!])) as never).z),
    );
    const found = gradient(names.map((name) => tf.tensor(Float32Array.from(data[name]), axes[name])));
    names.forEach((name, k) => {
      const own = found[k]!.dataSync();
      const size = own.length / batch;
      for (let e = 0; e < batch; e++) {
        let [apart, largest] = [0, 0];
        for (let i = e * size; i < (e + 1) * size; i++) {
          apart = Math.max(apart, Math.abs(own[i]! - exact[name][i]!));
          largest = Math.max(largest, Math.abs(exact[name][i]!));
        }
        expect(apart / largest, `${name} of element ${e}`).toBeLessThan(1e-4);
      }
    });
  });
});
