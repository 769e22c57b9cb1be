import type { Random } from '../../models/train/random.js';
import { affine, affineBack, rectify, rectifyBack } from '../training/affine.js';
import type { Denoiser } from './problem.js';
import { choose, length, type Signals, squares } from './signals.js';

/** Numbers of the hidden layer. */
const hidden = 50;
/** What signals are divided by inside, so that weights of order one fit. */
const unit = 50;

/** The fully connected baseline 100-50-100 with ReLU between. */
export function connected(training: Signals, held: Signals, random: Random): Denoiser {
  const draw = (inputs: number, outputs: number): Float64Array =>
    Float64Array.from(
      { length: inputs * outputs },
      () => ((2 * random.uniform() - 1) * Math.sqrt(6)) / Math.sqrt(inputs + outputs),
    );
  const [W1, b1] = [draw(length, hidden), new Float64Array(hidden)];
  const [W2, b2] = [draw(hidden, length), new Float64Array(length)];
  const forward = (noisy: Float64Array, count: number) => {
    const x = noisy.map((value) => value / unit);
    const inner = rectify(affine(x, W1, b1, count, length, hidden));
    const out = affine(inner, W2, b2, count, hidden, length);
    return { x, inner, signals: out.map((value) => value * unit) };
  };
  const denoise = (noisy: Float64Array, count: number): Float64Array => forward(noisy, count).signals;
  return {
    name: 'denoising-connected',
    parameters: { W1, b1, W2, b2 },
    rate: 1e-3,
    gradient(samples) {
      const chosen = choose(training, samples);
      const { count } = chosen;
      const { x, inner, signals } = forward(chosen.noisy, count);
      const { loss, slope } = squares(signals, chosen);
      const second = affineBack(
        inner,
        W2,
        slope.map((value) => value * unit),
        count,
        hidden,
        length,
      );
      const first = affineBack(x, W1, rectifyBack(inner, second.dX()), count, length, hidden);
      return { loss, gradients: { W1: first.dW, b1: first.db, W2: second.dW, b2: second.db } };
    },
    test: () => ({ mse: squares(denoise(held.noisy, held.count), held).loss }),
    denoise,
    operator: () => undefined,
  };
}
