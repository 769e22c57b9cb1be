import { sizeOf } from '../../derive/builder.js';
import type { Tensor } from '../../network/graph.js';
import type { Precision } from '../contract.js';
import type { Weights } from '../weights.js';
import type { OnnxInitializer, OnnxTensor } from './model.js';

/** The arrays of one ONNX model, each under one name however many programs in it use it. */
export class Arrays {
  /** Inputs of the graph for arrays that are fed, and the arrays. */
  readonly inputs: OnnxTensor[] = [];
  readonly fed = new Map<string, Tensor>();
  readonly initializers: OnnxInitializer[] = [];
  readonly #trained = new Map<Tensor, string>();
  readonly #written = new Map<string, string>();

  constructor(
    readonly weights: Weights,
    readonly precision: Precision,
    /** Arrays of at least this many numbers are fed as inputs; smaller ones are written into the model. */
    private readonly inputFrom: number,
  ) {}

  /** The name of a trained array. */
  trained(tensor: Tensor): string {
    let name = this.#trained.get(tensor);
    if (name !== undefined) return name;
    name = `w${this.#trained.size}`;
    this.#trained.set(tensor, name);
    const described = { name, element: this.precision, shape: tensor.shape };
    if (sizeOf(tensor.shape) < this.inputFrom)
      this.initializers.push({ ...described, data: this.weights.of(tensor) });
    else {
      this.inputs.push(described);
      this.fed.set(name, tensor);
    }
    return name;
  }

  /** The name of a few numbers. */
  numbers(values: Float64Array, shape: readonly number[]): string {
    const data = this.precision === 'f64' ? values : Float32Array.from(values);
    return this.#write(`${shape}: ${values}`, { element: this.precision, shape, data });
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#write(`integers ${values}`, { element: 'int64', shape: [values.length], data });
  }

  #write(key: string, array: Omit<OnnxInitializer, 'name'>): string {
    let name = this.#written.get(key);
    if (name === undefined) {
      name = `c${this.#written.size}`;
      this.#written.set(key, name);
      this.initializers.push({ name, ...array });
    }
    return name;
  }
}
