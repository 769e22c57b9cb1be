import * as tf from '@tensorflow/tfjs';
import { type Architecture, affineWeights, type Layer } from './architecture.js';
import { affine, affineOf } from './fit.js';
import { gather, moved, windows } from './gather.js';

const side = 28;
const kernel = 5;
const stride = 2;
const filters = [8, 16] as const;
const units = 64;
const classes = 10;

/** Two convolutions with stride 2 and tanh, a dense layer with tanh, softmax. */
export function convolution(): Architecture {
  const first = windows(side, 1, kernel, stride);
  const second = windows(first.outputs, filters[0], kernel, stride);
  const flat = second.outputs ** 2 * filters[1];
  const window = kernel * kernel;
  const layers: Layer[] = [
    { kind: 'Reshape', name: 'image', config: { target_shape: [side, side, 1] }, from: ['pixels'] },
    ...filters.map(
      (count, k): Layer => ({
        kind: 'Conv2D',
        name: `convolution_${k + 1}`,
        config: {
          filters: count,
          kernel_size: [kernel, kernel],
          strides: [stride, stride],
          padding: 'same',
          activation: 'tanh',
        },
        from: [k === 0 ? 'image' : `convolution_${k}`],
      }),
    ),
    { kind: 'Flatten', name: 'flatten', config: {}, from: ['convolution_2'] },
    { kind: 'Dense', name: 'hidden', config: { units, activation: 'tanh' }, from: ['flatten'] },
    { kind: 'Dense', name: 'output', config: { units: classes, activation: 'softmax' }, from: ['hidden'] },
  ];
  return {
    name: 'mnist-convolution',
    told: `28 × 28 → ${filters.map((count) => `${kernel} × ${kernel} convolution of ${count} channels, stride ${stride}`).join(' → ')} → ${units} → ${classes}, tanh, softmax`,
    weights: [
      ...affineWeights(
        'convolution_1',
        [window, window * filters[0]],
        [kernel, kernel, 1, filters[0]],
        [filters[0]],
      ),
      ...affineWeights(
        'convolution_2',
        [window * filters[0], window * filters[1]],
        [kernel, kernel, ...filters],
        [filters[1]],
      ),
      ...affineWeights('hidden', [flat, units]),
      ...affineWeights('output', [units, classes]),
    ],
    layers,
    logits(weights, images) {
      const batch = images.shape[0];
      const [k1, b1, k2, b2, w1, c1, w2, c2] = weights as tf.Tensor2D[];
      const flatly = (w: tf.Tensor): tf.Tensor => w.reshape([-1, w.shape.at(-1)!]);
      const rows = moved(images, side * side, first.index).reshape([-1, window]) as tf.Tensor2D;
      const u = tf.tanh(affineOf(rows, flatly(k1!), b1!));
      const next = gather(u, first.outputs ** 2 * filters[0], second.index);
      const v = tf.tanh(affine(next.reshape([-1, window * filters[0]]), flatly(k2!), b2!));
      const h = tf.tanh(affine(v.reshape([batch, flat]), w1!, c1!));
      return affine(h, w2!, c2!) as tf.Tensor2D;
    },
  };
}
