import * as tf from '@tensorflow/tfjs';
import type { HiddenActivation } from './classifier.js';

/** Fills one batch: `x[size × inputs]` row-major, `label[size]`. */
export type Batch = (x: Float32Array, label: Int32Array) => void;

const activations: Readonly<Record<HiddenActivation, (u: tf.Tensor) => tf.Tensor>> = {
  tanh: (u) => tf.tanh(u),
  relu: (u) => tf.relu(u),
};

/** Called every hundredth step with the mean loss since the last call. */
export type Report = (step: number, loss: number) => void;

export interface Schedule {
  readonly steps: number;
  readonly batch: number;
  /** Adam's rate at the first step; it falls along half a cosine to `lastRate`. */
  readonly firstRate: number;
  readonly lastRate: number;
}

/**
 * `x W + b`. tfjs's wasm backend has its fast kernel only for products without transposed operands, which the
 * built-in gradient asks for; here they are transposed first.
 */
export const affine = tf.customGrad((...args) => {
  const [x, weight, bias, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: tf.add(tf.matMul(x, weight), bias),
    gradFunc: (adjoint: tf.Tensor, saved: tf.Tensor[]) => {
      const [u, w] = saved as [tf.Tensor2D, tf.Tensor2D];
      const back = adjoint as tf.Tensor2D;
      return [tf.matMul(back, tf.transpose(w)), tf.matMul(tf.transpose(u), back), tf.sum(back, 0)];
    },
  };
});

/** As {@link affine}, of an `x` that does not depend on what is learned. */
export const affineOf = (x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
  tf.customGrad((...args) => {
    const [w, b, save] = args as unknown as [tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    save([x]);
    return {
      value: tf.add(tf.matMul(x, w), b),
      gradFunc: (adjoint: tf.Tensor, saved: tf.Tensor[]) => {
        const back = adjoint as tf.Tensor2D;
        return [tf.matMul(tf.transpose(saved[0] as tf.Tensor2D), back), tf.sum(back, 0)];
      },
    };
  })(weight, bias);

/** Adam (Kingma & Ba 2015, algorithm 1) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
function adam(variables: readonly tf.Variable[]) {
  const zeros = () => variables.map((variable) => tf.variable(tf.zerosLike(variable), false));
  const [first, second] = [zeros(), zeros()];
  const [β1, β2, ε] = [0.9, 0.999, 1e-8];
  return {
    step(t: number, rate: number, gradients: readonly tf.Tensor[]) {
      const α = (rate * Math.sqrt(1 - β2 ** t)) / (1 - β1 ** t);
      variables.forEach((variable, k) => {
        tf.tidy(() => {
          const g = gradients[k]!;
          const m = first[k]!.mul(β1).add(g.mul(1 - β1));
          const v = second[k]!.mul(β2).add(g.square().mul(1 - β2));
          first[k]!.assign(m);
          second[k]!.assign(v);
          variable.assign(variable.sub(m.mul(α).div(v.sqrt().add(ε))));
        });
      });
    },
    dispose: () => tf.dispose([first, second]),
  };
}

/**
 * Trains a classifier (dense layers, tanh or ReLU between, softmax at the end) by minimizing the mean cross-entropy with Adam.
 * `report` is called every hundredth step with the mean loss since the last call.
 */
export function fitClassifier(
  model: tf.Sequential,
  inputs: number,
  classes: number,
  next: Batch,
  schedule: Schedule,
  report: Report,
  activation: HiddenActivation = 'tanh',
): void {
  const variables = model.getWeights().map((weight) => tf.variable(weight));
  const hidden = activations[activation];
  const logits = (images: tf.Tensor): tf.Tensor => {
    let v = images;
    for (let k = 0; k < variables.length; k += 2) {
      const u = affine(v, variables[k]!, variables[k + 1]!);
      v = k + 2 < variables.length ? hidden(u) : u;
    }
    return v;
  };
  minimizeLoss(variables, logits, [inputs, classes], next, schedule, report);
  model.setWeights(variables);
  tf.dispose(variables);
}

/** Minimizes the mean cross-entropy of `logits`, which depend on `variables`, with Adam. */
export function minimizeLoss(
  variables: readonly tf.Variable[],
  logits: (images: tf.Tensor2D) => tf.Tensor,
  [inputs, classes]: readonly [number, number],
  next: Batch,
  { steps, batch, firstRate, lastRate }: Schedule,
  report: Report,
): void {
  const optimizer = adam(variables);
  const x = new Float32Array(batch * inputs);
  const label = new Int32Array(batch);
  let sum = 0;
  for (let t = 1; t <= steps; t++) {
    next(x, label);
    const rate = lastRate + ((firstRate - lastRate) / 2) * (1 + Math.cos((Math.PI * (t - 1)) / steps));
    sum += tf.tidy(() => {
      const images = tf.tensor2d(x, [batch, inputs]);
      const wanted = tf.oneHot(tf.tensor1d(label, 'int32'), classes);
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(wanted, logits(images)) as tf.Scalar,
        [...variables],
      );
      optimizer.step(
        t,
        rate,
        variables.map(({ name }) => grads[name]!),
      );
      return value.dataSync()[0]!;
    });
    if (t % 100 === 0) {
      report(t, sum / 100);
      sum = 0;
    }
  }
  optimizer.dispose();
}
