import type * as tf from '@tensorflow/tfjs';

/** An array that is learned, named as a Keras layer names it, `LAYER/WEIGHT`. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** It starts from N(0, deviation²), or where there is none from `start`, default 0. */
  readonly deviation?: number;
  readonly start?: number;
}

/** A layer of a Keras model: what its `config` holds besides the name, and the layers whose outputs it takes. */
export interface Layer {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly from: readonly string[];
}

/** A classifier of images: how it is computed while it learns, and how Keras says the same. */
export interface Architecture {
  readonly name: string;
  /** One line for its card. */
  readonly told: string;
  readonly weights: readonly Weight[];
  readonly layers: readonly Layer[];
  /** Values before the softmax, `[batch, classes]`; `weights` in the order of their list, images `[batch, pixels]`. */
  logits(weights: readonly tf.Tensor[], images: tf.Tensor2D): tf.Tensor2D;
}

/** Kernel and bias of an affine map, drawn from N(0, 2/(in + out)) (Glorot & Bengio 2010). */
export function affineWeights(
  layer: string,
  [inputs, outputs]: readonly [number, number],
  kernel: readonly number[] = [inputs, outputs],
  bias: readonly number[] = [outputs],
): [Weight, Weight] {
  return [
    { name: `${layer}/kernel`, shape: kernel, deviation: Math.sqrt(2 / (inputs + outputs)) },
    { name: `${layer}/bias`, shape: bias },
  ];
}
