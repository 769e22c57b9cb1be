import type { Tensor } from '../graph.js';

/** `out = a Wᵀ`: rows of coefficients by what a layer gives become such by what it takes; `a` `[rows, out]`, W `[in, out]`. */
export type Product = (a: Float64Array, rows: number, weight: Tensor, out: Float64Array) => void;

/** In plain JavaScript. */
export const plainProduct: Product = (a, rows, { shape, data }, out) => {
  const [inputs, outputs] = shape as [number, number];
  for (let i = 0; i < inputs; i += 2) {
    const second = i + 1 < inputs;
    const [w0, w1] = [i * outputs, (second ? i + 1 : i) * outputs];
    for (let q = 0; q < rows; q++) {
      const from = q * outputs;
      let [s0, s1] = [0, 0];
      for (let j = 0; j < outputs; j++) {
        const value = a[from + j]!;
        s0 += value * data[w0 + j]!;
        s1 += value * data[w1 + j]!;
      }
      out[q * inputs + i] = s0;
      if (second) out[q * inputs + i + 1] = s1;
    }
  }
};
