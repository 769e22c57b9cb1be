import type { Tensor } from '../network/graph.js';
import type { Precision } from './contract.js';

/** Trained arrays at one precision; each is converted at most once, and not at all when it is there already. */
export class Weights {
  readonly #converted = new Map<Tensor, Float64Array | Float32Array>();
  readonly #transposed = new Map<Tensor, Tensor>();
  constructor(private readonly precision: Precision) {}

  of(tensor: Tensor): Float64Array | Float32Array {
    let data = this.#converted.get(tensor);
    if (data === undefined) {
      data = convert(tensor.data, this.precision);
      this.#converted.set(tensor, data);
    }
    return data;
  }

  /** The transpose of a matrix, a tensor of its own, made once. */
  transposed(tensor: Tensor): Tensor {
    let result = this.#transposed.get(tensor);
    if (result === undefined) {
      const [rows, columns] = tensor.shape as [number, number];
      const from = this.of(tensor);
      const data = this.precision === 'f64' ? new Float64Array(from.length) : new Float32Array(from.length);
      // In bands, so that reads and writes both stay near each other.
      for (let band = 0; band < columns; band += 32)
        for (let i = 0; i < rows; i++)
          for (let j = band; j < Math.min(band + 32, columns); j++)
            data[j * rows + i] = from[i * columns + j]!;
      result = { shape: [columns, rows], data };
      this.#transposed.set(tensor, result);
    }
    return result;
  }
}

function convert(data: Float64Array | Float32Array, precision: Precision): Float64Array | Float32Array {
  // ONNX Runtime refuses shared memory.
  const own = !(data.buffer instanceof SharedArrayBuffer);
  if (precision === 'f64') return own && data instanceof Float64Array ? data : new Float64Array(data);
  return own && data instanceof Float32Array ? data : new Float32Array(data);
}
