import type { InputName, QpShape } from '../../index.js';
import { random } from '../../models/train/random.js';

/** Data of a random batch with a strictly complementary solution in general: each input of one copy per element. */
export function randomBatch(
  { n, m, p }: QpShape,
  batch: number,
  seed: number,
): Record<InputName, Float64Array> {
  const source = random(seed);
  const normal = (count: number): Float64Array => Float64Array.from({ length: count }, () => source.normal());
  const Q = new Float64Array(batch * n * n);
  const [A, G] = [normal(batch * m * n), normal(batch * p * n)];
  const [b, h] = [new Float64Array(batch * m), new Float64Array(batch * p)];
  for (let e = 0; e < batch; e++) {
    const L = normal(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 0.1 : 0;
        for (let k = 0; k < n; k++) sum += L[i * n + k]! * L[j * n + k]!;
        Q[(e * n + i) * n + j] = sum;
      }
    const z = normal(n);
    const times = (M: Float64Array, row: number): number => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += M[row * n + j]! * z[j]!;
      return sum;
    };
    for (let i = 0; i < m; i++) b[e * m + i] = times(A, e * m + i);
    for (let i = 0; i < p; i++) h[e * p + i] = times(G, e * p + i) + source.uniform();
  }
  return { Q, q: normal(batch * n).map((value) => 3 * value), A, b, G, h };
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
};
