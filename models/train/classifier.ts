import * as tf from '@tensorflow/tfjs';
import type { Random } from './random.js';

/**
 * `inputs → width → (layers − 1) × (width → width) → classes`: tanh between, softmax at the end. Kernels are drawn
 * from N(0, 2/(in + out)) (Glorot & Bengio 2010) by `random`, biases are 0.
 */
export function classifier(
  inputs: number,
  width: number,
  layers: number,
  classes: number,
  random: Random,
): tf.Sequential {
  const model = tf.sequential({ name: `tanh_${width}` });
  for (let k = 0; k < layers; k++) {
    const shape = k === 0 ? { inputShape: [inputs] } : {};
    model.add(
      tf.layers.dense({
        units: width,
        activation: 'tanh',
        kernelInitializer: 'zeros',
        name: `hidden_${k + 1}`,
        ...shape,
      }),
    );
  }
  model.add(
    tf.layers.dense({ units: classes, activation: 'softmax', kernelInitializer: 'zeros', name: 'output' }),
  );
  const weights = model.getWeights().map(({ shape }) => {
    if (shape.length === 1) return tf.zeros(shape);
    const deviation = Math.sqrt(2 / (shape[0]! + shape[1]!));
    return tf.tensor(
      Float32Array.from({ length: shape[0]! * shape[1]! }, () => deviation * random.normal()),
      shape,
    );
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}
