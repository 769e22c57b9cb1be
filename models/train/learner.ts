import * as tf from '@tensorflow/tfjs';
import type { Architecture } from './architecture.js';
import { classifier, type HiddenActivation } from './classifier.js';
import { type Batch, fitClassifier, minimizeLoss, type Report, type Schedule } from './fit.js';
import type { Random } from './random.js';
import { save } from './save.js';
import { saveArchitecture } from './save-layers.js';

/** A classifier while it learns, and how it is kept. */
export interface Learner {
  readonly name: string;
  /** Its architecture in a line. */
  readonly told: string;
  /** What asks the script for it. */
  readonly flags: string;
  readonly parameters: number;
  learn(next: Batch, schedule: Schedule, report: Report): void;
  /** Numbers of which the largest names the class, `[batch, classes]`. */
  values(images: tf.Tensor2D): tf.Tensor;
  /** Returns the SHA-256 of the weights. */
  save(folder: string): Promise<string>;
}

/** Hidden layers that `mnist-ACTIVATION-WIDTH` has without saying so. */
export const usualLayers = 5;

export interface DenseSizes {
  readonly inputs: number;
  readonly width: number;
  readonly hidden: number;
  readonly classes: number;
  readonly activation: HiddenActivation;
}

/** Dense layers of one width. */
export function denseLearner(
  { inputs, width, hidden, classes, activation }: DenseSizes,
  stream: Random,
): Learner {
  const model = classifier(inputs, width, hidden, classes, stream, activation);
  const usual = hidden === usualLayers;
  return {
    name: `mnist-${activation}-${width}${usual ? '' : `x${hidden}`}`,
    told: `${inputs} → ${Array(hidden).fill(width).join(' → ')} → ${classes}, ${activation}, softmax`,
    flags: `--width ${width}${activation === 'tanh' ? '' : ` --activation ${activation}`}${usual ? '' : ` --hidden ${hidden}`}`,
    parameters: model.countParams(),
    learn: (next, schedule, report) =>
      fitClassifier(model, inputs, classes, next, schedule, report, activation),
    values: (images) => model.predict(images) as tf.Tensor,
    save: (folder) => save(model, folder),
  };
}

/** Another architecture, with sizes `[inputs, classes]`. */
export function learnerOf(own: Architecture, sizes: readonly [number, number], stream: Random): Learner {
  const variables = own.weights.map(({ shape, deviation, start = 0 }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () =>
      deviation === undefined ? start : deviation * stream.normal(),
    );
    return tf.variable(tf.tensor(data, [...shape]));
  });
  const logits = (images: tf.Tensor2D): tf.Tensor => own.logits(variables, images);
  return {
    name: own.name,
    told: own.told,
    flags: `--kind ${own.name.replace('mnist-', '')}`,
    parameters: variables.reduce((sum, { size }) => sum + size, 0),
    learn: (...how) => minimizeLoss(variables, logits, sizes, ...how),
    values: logits,
    save: async (folder) =>
      saveArchitecture(
        own,
        sizes[0],
        variables.flatMap((variable) => [...variable.dataSync()]),
        folder,
      ),
  };
}
