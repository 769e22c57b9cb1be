import * as tf from '@tensorflow/tfjs';

/**
 * Moves the numbers of each element of a batch, `[batch, length] → [batch, index.length]`; −1 takes 0. tfjs's wasm backend has
 * neither kernels for the gradients of convolutions nor for those of `gather`.
 */
export function gather(u: tf.Tensor, length: number, index: Int32Array): tf.Tensor2D {
  const move = tf.customGrad((...args) => ({
    value: moved(args[0] as tf.Tensor, length, index),
    gradFunc: (adjoint: tf.Tensor) => {
      const batch = adjoint.size / index.length;
      const own = adjoint.dataSync();
      const back = new Float32Array(batch * length);
      for (let b = 0, k = 0; b < batch; b++)
        for (let i = 0; i < index.length; i++, k++)
          if (index[i]! >= 0) back[b * length + index[i]!]! += own[k]!;
      return tf.tensor(back, [batch, length]);
    },
  }));
  return move(u.reshape([-1, length])) as tf.Tensor2D;
}

/** As {@link gather}, of numbers that do not depend on what is learned. */
export function moved(u: tf.Tensor, length: number, index: Int32Array): tf.Tensor2D {
  const batch = u.size / length;
  const from = u.dataSync();
  const out = new Float32Array(batch * index.length);
  for (let b = 0, k = 0; b < batch; b++)
    for (let i = 0; i < index.length; i++, k++) if (index[i]! >= 0) out[k] = from[b * length + index[i]!]!;
  return tf.tensor2d(out, [batch, index.length]);
}

/**
 * The windows of a convolution as rows: from `[side, side, channels]` to `[outputs, outputs, kernel, kernel, channels]`, padded
 * as TensorFlow's `same`.
 */
export function windows(
  side: number,
  channels: number,
  kernel: number,
  stride: number,
): { readonly index: Int32Array; readonly outputs: number } {
  const outputs = Math.ceil(side / stride);
  const before = Math.floor(Math.max((outputs - 1) * stride + kernel - side, 0) / 2);
  const index = new Int32Array(outputs * outputs * kernel * kernel * channels);
  let k = 0;
  const inside = (at: number): boolean => at >= 0 && at < side;
  for (let r = 0; r < outputs; r++)
    for (let c = 0; c < outputs; c++)
      for (let i = 0; i < kernel; i++)
        for (let j = 0; j < kernel; j++) {
          const [row, column] = [r * stride + i - before, c * stride + j - before];
          for (let l = 0; l < channels; l++)
            index[k++] = inside(row) && inside(column) ? (row * side + column) * channels + l : -1;
        }
  return { index, outputs };
}
