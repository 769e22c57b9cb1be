import { isShared } from '../core/memory.js';
import type { Tensor } from '../network/graph.js';

/** What a number is stored as. */
export type Float = 'f64' | 'f32';
export type Floats = Float64Array | Float32Array;

export const floats = (float: Float, from: number | ArrayLike<number>): Floats =>
  float === 'f64' ? new Float64Array(from as number) : new Float32Array(from as number);

/** Made once for a tensor and kept as long as it lives, whoever uses it. */
const converted = { f64: new WeakMap<Tensor, Floats>(), f32: new WeakMap<Tensor, Floats>() };
const transposed = { f64: new WeakMap<Tensor, Tensor>(), f32: new WeakMap<Tensor, Tensor>() };

/** Trained arrays as `f64` or `f32`; each is converted at most once, and not at all when it is there already. */
export const trainedArrays = {
  of(tensor: Tensor, float: Float): Floats {
    const known = converted[float];
    let data = known.get(tensor);
    if (data === undefined) {
      data = convert(tensor.data, float);
      known.set(tensor, data);
    }
    return data;
  },

  /** As `of`, but the array itself also where it is shared. */
  inPlace: (tensor: Tensor, float: Float): Floats =>
    tensor.data instanceof (float === 'f64' ? Float64Array : Float32Array)
      ? tensor.data
      : trainedArrays.of(tensor, float),

  /** The transpose of a matrix, a tensor of its own, made once. */
  transposed(tensor: Tensor, float: Float): Tensor {
    const known = transposed[float];
    let result = known.get(tensor);
    if (result === undefined) {
      const [rows, columns] = tensor.shape as [number, number];
      const from = trainedArrays.of(tensor, float);
      const data = floats(float, from.length);
      // In bands, so that reads and writes both stay near each other.
      for (let band = 0; band < columns; band += 32)
        for (let i = 0; i < rows; i++)
          for (let j = band; j < Math.min(band + 32, columns); j++)
            data[j * rows + i] = from[i * columns + j]!;
      result = { shape: [columns, rows], data };
      known.set(tensor, result);
    }
    return result;
  },
};

export type TrainedArrays = typeof trainedArrays;

function convert(data: Floats, float: Float): Floats {
  // ONNX Runtime refuses shared memory.
  const own = !isShared(data);
  const there = float === 'f64' ? data instanceof Float64Array : data instanceof Float32Array;
  return own && there ? data : floats(float, data);
}
