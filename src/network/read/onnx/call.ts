import { type InputError, isOutOfMemory } from '../../../core/errors.js';
import type { Message } from '../../../core/onnx/schema.js';
import { type NetworkBuilder, sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { constant } from '../../lower/move.js';
import type { Place } from '../../lower/place.js';
import type { Operand } from '../../lower/product.js';
import { plain, reshaped, storeOf } from '../../stored.js';
import type { Constant, Value } from './value.js';
import { floats, isComputed, picked } from './value.js';

/** Attributes by name, those of a function's caller put in. */
export type Attributes = ReadonlyMap<string, Message<'AttributeProto'>>;

/** What a call needs of the model around it. */
export interface Surroundings {
  readonly build: NetworkBuilder;
  /** Version of the operator set that a domain's operators follow. */
  opset(domain: string): number;
  /** A node of the network, where numbers must come from somewhere. */
  anyNode(): number;
  tensor(proto: Message<'TensorProto'>, what: string): Constant;
  sparse(proto: Message<'SparseTensorProto'>, what: string): Constant;
}

const latin = new TextDecoder();

/** One node of the graph while it is read: its inputs, attributes, and where it stands. */
export class Call implements Place {
  readonly build: NetworkBuilder;
  readonly #asked = new Set<string>();

  constructor(
    private readonly around: Surroundings,
    readonly op: string,
    readonly domain: string,
    /** Name of the node, for messages. */
    readonly layer: string,
    readonly inputs: readonly (Value | undefined)[],
    private readonly attributes: Attributes,
    /** How many outputs are asked for. */
    readonly outputs: readonly boolean[],
  ) {
    this.build = around.build;
  }

  error(problem: string): InputError {
    return this.build.error(this.layer, `${this.op.slice(0, 28)}: ${problem}`);
  }
  get opset(): number {
    return this.around.opset(this.domain);
  }

  // Inputs

  has(k: number): boolean {
    return this.inputs[k] !== undefined;
  }
  value(k: number): Value {
    const value = this.inputs[k];
    if (value === undefined) throw this.error(`input ${k} is missing`);
    return value;
  }
  /** Input `k` as a node, whatever it is. */
  node(k: number): number {
    return this.asNode(this.value(k));
  }
  asNode(value: Value): number {
    if (isComputed(value)) return value.node;
    return constant(this, this.around.anyNode(), value.shape, value.data);
  }
  shape(k: number): readonly number[] {
    return this.shapeOf(this.value(k));
  }
  shapeOf(value: Value): readonly number[] {
    return isComputed(value) ? this.build.shape(value.node) : value.shape;
  }
  /** Input `k`, which must be known while reading. */
  constant(k: number, what: string): Constant {
    const value = this.value(k);
    if (isComputed(value))
      throw this.error(`its ${what} is computed from the inputs; only constant ones can be read`);
    return value;
  }
  optional(k: number, what: string): Constant | undefined {
    return this.has(k) ? this.constant(k, what) : undefined;
  }
  /** The whole numbers of a constant input. */
  integers(k: number, what: string): number[] {
    return Array.from(this.constant(k, what).data);
  }
  /** As a factor of a product. Constants count as parameters. */
  operand(k: number): Operand {
    const value = this.value(k);
    return isComputed(value) ? value : { tensor: this.trained(value) };
  }
  /** A constant that the network computes with. */
  trained(value: Constant): Tensor {
    const { shape } = value;
    this.build.count(sizeOf(shape));
    return storeOf(value) ? value : plain({ shape, data: value.data });
  }
  trainedAt(k: number, what: string): Tensor {
    return this.trained(this.constant(k, what));
  }
  optionalTensor(k: number, what: string): Tensor | undefined {
    return this.has(k) ? this.trainedAt(k, what) : undefined;
  }

  // Values

  /** Numbers of `value` elsewhere. */
  move(value: Value, index: Int32Array, shape: readonly number[]): Value {
    if (!isComputed(value)) return picked(value, index, shape);
    return { node: this.build.gather(this.layer, value.node, index, shape) };
  }
  reshape(value: Value, shape: readonly number[]): Value {
    if (isComputed(value)) return { node: this.build.reshape(this.layer, value.node, shape) };
    if (sizeOf(shape) !== sizeOf(value.shape))
      throw this.error(`cannot reshape [${value.shape}] to [${shape}]`);
    return reshaped(value, shape);
  }

  // Attributes

  #attribute(name: string): Message<'AttributeProto'> | undefined {
    this.#asked.add(name);
    return this.attributes.get(name);
  }
  given(name: string): boolean {
    return this.#attribute(name) !== undefined;
  }
  int(name: string, standard?: number): number {
    const value = this.#attribute(name);
    if (value === undefined && standard === undefined) throw this.error(`attribute ${name} is missing`);
    return value === undefined ? standard! : (value.i ?? 0);
  }
  /** A number that may be NaN or infinite. */
  anyFloat(name: string, standard?: number): number {
    const value = this.#attribute(name);
    if (value === undefined && standard === undefined) throw this.error(`attribute ${name} is missing`);
    return value === undefined ? standard! : (value.f ?? 0);
  }
  float(name: string, standard?: number): number {
    const found = this.anyFloat(name, standard);
    if (!Number.isFinite(found)) throw this.error(`attribute ${name} is ${found}`);
    return found;
  }
  text(name: string, standard: string): string {
    const value = this.#attribute(name);
    return value === undefined ? standard : latin.decode(value.s ?? new Uint8Array(0));
  }
  texts(name: string, standard: readonly string[]): readonly string[] {
    const value = this.#attribute(name);
    return value === undefined ? standard : value.strings.map((text) => latin.decode(text));
  }
  ints(name: string): number[] | undefined {
    return this.#attribute(name)?.ints;
  }
  floats(name: string): number[] | undefined {
    return this.#attribute(name)?.floats;
  }
  graph(name: string): Message<'GraphProto'> {
    const graph = this.#attribute(name)?.g;
    if (graph === undefined) throw this.error(`attribute ${name} is missing`);
    return graph;
  }
  tensor(name: string): Constant | undefined {
    const tensor = this.#attribute(name)?.t;
    return tensor && this.around.tensor(tensor, `attribute ${name}`);
  }
  sparse(name: string): Constant | undefined {
    const tensor = this.#attribute(name)?.sparseTensor;
    return tensor && this.around.sparse(tensor, `attribute ${name}`);
  }
  /** Numbers of an attribute as a constant. */
  vector(name: string): Constant | undefined {
    const list = this.floats(name);
    return list && floats([list.length], Float64Array.from(list));
  }
  /** Fails where an attribute is there and not `value`. */
  only(name: string, value: number, why: string): void {
    if (this.int(name, value) !== value) throw this.error(`${name} is ${this.int(name)}: ${why}`);
  }
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }
  /** Fails for an attribute that nobody asked for: what it changes would be lost. */
  finish(): void {
    for (const name of this.attributes.keys())
      if (!this.#asked.has(name) && !name.startsWith('onnx.') && name !== 'doc_string')
        throw this.error(`attribute ${name} cannot be read`);
  }

  /** Axes by the attribute or, in newer versions, by input `k`; counted from 0. */
  axes(k: number, rank: number, name = 'axes'): number[] | undefined {
    const given = this.has(k) ? this.integers(k, name) : this.ints(name);
    return given?.map((axis) => this.axis(axis, rank));
  }
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || counted < 0 || counted >= Math.max(rank, 1))
      throw this.error(`axis ${axis} of an input of ${rank} axes`);
    return counted;
  }
}

/** What `read` makes of a call; inputs of shapes that it was not written for are the file's mistake. */
export function guarded<T>(call: Call, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const misfit = error instanceof TypeError || error instanceof RangeError;
    if (!misfit || isOutOfMemory(error)) throw error;
    const shapes = call.inputs.map((value) => (value ? `[${call.shapeOf(value)}]` : 'none'));
    throw call.error(`does not fit inputs of shapes ${shapes.join(', ').slice(0, 60)}`);
  }
}

/** What a call gives: one value, or several; undefined for one that cannot be had. */
export type Result = Value | readonly (Value | undefined)[];
export type Operator = (call: Call) => Result;

/** A node as a result. */
export const computed = (node: number): Value => ({ node });
