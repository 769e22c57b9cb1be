import type { Tensor } from '../graph.js';

/** What a discrete Fourier transform makes of `taken` numbers. */
export interface Transform {
  readonly taken: number;
  /** Its length: what is taken is cut or padded with zeros. */
  readonly length: number;
  readonly inverse: boolean;
  /** Only the half that determines the other: of the result, or (inverse) of what is taken. */
  readonly onesided: boolean;
  /** Whether numbers are pairs of a real and an imaginary part before and behind it. */
  readonly complexIn: boolean;
  readonly complexOut: boolean;
}

/** `Σₙ xₙ e^(∓2πikn/N)` (inverse: with `1/N`) as a matrix on pairs, `[taken · in, made · out]`. */
export function fourier(t: Transform): Tensor {
  const { taken, length, inverse, onesided, complexIn, complexOut } = t;
  const made = onesided && !inverse ? Math.floor(length / 2) + 1 : length;
  const [ins, outs] = [complexIn ? 2 : 1, complexOut ? 2 : 1];
  const width = made * outs;
  const data = new Float64Array(taken * ins * width);
  const half = onesided && inverse ? Math.floor(length / 2) + 1 : length;
  for (let n = 0; n < Math.min(taken, half); n++) {
    // Of a half spectrum the rest is its mirror image: both ends stand once, the others twice.
    const twice = onesided && inverse && n > 0 && 2 * n !== length ? 2 : 1;
    const size = (inverse ? 1 / length : 1) * twice;
    for (let k = 0; k < made; k++) {
      const angle = ((inverse ? 2 : -2) * Math.PI * ((k * n) % length)) / length;
      const [re, im] = [size * Math.cos(angle), size * Math.sin(angle)];
      const row = n * ins * width + k * outs;
      data[row] = re;
      if (complexOut) data[row + 1] = im;
      if (complexIn) {
        data[row + width] = -im;
        if (complexOut) data[row + width + 1] = re;
      }
    }
  }
  return { shape: [taken * ins, width], data };
}
