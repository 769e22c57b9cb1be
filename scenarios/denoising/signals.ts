import { join } from 'node:path';
import { InputError } from '../../index.js';
import { random } from '../../models/train/random.js';
import { readNpyArray } from '../scopf/npy.js';

/** Numbers of a signal. */
export const length = 100;

/** Piecewise constant signals and the same with noise, `length` numbers each. */
export interface Signals {
  readonly count: number;
  readonly clean: Float64Array;
  readonly noisy: Float64Array;
}

/** Signals of the folder `denoising`: `clean.npy`, `noisy.npy`, `[count, 100]`. */
export function readSignals(folder: string): Signals {
  const [clean, noisy] = ['clean.npy', 'noisy.npy'].map((name) => {
    const file = join(folder, name);
    const { shape, data } = readNpyArray(file);
    if (shape.length !== 2 || shape[1] !== length)
      throw new InputError(`${file}: holds no signals of ${length} numbers`);
    return Float64Array.from(data);
  });
  if (clean!.length !== noisy!.length)
    throw new InputError(`${folder}: clean.npy and noisy.npy differ in length`);
  return { count: clean!.length / length, clean: clean!, noisy: noisy! };
}

/**
 * Signals of 1 to 9 pieces: break points among 1 … 98, heights 10 … 99, noise of deviation 10; the distribution of
 * locuslab/optnet's `denoising/create.py`, drawn by a generator of our own.
 */
export function ownSignals(count: number, seed: number): Signals {
  const source = random(seed);
  const below = (bound: number): number => Math.floor(source.uniform() * bound);
  const [clean, noisy] = [new Float64Array(count * length), new Float64Array(count * length)];
  for (let k = 0; k < count; k++) {
    const breaks = new Set<number>();
    for (const pieces = 1 + below(9); breaks.size < pieces - 1; ) breaks.add(1 + below(length - 2));
    let height = 0;
    for (let i = 0; i < length; i++) {
      if (i === 0 || breaks.has(i)) height = 10 + below(90);
      clean[k * length + i] = height;
      noisy[k * length + i] = height + 10 * source.normal();
    }
  }
  return { count, clean, noisy };
}

export const someOf = ({ clean, noisy }: Signals, from: number, to: number): Signals => ({
  count: to - from,
  clean: clean.subarray(from * length, to * length),
  noisy: noisy.subarray(from * length, to * length),
});

/** The samples with these numbers. */
export function choose({ clean, noisy }: Signals, samples: Int32Array): Signals {
  const [own, right] = [new Float64Array(samples.length * length), new Float64Array(samples.length * length)];
  samples.forEach((sample, k) => {
    own.set(noisy.subarray(sample * length, (sample + 1) * length), k * length);
    right.set(clean.subarray(sample * length, (sample + 1) * length), k * length);
  });
  return { count: samples.length, clean: right, noisy: own };
}

/** The mean of (x − clean)² where each row of x has `stride` numbers of which the signal comes first, and its slope. */
export function squares(
  x: Float64Array,
  { clean, count }: Signals,
  stride = length,
): { loss: number; slope: Float64Array } {
  const slope = new Float64Array(x.length);
  const total = count * length;
  let loss = 0;
  for (let k = 0; k < count; k++)
    for (let i = 0; i < length; i++) {
      const gap = x[k * stride + i]! - clean[k * length + i]!;
      loss += gap * gap;
      slope[k * stride + i] = (2 * gap) / total;
    }
  return { loss: loss / total, slope };
}
