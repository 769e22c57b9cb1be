import { sizeOf } from '../../derive/shape.js';
import type { Tensor } from '../../network/graph.js';
import { type Float, floats, type TrainedArrays } from '../trained.js';
import type { OnnxInitializer, OnnxTensor } from './model.js';

/** A trained array and what it is fed as. */
export interface Fed {
  readonly tensor: Tensor;
  readonly float: Float;
}

/** The arrays of one ONNX model, each under one name however many programs in it use it. */
export class Arrays {
  /** Inputs of the graph for arrays that are fed, and the arrays. */
  readonly inputs: OnnxTensor[] = [];
  readonly fed = new Map<string, Fed>();
  readonly initializers: OnnxInitializer[] = [];
  readonly #trained = { f64: new Map<Tensor, string>(), f32: new Map<Tensor, string>() };
  readonly #indices = new Map<Int32Array, string>();
  readonly #written = new Map<string, string>();

  constructor(
    readonly numbersOf: TrainedArrays,
    /** Arrays of at least this many numbers are fed as inputs; smaller ones are written into the model. */
    private readonly inputFrom: number,
  ) {}

  /** The name of a trained array. */
  trained(tensor: Tensor, float: Float): string {
    const known = this.#trained[float];
    let name = known.get(tensor);
    if (name !== undefined) return name;
    name = `w${float}_${known.size}`;
    known.set(tensor, name);
    const described = { name, element: float, shape: tensor.shape };
    if (sizeOf(tensor.shape) < this.inputFrom)
      this.initializers.push({ ...described, data: this.numbersOf.of(tensor, float) });
    else {
      this.inputs.push(described);
      this.fed.set(name, { tensor, float });
    }
    return name;
  }

  /** The name of a few numbers. */
  numbers(values: ArrayLike<number>, shape: readonly number[], float: Float): string {
    const data = floats(float, values);
    return this.#write(`${float} ${shape}: ${data}`, { element: float, shape, data });
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#write(`integers ${values}`, { element: 'int64', shape: [values.length], data });
  }

  /** The name of an array of indices, by reference. */
  indices(index: Int32Array): string {
    let name = this.#indices.get(index);
    if (name === undefined) {
      name = `i${this.#indices.size}`;
      this.#indices.set(index, name);
      const data = BigInt64Array.from(index, BigInt);
      this.initializers.push({ name, element: 'int64', shape: [index.length], data });
    }
    return name;
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
