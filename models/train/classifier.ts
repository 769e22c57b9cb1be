import * as tf from '@tensorflow/tfjs';
import type { Random } from './random.js';

/** Between the layers of a classifier. */
export type HiddenActivation = 'tanh' | 'relu';

/**
 * `inputs → width → (layers − 1) × (width → width) → classes`: tanh or ReLU between, softmax at the end. Kernels are drawn
 * by `random` from N(0, 2/(in + out)) (Glorot & Bengio 2010), with ReLU from N(0, 2/in) (He et al. 2015); biases are 0.
 */
export function classifier(
  inputs: number,
  width: number,
  layers: number,
  classes: number,
  random: Random,
  activation: HiddenActivation = 'tanh',
): tf.Sequential {
  const model = tf.sequential({ name: `${activation}_${width}` });
  for (let k = 0; k < layers; k++) {
    const shape = k === 0 ? { inputShape: [inputs] } : {};
    model.add(
      tf.layers.dense({
        units: width,
        activation,
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
    const fan = activation === 'relu' ? shape[0]! : shape[0]! + shape[1]!;
    const deviation = Math.sqrt(2 / fan);
    return tf.tensor(
      Float32Array.from({ length: shape[0]! * shape[1]! }, () => deviation * random.normal()),
      shape,
    );
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}
