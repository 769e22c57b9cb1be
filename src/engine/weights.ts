import type { Tensor } from '../network/graph.js';
import type { Precision } from './contract.js';

/** Trained arrays at one precision; each is converted at most once, and not at all when it is there already. */
export class Weights {
  readonly #converted = new Map<Tensor, Float64Array | Float32Array>();
  constructor(private readonly precision: Precision) {}

  of(tensor: Tensor): Float64Array | Float32Array {
    let data = this.#converted.get(tensor);
    if (data === undefined) {
      data = convert(tensor.data, this.precision);
      this.#converted.set(tensor, data);
    }
    return data;
  }
}

function convert(data: Float64Array | Float32Array, precision: Precision): Float64Array | Float32Array {
  // ONNX Runtime refuses shared memory.
  const own = !(data.buffer instanceof SharedArrayBuffer);
  if (precision === 'f64') return own && data instanceof Float64Array ? data : Float64Array.from(data);
  return own && data instanceof Float32Array ? data : Float32Array.from(data);
}
